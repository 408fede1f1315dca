#pragma once
/// A server that says, connection by connection, exactly the bytes that a test wrote down, and remembers what
/// it was asked.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mlops::http {

class Scripted {
 public:
  /// Answers the n-th request, from 0; `say` sends bytes and is false once the client has gone.
  using Say = std::function<bool(const std::string& bytes)>;
  using Script = std::function<void(std::size_t n, const std::string& request, const Say& say)>;

  explicit Scripted(Script script)
      : script_(std::move(script)), listening_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listening_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listening_, 16);
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Scripted() {
    over_ = true;
    thread_.join();
    ::close(listening_);
  }
  Scripted(const Scripted&) = delete;
  Scripted& operator=(const Scripted&) = delete;

  std::string url(const std::string& path = "/data.csv") const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
  }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void run() {
    while (!over_) {
      pollfd waiting = {listening_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const int connection = ::accept(listening_, nullptr, nullptr);
      if (connection < 0) continue;
      answer(connection);
      ::close(connection);
    }
  }

  void answer(int connection) {
    std::string request;
    for (char block[4096]; !is_whole(request);) {
      pollfd waiting = {connection, POLLIN, 0};
      if (over_) return;
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const ssize_t got = ::recv(connection, block, sizeof block, 0);
      if (got <= 0) return;
      request.append(block, static_cast<std::size_t>(got));
    }
    std::size_t n = 0;
    {
      const std::lock_guard lock(mutex_);
      n = requests_.size();
      requests_.push_back(request);
    }
    script_(n, request, [&](const std::string& bytes) {
      return !over_ && ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                           static_cast<ssize_t>(bytes.size());
    });
  }

  /// The head, and as much behind it as it says.
  static bool is_whole(const std::string& request) {
    const std::size_t head = request.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const std::size_t length = request.find("\r\nContent-Length: ");
    return length >= head || request.size() >= head + 4 + std::stoul(request.substr(length + 18));
  }

  Script script_;
  int listening_;
  unsigned port_ = 0;
  std::atomic<bool> over_ = false;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

/// "HTTP/1.1 200 OK", fields, the length of the body, the body.
inline std::string answer(const std::string& status, const std::string& body,
                          const std::string& fields = "") {
  return fmt::format("HTTP/1.1 {}\r\nConnection: close\r\nContent-Length: {}\r\n{}\r\n{}", status,
                     body.size(), fields, body);
}

}  // namespace mlops::http
