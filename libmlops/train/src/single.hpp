#pragma once
/// How well one column alone tells the label: a small model of that column (a mean for each text, a straight
/// line in each of some ranges of a number), fitted on training rows, measured on test rows.

#include <mlops/base/columns.hpp>
#include <mlops/train/target.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace mlops::train {

/// Rows of the table with their labels.
struct Labelled {
  std::vector<std::uint32_t> rows;
  std::vector<double> labels;
};

/// Binary: AUC. Multiclass: the mean AUC of each class of test against the rest. Regression: R2. NaN when
/// there is nothing to measure.
double strength_alone(const Column& column, const Target& target, const Labelled& train,
                      const Labelled& test);

}  // namespace mlops::train
