#pragma once
/// Holds our own predictor of boosted trees to XGBoost itself: the same floats, to the last bit.

#include <mlops/base/engines.hpp>
#include <mlops/predict/frame.hpp>
#include <mlops/predict/package.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace mlops::predict {

struct ForestDifference {
  std::size_t row = 0;     ///< From 0; beyond the sample's rows: one of those made up.
  std::size_t output = 0;  ///< From 0.
  float ours = 0;
  float library = 0;
  std::vector<float> values = {};  ///< The row, by feature.
};

struct ForestCheck {
  std::size_t rows = 0;     ///< How many were compared.
  bool by_library = false;  ///< XGBoost predicts with this model anyway: nothing was compared.
  std::optional<ForestDifference> difference = {};  ///< The first.
};

/// Predicts, with both, the rows of `sample` and rows made of them with single features changed: to the
/// values at which the trees split and the floats next to those, to each category and codes beyond, to
/// nothing, infinity, zeros of both signs and the smallest and greatest floats. At most 20,000 rows beside
/// the sample. Throws Error: corrupt, failed (the engine `gbdt` is not installed).
ForestCheck check_against_library(const Package& package, Engines& engines, const Frame& sample);

}  // namespace mlops::predict
