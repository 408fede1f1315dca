#pragma once
/// Letters in lower and upper case, one code point for one.

#include <string>
#include <string_view>

namespace mlops::predict {

enum class Case { lower, upper };

/// `text` is UTF-8.
std::string in_case(Case wanted, std::string_view text);

}  // namespace mlops::predict
