#pragma once
/// What all threads of a server share. Every member is safe to use from any of them.

#include <mlops/http/server.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace mlops::http {

/// {"error": text}
std::string refusal_body(int status, std::string_view text);

enum class Stage {
  serving,
  draining,  ///< Whoever has nothing more to ask is told to go.
  closing,   ///< And nobody is waited for who asks nothing.
};

struct Counters {
  std::atomic<std::uint64_t> accepted = 0;
  std::atomic<std::uint64_t> refused = 0;
  std::atomic<std::uint64_t> malformed = 0;
  std::atomic<std::uint64_t> too_large = 0;
  std::atomic<std::uint64_t> too_slow = 0;
  std::atomic<std::uint64_t> overloaded = 0;

  /// Counts an answer that the server gave itself.
  void refusal(int status);
};

/// The bytes that big bodies hold together.
class Budget {
 public:
  explicit Budget(std::size_t limit) : limit_(limit) {}
  /// False, and nothing is taken, when that would be too much.
  bool take(std::size_t bytes);
  void give_back(std::size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> used_ = 0;
};

/// How many connections are open, and a way to wait until none is.
class OpenCount {
 public:
  void add() { count_.fetch_add(1); }
  void remove();
  std::uint64_t get() const { return count_.load(std::memory_order_relaxed); }
  /// False when `until` comes first.
  bool wait_for_none(std::chrono::steady_clock::time_point until);

 private:
  std::atomic<std::uint64_t> count_ = 0;
  std::mutex mutex_;
  std::condition_variable none_;
};

struct Shared {
  explicit Shared(const ServerOptions& options)
      : limits(options.limits),
        waits(options.waits),
        on_fault(options.on_fault),
        refusal_body(options.refusal_body ? options.refusal_body : http::refusal_body),
        budget(options.limits.buffered_bytes) {}

  void fault(const std::string& text) const {
    if (on_fault) on_fault(text);
  }

  const Limits limits;
  const std::function<bool(const Request&)> waits;
  const std::function<void(const std::string&)> on_fault;
  const std::function<std::string(int status, std::string_view text)> refusal_body;
  Counters counters;
  Budget budget;
  OpenCount open;
  std::atomic<std::size_t> turned_away = 0;  ///< Connections over the limit that have not left yet.
  std::atomic<Stage> stage = Stage::serving;
};

/// Calls the handler; what it throws becomes 500 and a fault.
void answer(const Handler& handler, const Request& request, Response& response, const Shared& shared);

}  // namespace mlops::http
