#pragma once
/// One attempt at the targets of a schedule, within its deadline.

#include "targets.hpp"

#include <mlops/base/cancel.hpp>
#include <mlops/manifest/scheduling.hpp>
#include <mlops/pipeline/journal.hpp>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace mlops::commands {

/// Stops work that takes too long, or that was told to stop (SIGTERM): first by its token; what does not hear
/// that within half a minute ends with the process, once `last_words` are written.
class Watchdog {
 public:
  enum class Cause { deadline, signal };

  Watchdog(Cancel& cancel, std::optional<std::int64_t> deadline_us,
           std::function<void(Cause cause)> last_words);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// The work is over; whether its time was, too: then the token stays set, and nothing else is to begin.
  bool end();

 private:
  void watch();
  /// Until then, or until the work is over; true: it is over.
  bool wait_until(std::unique_lock<std::mutex>& held, std::chrono::steady_clock::time_point end);

  Cancel& cancel_;
  std::optional<std::int64_t> deadline_us_;
  std::function<void(Cause)> last_words_;
  std::mutex mutex_;
  std::condition_variable over_changed_;
  bool over_ = false;
  bool late_ = false;
  std::thread thread_;
};

/// What came of the targets, as the journal keeps it; the fault is for the exit code.
struct Attempted {
  pipeline::Outcome outcome = pipeline::Outcome::done;
  std::string why = {};
  json::Array steps = {};
  std::optional<Error> fault = {};
};

/// Never throws what stops the work. `last_words` is told where the process has to end.
Attempted attempt_targets(const manifest::ScheduleSpec& spec, cli::Invocation& invocation,
                          const std::function<void(const Attempted& attempted)>& last_words);

}  // namespace mlops::commands
