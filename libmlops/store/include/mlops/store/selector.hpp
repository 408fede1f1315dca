#pragma once
/// What stands in an address to select one of the entries of a reference: a number as in `v2` and `{1}`, or
/// the first digits of a record's digest.

#include <mlops/store/references.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::store {

/// The whole number, 0 or more, between `before` and `after`; nothing for any other text.
std::optional<std::int64_t> number_in(std::string_view text, std::string_view before, std::string_view after);

/// 6 to 64 lower-case hexadecimal digits.
bool is_digits(std::string_view text);

/// The entry that `v2` (a number), `{1}` (so many back) or `2026-11-01` (the newest of that moment)
/// selects; `entries` are all of a reference, one at least. Throws Error: not_found with that `id`, or usage
/// for any other text; `name` is what people call the reference.
const ReferenceEntry& select(const std::vector<ReferenceEntry>& entries, const std::string& name,
                             std::string_view selector, std::string_view id);

}  // namespace mlops::store
