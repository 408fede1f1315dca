#include "src/address.hpp"

#include "src/holder.hpp"

#include <mlops/base/error.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace mlops::http {
namespace asio = boost::asio;
using asio::ip::tcp;
using Code = boost::system::error_code;

namespace {

constexpr int backlog = 4096;

std::string without_brackets(const std::string& host) {
  return host.size() > 2 && host.front() == '[' && host.back() == ']' ? host.substr(1, host.size() - 2)
                                                                      : host;
}

/// IPv4 first: who asks for "localhost" is reached by the most clients there.
tcp::endpoint resolve(asio::io_context& context, const std::string& host, std::uint16_t port) {
  Code code;
  if (const auto address = asio::ip::make_address(without_brackets(host), code); !code)
    return {address, port};
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, code);
  if (host.empty() || code || found.empty()) {
    throw error(mlops::Code::usage, "cannot listen on '{}': no such host", host)
        .with_hint("`--host 127.0.0.1` listens for this machine, `--host 0.0.0.0` on all addresses");
  }
  const auto v4 = std::find_if(found.begin(), found.end(),
                               [](const auto& each) { return each.endpoint().address().is_v4(); });
  return (v4 == found.end() ? found.begin() : v4)->endpoint();
}

[[noreturn]] void cannot_listen(const Code& code, const std::string& host, std::uint16_t port) {
  if (code == asio::error::address_in_use) {
    throw error(mlops::Code::busy, "port {} is taken{}", port, holder_text(port))
        .with_id("http.port_taken")
        .with_hint("`--port 0` takes any free one");
  }
  if (code == asio::error::access_denied) {
    throw error(mlops::Code::usage, "port {} is not for this user: those below 1024 belong to root", port)
        .with_hint("use one from 1024 on, such as `--port 8080`");
  }
  if (code.value() == EADDRNOTAVAIL) {
    throw error(mlops::Code::usage, "'{}' is not an address of this machine", host)
        .with_hint("`--host 127.0.0.1` listens for this machine, `--host 0.0.0.0` on all addresses");
  }
  if (code.value() == EAFNOSUPPORT) {
    throw error(mlops::Code::usage, "cannot listen on '{}': this machine has no IPv6", host)
        .with_hint("use an IPv4 address, such as `--host 0.0.0.0`");
  }
  throw system_error(code.value(), fmt::format("cannot listen on '{}', port {}", host, port));
}

}  // namespace

Listening listen_on(const std::string& host, std::uint16_t port) {
  asio::io_context context;
  const tcp::endpoint wanted = resolve(context, host, port);
  tcp::acceptor acceptor(context);
  Code code;
  acceptor.open(wanted.protocol(), code);
  if (!code) acceptor.set_option(tcp::acceptor::reuse_address(true), code);
  if (!code && wanted.address().is_v6()) acceptor.set_option(asio::ip::v6_only(false), code);
  if (!code) acceptor.bind(wanted, code);
  if (!code) acceptor.listen(backlog, code);
  if (!code) acceptor.native_non_blocking(true, code);
  if (code) cannot_listen(code, host, port);
  Listening listening;
  listening.endpoint = acceptor.local_endpoint();
  listening.descriptor = Descriptor(acceptor.release());
  return listening;
}

Listening listen_with(int descriptor) {
  Listening listening;
  int listens = 0;
  socklen_t size = sizeof listens;
  sockaddr_storage address = {};
  socklen_t length = sizeof address;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0 ||
      ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0 ||
      (address.ss_family != AF_INET && address.ss_family != AF_INET6)) {
    throw error(mlops::Code::usage, "the descriptor {} is no TCP socket that listens", descriptor);
  }
  listening.endpoint.resize(length);
  std::memcpy(listening.endpoint.data(), &address, length);
  const int own = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (own < 0) throw system_error(errno, "cannot take over the listening socket");
  listening.descriptor = Descriptor(own);
  ::fcntl(own, F_SETFL, ::fcntl(own, F_GETFL) | O_NONBLOCK);
  return listening;
}

std::string url_of(const std::string& host, const tcp::endpoint& endpoint) {
  Code not_an_address;
  asio::ip::make_address(without_brackets(host), not_an_address);
  if (not_an_address) return fmt::format("http://{}:{}", host, endpoint.port());
  auto address = endpoint.address();
  if (address.is_unspecified()) {
    address = address.is_v4() ? asio::ip::address(asio::ip::address_v4::loopback())
                              : asio::ip::address(asio::ip::address_v6::loopback());
  }
  const auto text = address.to_string();
  const bool brackets = address.is_v6();
  return fmt::format("http://{}{}{}:{}", brackets ? "[" : "", text, brackets ? "]" : "", endpoint.port());
}

}  // namespace mlops::http
