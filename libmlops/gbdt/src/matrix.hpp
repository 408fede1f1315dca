#pragma once
/// A matrix with its labels as the library holds them.

#include "src/library.hpp"

namespace mlops::gbdt {

struct Data {
  Matrix matrix = {};
  std::span<const float> labels = {};
  std::span<const float> weights = {};
  std::vector<bool> categorical = {};
  int threads = 1;
};

/// All values, eight bytes each.
DMatrix dense(const Data& data);

/// Binned to `max_bin` values a column, one to four bytes each, which is all that the method `hist` reads.
DMatrix quantiles(const Data& data, int max_bin);

}  // namespace mlops::gbdt
