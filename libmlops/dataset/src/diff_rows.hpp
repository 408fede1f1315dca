#pragma once
/// The rows of two tables compared by the engine.

#include <mlops/dataset/diff.hpp>
#include <mlops/table/engine.hpp>

#include <cstdint>
#include <vector>

#include "src/diff_columns.hpp"
#include "src/engine.hpp"

namespace mlops::dataset {

struct RowComparison {
  table::Engine& engine;
  const TableSide& before;
  const TableSide& after;
  const std::vector<SharedColumn>& key;
  const std::vector<SharedColumn>& values;  ///< What both have beside the key.
  std::uint64_t rows = 0;                   ///< To be told of each state.
};

/// Fill in the counts and rows of `out`. Throw as diff().
void compare_by_key(const RowComparison& compared, TableDiff& out);
void compare_as_they_are(const RowComparison& compared, TableDiff& out);

}  // namespace mlops::dataset
