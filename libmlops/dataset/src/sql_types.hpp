#pragma once
/// The SQL types that a column may be asked to have, and their one spelling.

#include <string>
#include <string_view>

namespace mlops::dataset {

/// "int" is INTEGER, "text" is VARCHAR, "numeric( 10 , 2 )" is DECIMAL(10,2). Nothing that goes into a
/// statement is taken over as it was written. Throws Error(usage) for other text, naming `column`.
std::string scalar_type(std::string_view text, std::string_view column);

/// A regular expression of such texts, and of few others.
inline constexpr std::string_view named_dates =
    "([A-Za-z]{3,9} [0-9]{1,2},? |[0-9]{1,2} [A-Za-z]{3,9} |[0-9]{1,2}-[A-Za-z]{3,9}-)[0-9]{4}";

/// The DATE of a text with the month's name (is_named_date()), null of others; `source` is an SQL expression.
std::string date_of_name(std::string_view source);

bool is_text(std::string_view type);
bool is_integer(std::string_view type);
bool is_floating(std::string_view type);
bool is_decimal(std::string_view type);
bool is_nested(std::string_view type);

}  // namespace mlops::dataset
