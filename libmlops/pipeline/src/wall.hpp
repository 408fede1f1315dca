#pragma once
/// Times of the calendar, without any zone.

#include <mlops/manifest/times.hpp>
#include <mlops/tz/zone.hpp>

#include <cstdint>
#include <optional>

namespace mlops::pipeline {

inline constexpr std::int64_t day_s = 86'400;
inline constexpr std::int64_t minute_s = 60;

/// The number of the day since 1970 that shows `wall`.
std::int64_t day_of(tz::WallSeconds wall);

bool is_day(const manifest::Times& times, std::int64_t day);

/// The first after `after`; nothing: there is none in its 30 years.
std::optional<tz::WallSeconds> next_wall(const manifest::Times& times, tz::WallSeconds after);

/// How many times a day that fits has, and the last of them in seconds since its beginning.
std::int64_t count_of_day(const manifest::Times& times);
std::int64_t last_of_day(const manifest::Times& times);

}  // namespace mlops::pipeline
