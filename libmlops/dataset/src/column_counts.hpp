#pragma once
/// The values of one column in two tables, counted by one statement.

#include <mlops/dataset/version.hpp>
#include <mlops/stats/drift.hpp>
#include <mlops/table/engine.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/relations.hpp"

namespace mlops::dataset {

/// One side.
struct SideCounts {
  std::vector<stats::NumberCount> numbers = {};  ///< Ascending; infinite ones too, NaN is a null.
  std::vector<stats::TextCount> texts = {};      ///< Those that are not rare in the reference.
  std::uint64_t nulls = 0;
  std::uint64_t rows = 0;
};

struct ColumnCounts {
  SideCounts reference = {};
  SideCounts current = {};
  bool of_numbers = false;
  bool numbers_rows = false;  ///< Consecutive whole numbers, each once: it says nothing of the rows.
};

/// Times are microseconds since 1970, flags are texts.
ColumnCounts count_column(table::Engine& engine, Relations& relations, const std::string& reference,
                          const std::string& current, const Column& column);

/// `psi`, `drift` or `ks`.
double distance(std::string_view function, const ColumnCounts& counts);

}  // namespace mlops::dataset
