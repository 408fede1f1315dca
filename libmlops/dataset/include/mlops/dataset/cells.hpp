#pragma once
/// One cell of a table as JSON, for rows on screen and files.

#include <mlops/base/columns.hpp>
#include <mlops/json/value.hpp>

#include <cstdint>
#include <string>

namespace mlops::dataset {

/// Numbers, flags, texts, lists and objects as JSON has them; dates and times in ISO 8601 (with Z when they
/// carry a zone); decimals of more than 15 digits as text; bytes as hex after "\x"; null for a null.
json::Value cell(const mlops::Column& column, std::size_t row);

/// A date, a time or a time stamp (those kinds) as cell() spells it, from the number that Columns has for it.
std::string moment_text(Kind kind, TimeUnit unit, std::int64_t value);

/// An integer of the first row (any integer type); 0 when it is null or there is no row.
std::int64_t integer_at(const Columns& columns, std::size_t column);

}  // namespace mlops::dataset
