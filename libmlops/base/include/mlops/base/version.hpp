#pragma once
/// The version of this program, as `mlops --version` prints it.

#include <string_view>

namespace mlops {

/// "0.1.0".
std::string_view version();

}  // namespace mlops
