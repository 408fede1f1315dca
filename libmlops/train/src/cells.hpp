#pragma once
/// A table's columns as this module reads them: found by name with near misses, as doubles, as texts.

#include <mlops/base/columns.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace mlops::train {

/// Position of the column. Throws Error(usage) with near misses; `what` is "the label", "a feature", ...
std::size_t find_column(const Columns& table, const std::string& name, std::string_view what);

/// "BIGINT", or a word for the kind when the producer gave no SQL type.
std::string type_name(const Field& field);

/// Integers, and decimals without digits after the point.
bool is_whole(const Type& type);
/// Whole numbers, decimals and floating point.
bool is_number(const Type& type);
/// Dates and timestamps.
bool is_moment(Kind kind);

/// Numbers, flags (0 and 1), dates and times as doubles; NaN: null.
std::vector<double> numbers_of(const Column& column);

/// A value that is not null, spelled as SQL casts it to text.
std::string spelled(const Column& column, std::size_t row);
std::string spelled(double number, const Type& type);

}  // namespace mlops::train
