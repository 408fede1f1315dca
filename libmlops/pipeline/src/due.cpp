#include <mlops/pipeline/due.hpp>

#include <algorithm>
#include <cmath>

namespace mlops::pipeline {
namespace {

using Missed = manifest::ScheduleSpec::Missed;

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t still_on_time_us = 5 * minute_us;
constexpr std::int64_t wrong_clock_us = 24 * 60 * minute_us;
constexpr std::int64_t longest_wait_us = 365 * wrong_clock_us;
constexpr std::uint64_t most_killed = 3;

Time seen_to(const State& state, Time now) {
  const Time minute_ago = {now.us - minute_us};
  if (!state.seen_to || state.seen_to->us > now.us + wrong_clock_us) return minute_ago;
  return *state.seen_to;
}

/// What was begun and killed, and is taken up again.
const Entry* killed(const State& state) {
  if (state.killed == 0 || state.killed > most_killed) return nullptr;
  if (state.open) return &*state.open;
  const bool told = state.to_retry && state.to_retry->outcome == Outcome::lost;
  return told ? &*state.to_retry : nullptr;
}

/// When what ended is tried again; nothing: it is not.
std::optional<Time> retry_time(const manifest::RetrySpec& retry, const State& state) {
  if (!state.to_retry || state.to_retry->outcome == Outcome::lost) return std::nullopt;
  const Entry& ended = *state.to_retry;
  if (ended.attempt > retry.times) return std::nullopt;
  const double wait =
      static_cast<double>(retry.wait_us) * std::pow(retry.backoff, static_cast<double>(ended.attempt) - 1);
  return Time{ended.time.us + static_cast<std::int64_t>(std::min(wait, double{longest_wait_us}))};
}

Due again(const Entry& entry, const manifest::ScheduleSpec& spec) {
  return {entry.due, entry.missed, entry.attempt + 1, spec.missed == Missed::all};
}

void add_each(std::vector<Due>& out, const Timetable& times, Time after, Time now) {
  for (auto time = times.next(after); time && *time <= now; time = times.next(*time))
    out.push_back({.time = *time, .made_up = true});
}

void add_last(std::vector<Due>& out, const Timetable& times, Time after, Time now, Missed missed) {
  const Timetable::Passed passed = times.passed(after, now);
  const bool on_time = passed.last.us >= now.us - still_on_time_us;
  if (passed.count > 0 && (missed == Missed::last || on_time))
    out.push_back({.time = passed.last, .missed = passed.count - 1});
}

}  // namespace

std::vector<Due> due_times(const manifest::ScheduleSpec& spec, const Timetable& times, const State& state,
                           Time now) {
  std::vector<Due> out;
  if (state.paused) return out;
  const Entry* const begun = killed(state);
  const auto retry = retry_time(spec.retry, state);
  const bool retry_now = retry && *retry <= now;
  const Time after = seen_to(state, now);
  if (spec.missed == Missed::all) {
    if (begun != nullptr) out.push_back(again(*begun, spec));
    if (retry_now) out.push_back(again(*state.to_retry, spec));
    if (!retry || retry_now) add_each(out, times, after, now);
    return out;
  }
  add_last(out, times, after, now, spec.missed);
  if (out.empty() && begun != nullptr) out.push_back(again(*begun, spec));
  else if (out.empty() && retry_now) out.push_back(again(*state.to_retry, spec));
  return out;
}

bool is_given_up(const State& state) { return state.open && state.killed > most_killed; }

bool waits(const manifest::ScheduleSpec& spec, const State& state) {
  return spec.missed == Missed::all && retry_time(spec.retry, state).has_value();
}

std::optional<Time> next_time(const manifest::ScheduleSpec& spec, const Timetable& times, const State& state,
                              Time now) {
  if (state.paused) return std::nullopt;
  const auto due = due_times(spec, times, state, now);
  if (!due.empty()) return due.front().time;
  const auto next = times.next(now);
  const auto retry = retry_time(spec.retry, state);
  if (!retry) return next;
  return next ? std::min(*next, *retry) : *retry;
}

}  // namespace mlops::pipeline
