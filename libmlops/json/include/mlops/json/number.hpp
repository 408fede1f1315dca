#pragma once
/// Numbers that JSON has no word for.

#include <mlops/json/value.hpp>

namespace mlops::json {

/// A finite number as it is; others as the texts "NaN", "Infinity" and "-Infinity".
Value number(double value);

}  // namespace mlops::json
