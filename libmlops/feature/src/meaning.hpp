#pragma once
/// What the values of columns are, said once: for the join, and for look-ups in memory.

#include <mlops/feature/view.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

namespace mlops::feature {

__extension__ using Int128Sum = __int128;

/// A number of events, a whole sum, a double (other sums, means), or the value of one event.
enum class Result { count, whole, real, pick };
/// `whole`: is_whole() of the input's kind.
Result result_of(const ViewColumn& column, bool whole);

/// Integers in the order of doubles: -0 below 0, and every NaN, which are all alike, above infinity.
inline std::int64_t rank(double value) {
  if (std::isnan(value)) return INT64_MAX;
  const auto bits = std::bit_cast<std::int64_t>(value);
  return bits < 0 ? INT64_MIN - bits - 1 : bits;
}

inline double mean_of(Int128Sum sum, std::int64_t count) {
  return static_cast<double>(sum) / static_cast<double>(count);
}
/// Nothing beyond 64 bits.
inline std::optional<std::int64_t> in_64_bits(Int128Sum sum) {
  return sum > INT64_MAX || sum < INT64_MIN ? std::nullopt : std::optional(static_cast<std::int64_t>(sum));
}
[[noreturn]] void fail_too_great(const View& view, const ViewColumn& column);

}  // namespace mlops::feature
