#include <mlops/base/error.hpp>
#include <mlops/pipeline/timetable.hpp>

#include <algorithm>
#include <utility>

#include "src/wall.hpp"

namespace mlops::pipeline {
namespace {

using Kind = tz::Instants::Kind;

constexpr std::int64_t day_us = day_s * 1'000'000;
/// No clock is put back by more than a day, as that of Alaska was in 1867.
constexpr std::int64_t longest_repeat_s = 25 * 3600;

manifest::Times times_of(std::string_view at) {
  auto read = manifest::parse_times(at);
  if (const auto* fault = std::get_if<manifest::TimesFault>(&read)) {
    auto thrown = error(Code::usage, "'at': {}", fault->message);
    if (!fault->hint.empty()) throw std::move(thrown).with_hint("{}", fault->hint);
    throw thrown;
  }
  return std::get<manifest::Times>(read);
}

/// Seconds that the clock is ahead of UTC; what is beyond whole seconds of `time` does not matter.
std::int64_t ahead_s(const tz::Zone& zone, Time time) {
  const Time whole = {time.us - (time.us % 1'000'000 + 1'000'000) % 1'000'000};
  return zone.wall(whole).s - whole.us / 1'000'000;
}

Time later(Time time, std::int64_t seconds) { return {time.us + seconds * 1'000'000}; }

/// The clock goes back within a day of `after`: what it has shown may come again.
bool goes_back(const tz::Zone& zone, Time after) {
  return ahead_s(zone, later(after, longest_repeat_s)) < ahead_s(zone, after);
}

}  // namespace

Timetable::Timetable(std::string_view at, std::shared_ptr<const tz::Zone> zone)
    : times_(times_of(at)), zone_(std::move(zone)) {}

std::optional<Time> Timetable::next(Time after) const {
  std::optional<Time> found;
  for (auto wall = next_wall(times_, zone_->wall(after)); wall && !found; wall = next_wall(times_, *wall)) {
    const tz::Instants shown = zone_->instants(*wall);
    if (times_.every_hour && shown.kind == Kind::never) continue;
    if (shown.first > after) found = shown.first;
    else if (times_.every_hour && shown.second > after) found = shown.second;
  }
  return times_.every_hour && goes_back(*zone_, after) ? next_shown_again(after, found) : found;
}

/// Of times that the clock has shown already, the first that it shows again after `after`, unless `before` is
/// earlier.
std::optional<Time> Timetable::next_shown_again(Time after, std::optional<Time> before) const {
  const tz::WallSeconds now = zone_->wall(after);
  const std::int64_t back = ahead_s(*zone_, after) - ahead_s(*zone_, later(after, longest_repeat_s));
  for (auto wall = next_wall(times_, {now.s - back - 1}); wall && *wall <= now;
       wall = next_wall(times_, *wall)) {
    const Time again = zone_->instants(*wall).second;
    if (again > after) return before ? std::min(*before, again) : again;
  }
  return before;
}

Timetable::Passed Timetable::passed(Time after, Time until) const {
  Passed out;
  for (auto time = next(after); time && *time <= until; time = next(*time)) {
    ++out.count;
    out.last = *time;
    // A day without a change of the clock has as many as any other.
    const std::int64_t begin = day_of(zone_->wall(*time)) * day_s;
    const bool first = next_wall(times_, {begin - 1}) == std::optional(zone_->wall(*time));
    const Time end = later(*time, begin + last_of_day(times_) - zone_->wall(*time).s);
    const bool plain = ahead_s(*zone_, {time->us - day_us}) == ahead_s(*zone_, {end.us + day_us});
    if (!first || !plain || end > until) continue;
    out.count += static_cast<std::uint64_t>(count_of_day(times_) - 1);
    out.last = end;
    *time = end;
  }
  return out;
}

}  // namespace mlops::pipeline
