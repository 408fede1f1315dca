#pragma once
/// What stands in an address to select one of the entries of a reference: a number as in `v2` and `{1}`, or
/// the first digits of a record's digest.

#include <cstdint>
#include <optional>
#include <string_view>

namespace mlops::store {

/// The whole number, 0 or more, between `before` and `after`; nothing for any other text.
std::optional<std::int64_t> number_in(std::string_view text, std::string_view before, std::string_view after);

/// 6 to 64 lower-case hexadecimal digits.
bool is_digits(std::string_view text);

}  // namespace mlops::store
