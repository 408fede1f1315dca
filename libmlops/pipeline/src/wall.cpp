#include "src/wall.hpp"

#include <chrono>

namespace mlops::pipeline {
namespace {

constexpr std::int64_t days_of_30_years = 30 * 366;

template <std::size_t N>
std::size_t first_from(const std::bitset<N>& bits, std::size_t at) {
  while (at < N && !bits[at]) ++at;
  return at;
}

template <std::size_t N>
std::size_t last_in(const std::bitset<N>& bits) {
  std::size_t at = N - 1;
  while (!bits[at]) --at;
  return at;
}

/// Minutes since the beginning of the day: the first from `minute` on.
std::optional<std::int64_t> first_in_day(const manifest::Times& times, std::int64_t minute) {
  if (minute >= 24 * 60) return std::nullopt;
  const auto from = static_cast<std::size_t>(minute);
  std::size_t hour = first_from(times.hours, from / 60);
  if (hour == 24) return std::nullopt;
  std::size_t found = first_from(times.minutes, hour == from / 60 ? from % 60 : 0);
  if (found == 60) {
    hour = first_from(times.hours, hour + 1);
    found = first_from(times.minutes, 0);
  }
  return hour == 24 ? std::nullopt : std::optional(static_cast<std::int64_t>(hour * 60 + found));
}

}  // namespace

std::int64_t day_of(tz::WallSeconds wall) { return wall.s / day_s - (wall.s % day_s < 0 ? 1 : 0); }

bool is_day(const manifest::Times& times, std::int64_t day) {
  const std::chrono::sys_days date{std::chrono::days(day)};
  const std::chrono::year_month_day parts{date};
  if (!times.months[static_cast<unsigned>(parts.month())]) return false;
  const bool of_month = times.days[static_cast<unsigned>(parts.day())];
  const bool of_week = times.weekdays[std::chrono::weekday(date).c_encoding()];
  return times.either_day ? of_month || of_week : of_month && of_week;
}

std::optional<tz::WallSeconds> next_wall(const manifest::Times& times, tz::WallSeconds after) {
  std::int64_t day = day_of(after);
  const std::int64_t end = day + days_of_30_years;
  std::int64_t minute = (after.s - day * day_s) / minute_s + 1;
  for (; day < end; ++day, minute = 0) {
    if (!is_day(times, day)) continue;
    if (const auto found = first_in_day(times, minute)) return {{day * day_s + *found * minute_s}};
  }
  return std::nullopt;
}

std::int64_t count_of_day(const manifest::Times& times) {
  return static_cast<std::int64_t>(times.hours.count() * times.minutes.count());
}

std::int64_t last_of_day(const manifest::Times& times) {
  return static_cast<std::int64_t>(last_in(times.hours) * 60 + last_in(times.minutes)) * minute_s;
}

}  // namespace mlops::pipeline
