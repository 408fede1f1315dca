#pragma once
/// Days since 1970-01-01 in the proleptic Gregorian calendar, and back.

#include <mlops/predict/spelling.hpp>

#include <cstdint>

namespace mlops::predict {

inline constexpr std::int64_t day_micros = 86'400'000'000;

struct Day {
  std::int64_t year = 0;
  int month = 0;
  int day = 0;
  bool operator==(const Day&) const = default;
};

/// Howard Hinnant's civil_from_days and days_from_civil (howardhinnant.github.io/date_algorithms.html).
Day day_of(std::int64_t days);
std::int64_t days_of(const Day& day);

/// Rounded down, as days go on before 1970.
inline std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// ISO 8601: Monday is 1, Sunday 7.
int weekday_of(std::int64_t days);

}  // namespace mlops::predict
