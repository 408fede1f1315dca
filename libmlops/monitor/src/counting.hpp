#pragma once
/// The values of a column, counted as they are compared: numbers and moments (microseconds since 1970) as
/// numbers, everything else as the text that SQL casts it to. What a model takes as null is one: NaN,
/// infinities, the ends of time.

#include <mlops/base/columns.hpp>
#include <mlops/stats/drift.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace mlops::monitor {

/// Of an SQL type.
bool is_counted_as_number(std::string_view sql_type);
bool is_moment(std::string_view sql_type);

struct NumbersCounted {
  std::vector<stats::NumberCount> values = {};  ///< Ascending.
  std::uint64_t nulls = 0;
};

/// Those that are not finite are nulls.
NumbersCounted count_numbers(std::vector<double> values);

struct TextsCounted {
  std::vector<stats::TextCount> values = {};  ///< Ascending.
  std::uint64_t nulls = 0;
};

/// Of a column of a kind that is_counted_as_number(); others are Error(internal).
NumbersCounted count_numbers(const Column& column, std::span<const std::uint32_t> rows);
TextsCounted count_texts(const Column& column, std::span<const std::uint32_t> rows);

}  // namespace mlops::monitor
