#pragma once
/// The columns of two tables side by side, and how their values are compared in SQL. Pure.

#include <mlops/dataset/diff.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace mlops::dataset {

/// A column that both tables have.
struct SharedColumn {
  std::string name;
  std::size_t before = 0;  ///< Its place in either, from 0.
  std::size_t after = 0;
  bool pii = false;      ///< In one of them at least.
  bool retyped = false;  ///< Its values are made comparable.
  /// SQL of a value that is equal where the values are, whatever their types.
  std::string comparable_before = {};
  std::string comparable_after = {};
};

/// In the order of the new table.
std::vector<SharedColumn> shared_columns(const std::vector<Column>& before, const std::vector<Column>& after);

std::vector<TableDiff::ColumnDiff> schema_diff(const std::vector<Column>& before,
                                               const std::vector<Column>& after);

}  // namespace mlops::dataset
