#include "src/fetch/fault.hpp"

#include <mlops/base/text.hpp>
#include <mlops/http/message.hpp>

#include <netdb.h>

namespace mlops::http {
namespace {

/// "503 Service Unavailable"
std::string status_text(long status) {
  const std::string_view name = reason(static_cast<int>(status));
  return name.empty() ? fmt::format("{}", status) : fmt::format("{} {}", status, name);
}

/// libcurl tells a host that is not there and a name server that does not answer by one code.
bool is_unknown_host(const std::string& host) {
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), nullptr, nullptr, &found);
  if (found != nullptr) freeaddrinfo(found);
  return code == EAI_NONAME || code == EAI_NODATA;
}

std::string without(std::string text, std::string_view prefix) {
  if (text.starts_with(prefix)) text.erase(0, prefix.size());
  return text;
}

Error untrusted(const Reply& reply, const std::string& url, const Network& network) {
  Error fault = error(Code::failed, "the certificate of '{}' is not trusted: {}", host_of(url),
                      without(reply.reason, "SSL certificate problem: "))
                    .with_id("http.untrusted");
  if (network.ca_file.empty() && network.ca_dir.empty()) {
    return std::move(fault).with_hint(
        "this machine has no list of authorities: install ca-certificates, or name one in SSL_CERT_FILE");
  }
  return std::move(fault).with_hint(
      "if you trust who signed it, name a file with that authority: `SSL_CERT_FILE=ca.pem mlops ...`");
}

Error unresolved(const std::string& url) {
  const std::string host = host_of(url);
  if (is_unknown_host(host)) {
    return error(Code::not_found, "there is no host '{}'", host).with_id("http.no_host");
  }
  return error(Code::busy, "the host '{}' cannot be looked up now", host)
      .with_hint("the name server does not answer; is the network there?");
}

Error cut(const Reply& reply, const std::string& url) {
  return error(Code::busy, "'{}' broke off: {}", shown(url), reply.reason).with_id("http.cut");
}

Error of_transfer(const Reply& reply, const std::string& url, const Network& network) {
  switch (reply.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return unresolved(url);
    case CURLE_COULDNT_RESOLVE_PROXY:
      return error(Code::busy, "the proxy for '{}' cannot be looked up", shown(url))
          .with_hint("look at http_proxy, https_proxy and no_proxy");
    case CURLE_COULDNT_CONNECT:
      return error(Code::busy, "cannot connect to '{}': {}", host_of(url), reply.reason);
    case CURLE_OPERATION_TIMEDOUT:
      return error(Code::busy, "'{}' is too slow: {}", shown(url), reply.reason).with_id("http.too_slow");
    case CURLE_PEER_FAILED_VERIFICATION:
      return untrusted(reply, url, network);
    case CURLE_SSL_CACERT_BADFILE:
      return error(Code::usage, "the authorities in '{}' cannot be read",
                   (network.ca_file.empty() ? network.ca_dir : network.ca_file).native())
          .with_hint("SSL_CERT_FILE names a file of certificates (PEM)");
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return error(Code::usage, "'{}' is not a URL that can be fetched: {}", shown(url), reply.reason);
    case CURLE_SSL_CONNECT_ERROR:
      return error(Code::failed, "no encrypted connection to '{}': {}", host_of(url), reply.reason);
    default:
      return cut(reply, url);
  }
}

Error refused(const Reply& reply, const std::string& url) {
  Error fault = error(Code::failed, "'{}' is refused: {}", shown(url), status_text(reply.status));
  if (reply.status != 401 && reply.status != 403) return fault;
  return std::move(fault)
      .with_id("http.refused")
      .with_hint("names and passwords are looked up in ~/.netrc: `machine {} login NAME password SECRET`",
                 host_of(url));
}

Error of_status(const Reply& reply, const std::string& url) {
  switch (reply.status) {
    case 404:
    case 410:
      return error(Code::not_found, "there is no '{}': {}", shown(url), status_text(reply.status))
          .with_id("http.not_found");
    case 407:
      return error(Code::failed, "the proxy wants a password for '{}'", shown(url))
          .with_hint("it belongs into https_proxy: `http://NAME:SECRET@proxy:3128`");
    case 429:
      return error(Code::busy, "'{}' has been asked too often: {}", shown(url), status_text(reply.status));
    case 408:
    case 425:
      return error(Code::busy, "'{}' is not answered now: {}", shown(url), status_text(reply.status));
    default:
      break;
  }
  if (reply.status >= 500) {
    return error(Code::busy, "the server of '{}' fails: {}", shown(url), status_text(reply.status))
        .with_id("http.server_fails");
  }
  if (reply.status >= 400) return refused(reply, url);
  return error(Code::failed, "'{}' answers with {}, not with data", shown(url), status_text(reply.status));
}

}  // namespace

bool may_pass(const Reply& reply) {
  switch (reply.code) {
    case CURLE_OK:
      return reply.status == 408 || reply.status == 425 || reply.status == 429 || reply.status == 500 ||
             reply.status == 502 || reply.status == 503 || reply.status == 504;
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_WRITE_ERROR:  // a range that does not fit: the next request is for the whole
      return true;
    default:
      return false;
  }
}

Error fault_of(const Reply& reply, const std::string& url, const Network& network) {
  if (reply.code != CURLE_OK) return of_transfer(reply, url, network);
  Error fault = of_status(reply, url);
  if (fault.code() != Code::busy || reply.retry_after_s <= 0) return fault;
  return std::move(fault).with_hint("it says to come back in {} s", reply.retry_after_s);
}

}  // namespace mlops::http
