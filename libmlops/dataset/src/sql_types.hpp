#pragma once
/// The SQL types that a column may be asked to have, and their one spelling.

#include <string>
#include <string_view>

namespace mlops::dataset {

/// "int" is INTEGER, "text" is VARCHAR, "numeric( 10 , 2 )" is DECIMAL(10,2). Nothing that goes into a
/// statement is taken over as it was written. Throws Error(usage) for other text, naming `column`.
std::string scalar_type(std::string_view text, std::string_view column);

bool is_text(std::string_view type);
bool is_integer(std::string_view type);
bool is_floating(std::string_view type);
bool is_decimal(std::string_view type);
bool is_nested(std::string_view type);

}  // namespace mlops::dataset
