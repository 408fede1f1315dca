#pragma once
/// Reading versions: rows, SQL, profiles, exports. Columns that hold personal data (`pii`) come out masked
/// wherever values are shown; an export is for the owner of the data and is not masked.

#include <mlops/base/cancel.hpp>
#include <mlops/base/columns.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/dataset/kept.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/json/value.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mlops::table {
class Engine;
}

namespace mlops::dataset {

/// The format that a file is written in by its name, in any case: csv, json, jsonl (or .ndjson), parquet (or
/// .pq). Nothing for other names.
std::optional<std::string> format_of_name(const std::filesystem::path& file);

/// Rows as they are shown: one JSON value per column.
struct Rows {
  std::vector<std::string> columns;
  std::vector<std::vector<json::Value>> rows;
};

class Reader {
 public:
  /// All of it must outlive the reader.
  explicit Reader(const TablePlace& place);
  ~Reader();

  /// The first `count` rows.
  Rows head(const Version& version, std::uint64_t count);

  /// The whole table, or the columns named, in memory and unmasked: for programs, not for showing. Throws
  /// Error(usage) for a column that is not there, with near misses.
  Columns columns(const Version& version, const std::vector<std::string>& names = {});

  /// The first `count` rows of the quarantine: file, line, column_name, reason, raw. With personal data in
  /// the table, `raw` and the values in `reason` are masked.
  Rows quarantine(const Version& version, std::uint64_t count);

  /// One SELECT over versions: a table's name is an address, in double quotes where it is no plain name
  /// ("churn@v2"). `take` gets the rows as they come. Reads nothing but those versions. Throws Error: usage
  /// (not one SELECT, a name that is not there), not_found.
  void query(const std::string& sql, const std::function<bool(const std::vector<std::string>& columns,
                                                              const std::vector<json::Value>& row)>& take);

  struct ColumnProfile {
    std::string name;
    std::string type;
    std::uint64_t nulls = 0;
    std::uint64_t distinct = 0;  ///< Exact up to 10 million rows, then estimated (HyperLogLog).
    json::Value min = {};        ///< null for nested types and masked columns.
    json::Value max = {};
    std::optional<double> mean = {};  ///< Of finite numbers, as is the sample's standard deviation.
    std::optional<double> deviation = {};
    std::optional<double> q25 = {};  ///< Of numbers; interpolated, exact up to 10 million rows.
    std::optional<double> median = {};
    std::optional<double> q75 = {};
    std::vector<std::pair<json::Value, std::uint64_t>> top =
        {};  ///< Of texts and flags: the most frequent, at most 3.
    bool masked = false;
  };
  std::vector<ColumnProfile> profile(const Version& version);

  /// The whole table as csv, json, jsonl or parquet, in blocks. Throws Error: usage (format), busy (disk
  /// full).
  void write(const Version& version, const std::string& format,
             const std::function<void(std::string_view bytes)>& out);
  /// The same into a file, which is there whole or not at all.
  void write_file(const Version& version, const std::string& format, const std::filesystem::path& file);

 private:
  table::Engine& engine();
  std::string relation(const Version& version);
  void write_into(const Version& version, const std::string& format, const std::filesystem::path& file);
  void copy_to(const Version& version, const std::string& format, const std::filesystem::path& file);

  const TablePlace place_;
  std::unique_ptr<table::Engine> engine_;
};

}  // namespace mlops::dataset
