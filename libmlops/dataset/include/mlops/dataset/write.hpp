#pragma once
/// Rows written out: the one way from a Parquet file to csv, json, jsonl or parquet, for exports and for rows
/// that others have added columns to.

#include <mlops/base/columns.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace mlops::table {
class Engine;
}

namespace mlops::dataset {

/// More columns for the same rows, in the same order: a CSV file with "\n" and without a header, empty fields
/// null and `""` the empty text.
struct RowsBeside {
  std::filesystem::path csv;
  std::vector<std::pair<std::string, std::string>> columns;  ///< Name and SQL type.
};

/// The rows of `parquet` in their order, with the columns of `beside` (if any) at their right, as a new file.
/// Nested values are JSON in csv; what is not finite is a text in json. Throws Error: usage (format), busy
/// (disk full), interrupted.
void write_rows(table::Engine& engine, const std::filesystem::path& parquet, const RowsBeside* beside,
                const std::string& format, const std::filesystem::path& file);

/// The same rows in batches of a few thousand, at least one, until `take` returns false.
void each_row(table::Engine& engine, const std::filesystem::path& parquet, const RowsBeside* beside,
              const std::function<bool(const Columns& batch)>& take);

}  // namespace mlops::dataset
