#pragma once
/// The rows of a version in a window as a table, and how its columns are beside training.

#include <mlops/dataset/version.hpp>
#include <mlops/monitor/watch.hpp>
#include <mlops/table/engine.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "src/collected.hpp"

namespace mlops::monitor {

/// What turned out to be true of rows: a relation of n and truth, in the engine.
struct TruthColumn {
  std::string relation;
  std::string type;  ///< SQL
};

/// The columns of the table of a version, before any row is there.
dataset::Version table_of(const VersionRows& rows, const std::optional<TruthColumn>& truth);

/// Writes the Parquet file. As a version that assertions can be asked of, with the file beside it.
dataset::Version write_table(table::Engine& engine, const VersionRows& rows,
                             const std::optional<TruthColumn>& truth, const std::filesystem::path& file);

/// Every column that has a baseline.
std::vector<WatchedColumn> shifts_of(table::Engine& engine, const VersionRows& rows,
                                     const std::filesystem::path& file);

}  // namespace mlops::monitor
