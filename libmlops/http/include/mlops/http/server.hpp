#pragma once
/// An HTTP/1.1 server (RFC 9110, 9112): keep-alive, pipelining, chunked bodies, 100-continue. Boost.Asio and
/// Beast's parser inside of the engine `http`; nothing of them is visible here.
///
/// Each of `threads` event loops owns some connections; a new one goes to the loop that has the fewest. A
/// small request is answered on its loop; one with a body over `inline_body_bytes`, and one that waits for
/// something (`waits`), on a thread of a pool, so that it holds nobody up.
/// Time limits are looked at once a second. The threads block all signals.
///
/// What is not HTTP is answered with 400, too large with 413 or 431, too slow with 408, too much at once with
/// 503 and Retry-After, each with {"error": "..."}; and the connection is closed.

#include <mlops/base/engines.hpp>
#include <mlops/http/message.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace mlops::http {

/// Answers one request. Used by one thread at a time. What it throws becomes 500, told to `on_fault`.
using Handler = std::function<void(const Request&, Response&)>;

struct Limits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t body_bytes = 64 * 1024 * 1024;
  std::size_t buffered_bytes = 512 * 1024 * 1024;  ///< Of all bodies over inline_body_bytes at once.
  std::size_t inline_body_bytes = 32 * 1024;
  std::size_t connections = 10'000;
  std::size_t queued_requests = 1'000;    ///< For the pool.
  std::chrono::seconds request_time{30};  ///< From the first byte of a request to its last.
  std::chrono::seconds idle_time{75};     ///< Between two requests.
  std::chrono::seconds write_time{30};  ///< For the client to take an answer, and 1 s more for each 256 KiB.
};

struct ServerOptions {
  std::string host = "127.0.0.1";  ///< An address, or a name that resolves to one.
  std::uint16_t port = 0;          ///< 0: any that is free.
  /// A TCP socket that is bound and listens, for a server that begins only when somebody calls; -1: one is
  /// made for `host` and `port`. The server works on a duplicate: the caller closes its own.
  int listening = -1;
  unsigned threads = 0;  ///< Of event loops; 0: one for each processor this process may use.
  Limits limits = {};
  /// Called once for each thread that answers (`threads` loops, and as many of the pool), by the caller's
  /// thread and before the first request. What it throws leaves listen().
  std::function<Handler()> make_handler;
  /// Whether answering means to wait, such as for a disk. Any thread.
  std::function<bool(const Request&)> waits = {};
  /// Something went wrong that no client is to blame for; any thread.
  std::function<void(const std::string& text)> on_fault = {};
  /// The JSON body of what the server answers itself; without it {"error": text}. Any thread.
  std::function<std::string(int status, std::string_view text)> refusal_body = {};
};

/// Since the server began, except `open`.
struct Traffic {
  std::uint64_t open = 0;        ///< Connections now.
  std::uint64_t accepted = 0;    ///< Connections.
  std::uint64_t refused = 0;     ///< Connections beyond the limit.
  std::uint64_t malformed = 0;   ///< Requests: 400
  std::uint64_t too_large = 0;   ///< 413 and 431
  std::uint64_t too_slow = 0;    ///< 408, and answers that nobody took
  std::uint64_t overloaded = 0;  ///< 503
};

class Server {
 public:
  virtual ~Server() = default;  ///< Stops at once; open connections are cut.

  virtual std::uint16_t port() const = 0;
  /// "http://127.0.0.1:8080"; a host of all addresses is shown as one that works on this machine.
  virtual std::string url() const = 0;
  virtual Traffic traffic() const = 0;

  /// Takes the connections that wait, then no more; answers what has been asked and what comes within a
  /// second on open connections, with "Connection: close". Returns true when all are closed, false when
  /// `patience` ended first.
  virtual bool drain(std::chrono::milliseconds patience) = 0;
};

/// Listens, and answers from the moment it returns. Throws Error: busy (the port is taken: by whom, as far
/// as this user may know), usage (no such address on this machine, a port below 1024 without the right to
/// it), failed (no engine).
std::unique_ptr<Server> listen(Engines& engines, const ServerOptions& options);

}  // namespace mlops::http
