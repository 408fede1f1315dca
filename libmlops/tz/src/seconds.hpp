#pragma once
/// Whole seconds since 1970 of UTC, as the database has them.

#include <mlops/base/clock.hpp>

#include <cstdint>

namespace mlops::tz {

inline std::int64_t seconds_of(Time time) {
  constexpr std::int64_t second = 1'000'000;
  return time.us / second - (time.us % second < 0 ? 1 : 0);
}

inline Time time_of(std::int64_t seconds) { return {seconds * 1'000'000}; }

}  // namespace mlops::tz
