#pragma once
/// The slow reader as a judge of texts that it does not keep.

#include <string_view>

namespace mlops::json {

/// Throws as parse() does, but for duplicate names. Takes no memory, however long the text is.
void check(std::string_view text);

}  // namespace mlops::json
