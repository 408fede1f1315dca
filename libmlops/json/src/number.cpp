#include <mlops/json/number.hpp>

#include <cmath>

namespace mlops::json {

Value number(double value) {
  if (std::isfinite(value)) return value;
  if (std::isnan(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}

}  // namespace mlops::json
