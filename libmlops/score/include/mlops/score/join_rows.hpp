#pragma once
/// A training set as of each row's time: the rows of a file or of a dataset, and features beside them,
/// written out. Only the keys and the times of the rows are held in memory, and the features.

#include <mlops/base/progress.hpp>
#include <mlops/score/enrich.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::score {

struct JoinRequest {
  std::optional<dataset::Version> version = {};  ///< Whose rows; nothing: those of `input`.
  std::filesystem::path input = "-";             ///< "-": `read_input`.
  std::function<std::size_t(void* buffer, std::size_t size)> read_input = {};
  std::optional<std::string> input_format = {};  ///< csv, tsv, json, jsonl, parquet; nothing: found out.
  std::vector<ViewUse> uses = {};
  std::string time = {};  ///< Column of the rows.
  /// Where `time` is empty: taken if the rows have it; else their only date or time stamp is.
  std::string usual_time = {};
  /// Rows of `version` that transforms learn from; nothing: those that learn stay undone.
  std::optional<std::vector<std::uint32_t>> train = {};
  std::filesystem::path output = "-";  ///< "-": `write_output`. A file is there whole or not at all.
  std::function<void(std::string_view bytes)> write_output = {};
  /// Instead of any output: the rows with their features, in batches, until it returns false.
  std::function<bool(const Columns& batch)> take = {};
  std::optional<std::string> output_format = {};  ///< csv, json, jsonl, parquet; nothing: by name, else csv.
  bool dry_run = false;                           ///< Everything but writing.
};

struct JoinReport {
  std::uint64_t rows = 0;
  std::string time;
  std::string format;
  std::vector<feature::Joined> joined;  ///< Before transforms.
  std::vector<std::string> columns;     ///< What was added, in order.
  std::vector<feature::Fit> fits;       ///< The transforms that were done.
};

/// `scratch` is a folder for the rows and the features while it runs. Throws Error: usage (as enrich() does;
/// a column that is not there or would be there twice; no time, or several), not_found, corrupt (a row that
/// cannot be read), busy (disk full), interrupted.
JoinReport join_rows(const EnrichPlace& place, const std::filesystem::path& scratch,
                     const JoinRequest& request, Progress& progress);

}  // namespace mlops::score
