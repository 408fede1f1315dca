#pragma once
/// A Service behind a port.

#include <mlops/base/engines.hpp>
#include <mlops/serve/service.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace mlops::http {
class Server;
}

namespace mlops::serve {

/// Memory for a request, in bytes for each byte of its body, at most: one-digit numbers as JSON.
inline constexpr std::uint64_t memory_factor = 40;

struct ListenOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any that is free.
  unsigned threads = 0;    ///< 0: one for each processor that this process may use.
  std::size_t body_bytes = 64'000'000;
  /// Of all great bodies that are being read or answered at once; beyond it 503. Rows of short numbers take
  /// up to `memory_factor` times their bytes while they are answered.
  std::size_t buffered_bytes = 512'000'000;
  /// Something went wrong that no client is to blame for; any thread.
  std::function<void(const std::string& text)> on_fault = {};
};

class Listener {
 public:
  /// Answers from the moment it returns; `service` must outlive it. Throws as http::listen().
  Listener(Engines& engines, Service& service, const ListenOptions& options);
  ~Listener();  ///< Stops at once; open connections are cut.
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const;
  std::string url() const;
  std::uint64_t open_connections() const;

  /// The service is not ready from now on, and no connection is taken; what has been asked is answered. False
  /// when `patience` ended first.
  bool drain(std::chrono::milliseconds patience);

 private:
  Service& service_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace mlops::serve
