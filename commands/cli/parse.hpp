#pragma once
/// From words to the typed fields that options point at. The one place that knows the parser library.

#include "words.hpp"

namespace mlops::cli {

/// Sets every target. Throws Error(usage): a missing word or flag, one too many, a value of the wrong kind.
void set_targets(const Words& words, const std::vector<Option>& globals, const Option& dry_run);

}  // namespace mlops::cli
