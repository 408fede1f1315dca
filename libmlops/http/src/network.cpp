#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/http/network.hpp>

#include <algorithm>
#include <initializer_list>

namespace mlops::http {
namespace {

using Environment = std::map<std::string, std::string>;

std::string first_of(const Environment& environment, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = environment.find(name);
    if (found != environment.end() && !found->second.empty()) return found->second;
  }
  return {};
}

/// Where distributions keep the authorities that they trust; Go's crypto/x509 looks there too.
std::filesystem::path system_authorities() {
  std::error_code ignored;
  for (const char* file :
       {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem"}) {
    if (std::filesystem::is_regular_file(file, ignored)) return file;
  }
  return {};
}

/// "user@host:80" of "http://user@host:80/path".
std::string_view authority_of(std::string_view url) {
  const std::size_t begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  url.remove_prefix(begin + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

}  // namespace

Network network_of(const Environment& environment) {
  Network out;
  const std::string all = first_of(environment, {"all_proxy", "ALL_PROXY"});
  out.http_proxy = first_of(environment, {"http_proxy"});
  if (out.http_proxy.empty()) out.http_proxy = all;
  out.https_proxy = first_of(environment, {"https_proxy", "HTTPS_PROXY"});
  if (out.https_proxy.empty()) out.https_proxy = all;
  out.no_proxy = first_of(environment, {"no_proxy", "NO_PROXY"});
  out.ca_file = first_of(environment, {"SSL_CERT_FILE"});
  out.ca_dir = first_of(environment, {"SSL_CERT_DIR"});
  if (out.ca_file.empty() && out.ca_dir.empty()) out.ca_file = system_authorities();
  out.netrc = first_of(environment, {"NETRC"});
  const std::string home = first_of(environment, {"HOME"});
  std::error_code ignored;
  if (out.netrc.empty() && !home.empty() &&
      std::filesystem::exists(std::filesystem::path(home) / ".netrc", ignored)) {
    out.netrc = std::filesystem::path(home) / ".netrc";
  }
  return out;
}

std::string scheme_of(std::string_view url) {
  const std::size_t end = url.find("://");
  return end == std::string_view::npos ? std::string() : lowered(url.substr(0, end));
}

std::string host_of(std::string_view url) {
  std::string_view host = authority_of(url);
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  if (host.starts_with('[')) return std::string(host.substr(1, host.find(']') - 1));
  return std::string(host.substr(0, host.rfind(':')));
}

std::string shown(std::string_view url) {
  const std::size_t begin = url.find("://");
  const std::string_view authority = authority_of(url);
  const std::size_t at = authority.rfind('@');
  std::string out(url.substr(0, url.find_first_of("?#")));
  if (at != std::string_view::npos) out.erase(begin + 3, at + 1);
  return url.find('?') == std::string_view::npos ? out : out + "?...";
}

void require_fetchable(std::string_view url) {
  const std::string scheme = scheme_of(url);
  if (scheme != "http" && scheme != "https") {
    throw error(Code::usage, "'{}' is no URL of http or https", shown(url));
  }
  const auto odd = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
  if (host_of(url).empty() || std::any_of(url.begin(), url.end(), odd)) {
    throw error(Code::usage, "'{}' is not a URL that can be fetched", shown(url))
        .with_hint("a space is written `%20`");
  }
  if (authority_of(url).find('@') == std::string_view::npos) return;
  throw error(Code::usage, "the URL '{}' carries a name or a password", shown(url))
      .with_hint("put them into ~/.netrc: `machine {} login NAME password SECRET`", host_of(url));
}

}  // namespace mlops::http
