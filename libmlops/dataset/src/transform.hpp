#pragma once
/// `transform:`: an SQL SELECT over the table that came, whose rows are kept instead of it.

#include <mlops/dataset/ingest.hpp>

#include <filesystem>
#include <vector>

#include "src/input.hpp"

namespace mlops::dataset {

struct Transformed {
  TemporaryFile data;  ///< A Parquet file.
  std::vector<Column> columns;
};

/// One thread and no file but `parquet`, whose columns are `came`: the same rows give the same table. Throws
/// Error: usage (not one SELECT, functions that read files, the clock or chance), not_found (another table
/// than the source's own).
Transformed transform(store::Objects& objects, Workshop& shop, const manifest::SourceSpec& source,
                      const std::filesystem::path& parquet, const std::vector<Column>& came);

}  // namespace mlops::dataset
