#pragma once
/// Which due times a tick has to see to: pure, from what the journal says.

#include <mlops/manifest/scheduling.hpp>
#include <mlops/pipeline/journal.hpp>
#include <mlops/pipeline/timetable.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace mlops::pipeline {

/// What is known of a schedule.
struct State {
  bool paused = false;
  /// Due times until this one are seen to, or were passed while it was paused; nothing: it was never armed
  /// nor ticked.
  std::optional<Time> seen_to = {};
  std::optional<Entry> last = {};       ///< The newest that ended.
  std::optional<Entry> last_good = {};  ///< The newest that ended done or fresh.
  std::optional<Entry> open = {};       ///< Begun and not ended: at work, or killed.
  /// The newest that ended in a way that is tried again, with nothing after it.
  std::optional<Entry> to_retry = {};
  std::uint64_t killed = 0;  ///< How often in a row the newest due time was begun and killed.
};
State state_of(const std::vector<Entry>& entries);
/// Where somebody is at work: what is left for others, which came due since that one began; what was due by
/// then is its own.
State beside_work(State state);

struct Due {
  Time time = {};
  std::uint64_t missed = 0;   ///< Due times before it that are not made up.
  std::uint64_t attempt = 1;  ///< More than 1: it was begun before, and killed, or is tried again.
  bool made_up = false;       ///< One of `missed: all`: "now" is its own time.
};

/// In their order; mostly none. Nobody may be at work: an open entry is one that was killed, which is taken
/// up again at once, as one that ended as lost is, at most three times in a row. Both what
/// was killed and what waits to be tried again give way to a newer due time, but for `missed: all`, where the
/// newer one waits. A schedule that was never armed counts from a minute ago, as does one whose last due time
/// is more than a day ahead: a clock was wrong. `missed: none` takes what is at most five minutes old.
std::vector<Due> due_times(const manifest::ScheduleSpec& spec, const Timetable& times, const State& state,
                           Time now);

/// Whether what was begun was killed so often that no tick takes it up again: the next due time is another.
bool is_given_up(const State& state);

/// Whether something is to be tried again that all newer due times wait for (`missed: all`).
bool waits(const manifest::ScheduleSpec& spec, const State& state);

/// When the schedule is due next, retries included; nothing: never, or it is paused.
std::optional<Time> next_time(const manifest::ScheduleSpec& spec, const Timetable& times, const State& state,
                              Time now);

/// Whether an attempt that ended so may be tried again: signals, time-outs and exit code 75 only.
bool is_retried(const Entry& ended);

}  // namespace mlops::pipeline
