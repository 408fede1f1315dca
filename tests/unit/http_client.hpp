#pragma once
// A client made of one socket: it sends bytes as they are, and reads answers with a limit in time.

#include <mlops/http/server.hpp>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mlops::http {
/// Beside the Client and the Answer of the module, which these are not.
inline namespace by_hand {

using namespace std::chrono_literals;

/// Longer than anything here takes on a busy machine.
constexpr std::chrono::seconds patience{30};

struct Answer {
  int status = 0;  ///< 0: the connection ended, or nothing came in time.
  std::string head = {};
  std::string body = {};

  std::string field(std::string_view name) const {
    const std::size_t at = head.find(fmt::format("\r\n{}: ", name));
    if (at == std::string::npos) return {};
    const std::size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

class Client {
 public:
  explicit Client(std::uint16_t port, int buffer_bytes = 0) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (buffer_bytes > 0) {
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
    }
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  Client(Client&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_), in_(std::move(other.in_)) {}
  Client& operator=(Client&&) = delete;
  ~Client() { close(); }

  bool connected() const { return connected_; }
  int descriptor() const { return socket_; }
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  void end_of_requests() { ::shutdown(socket_, SHUT_WR); }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// `method` HEAD: no body is waited for.
  Answer receive(std::string_view method = "GET", std::chrono::milliseconds limit = patience) {
    const auto until = std::chrono::steady_clock::now() + limit;
    Answer answer;
    std::size_t end = 0;
    while ((end = in_.find("\r\n\r\n")) == std::string::npos) {
      if (!more(until)) return answer;
    }
    answer.head = in_.substr(0, end + 2);
    in_.erase(0, end + 4);
    const std::string length = answer.field("Content-Length");
    const std::size_t bytes = method == "HEAD" || length.empty() ? 0 : std::stoul(length);
    while (in_.size() < bytes) {
      if (!more(until)) return answer;
    }
    answer.body = in_.substr(0, bytes);
    in_.erase(0, bytes);
    answer.status = std::atoi(answer.head.c_str() + 9);
    return answer;
  }

  Answer ask(std::string_view request, std::string_view method = "GET") {
    send(request);
    return receive(method);
  }

  /// True when the server ends the connection without another byte.
  bool is_closed(std::chrono::milliseconds limit = patience) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (in_.empty() && more(until)) {
    }
    return in_.empty() && ended_;
  }

  bool ended() const { return ended_; }

  /// Nothing to read now, and not closed.
  bool is_quiet() {
    pollfd waiting = {socket_, POLLIN, 0};
    return in_.empty() && ::poll(&waiting, 1, 0) == 0;
  }

 private:
  bool more(std::chrono::steady_clock::time_point until) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd waiting = {socket_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return false;
    char bytes[65536];
    const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
    ended_ = count <= 0;
    if (count > 0) in_.append(bytes, static_cast<std::size_t>(count));
    return count > 0;
  }

  int socket_;
  bool connected_ = false;
  bool ended_ = false;
  std::string in_ = {};
};

inline std::string get(std::string_view target, std::string_view fields = "") {
  return fmt::format("GET {} HTTP/1.1\r\nHost: here\r\n{}\r\n", target, fields);
}

inline std::string post(std::string_view target, std::string_view body, std::string_view fields = "") {
  return fmt::format("POST {} HTTP/1.1\r\nHost: here\r\nContent-Length: {}\r\n{}\r\n{}", target, body.size(),
                     fields, body);
}

/// What the server tells on_fault.
class Faults {
 public:
  std::function<void(const std::string&)> sink() {
    return [this](const std::string& text) {
      const std::lock_guard lock(mutex_);
      texts_.push_back(text);
    };
  }
  std::vector<std::string> texts() const {
    const std::lock_guard lock(mutex_);
    return texts_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> texts_;
};

template <typename Condition>
bool comes_true(Condition condition, std::chrono::milliseconds limit = patience) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    ::usleep(1000);
  }
  return true;
}

class Http : public ::testing::Test {
 protected:
  /// Answers with what it was asked, as text; "/throw" throws.
  static void echo(const Request& request, Response& response) {
    if (request.path == "/throw") throw std::runtime_error("no such luck");
    response.content_type = "text/plain";
    response.body = fmt::format("{} {} [{}] {}", request.method, request.path, request.query, request.body);
  }

  ServerOptions options(Handler handler = echo) {
    return {.threads = 2, .make_handler = [handler] { return handler; }, .on_fault = faults_.sink()};
  }
  void serve(const ServerOptions& how) { server_ = listen(engines_, how); }
  void serve() { serve(options()); }
  Client client() const { return Client(server_->port()); }
  /// On a connection of its own.
  Answer ask(std::string_view request, std::string_view method = "GET") const {
    return client().ask(request, method);
  }

  Faults faults_;
  Engines engines_{{ENGINES_DIR}};
  std::unique_ptr<Server> server_;
};

}  // namespace by_hand
}  // namespace mlops::http
