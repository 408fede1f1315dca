#pragma once
/// From text to the type of an option's target.

#include "command.hpp"

#include <string>
#include <vector>

namespace mlops::cli {

/// Writes the text of `values` (one, or all that were given to an option that repeats) to the option's
/// target. Throws Error(usage) that names the option, the value seen and what was wanted.
void assign(const Option& option, const std::vector<std::string>& values);

/// Sets a flag without value that stood `count` times.
void assign_count(const Option& option, std::int64_t count);

}  // namespace mlops::cli
