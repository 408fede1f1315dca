#pragma once
/// Values of columns as whole numbers, doubles and moments.

#include <mlops/base/columns.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mlops::feature {

/// Integers up to 64 bits, flags, dates, times and time stamps: kinds whose order is that of integer_at().
bool is_whole(Kind kind);
/// Means nothing at a null row.
std::int64_t integer_at(const Column& column, std::size_t row);

/// Whether an SQL type is one of integers that BIGINT holds.
bool is_integer(const std::string& type);

bool is_moment(Kind kind);
/// Microseconds since 1970 UTC of a date (midnight) or time stamp; nothing at a null row, for infinity, and
/// beyond 2^61 us (73,000 years), so that sums of moments and durations are never too great.
std::optional<std::int64_t> moment_at(const Column& column, std::size_t row);

/// What stands for no moment.
inline constexpr std::int64_t no_moment = INT64_MIN;
/// All rows of a column.
std::vector<std::int64_t> moments_of(const Column& column);

}  // namespace mlops::feature
