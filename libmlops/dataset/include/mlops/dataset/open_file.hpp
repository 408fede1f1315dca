#pragma once
/// A file, or standard input, as rows with types: read as `ingest` reads it (every dialect, encoding, format
/// and compression), but nothing of it is kept. No row is left out: one that cannot be read is a fault.

#include <mlops/base/cancel.hpp>
#include <mlops/base/columns.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/dataset/resources.hpp>
#include <mlops/json/value.hpp>
#include <mlops/store/objects.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mlops::dataset {

struct OpenRequest {
  std::filesystem::path file;  ///< "-": `input`.
  std::function<std::size_t(void* buffer, std::size_t size)> input = {};
  std::optional<std::string> format = {};  ///< csv, tsv, json, jsonl, parquet; nothing: by name and content.
  /// Column to SQL type: wins over what the data look like. Columns that are not there are passed over.
  std::map<std::string, std::string> types = {};
  /// Version::read of data that this file is like: of delimited text its nulls, decimal mark and dates hold
  /// here too, whatever a few rows look like.
  json::Object read = {};
  /// Column to SQL type, of those that `read` may spell in a way of its own (day first).
  std::map<std::string, std::string> dates = {};
  std::vector<std::string> pii = {};  ///< Columns whose values no message shows.
};

/// Where the work is done, and what it may take. All of it must outlive the file.
struct OpenPlace {
  Engines& engines;
  Resources resources;
  std::filesystem::path
      scratch;  ///< A folder for a copy of the input and its typed form: about twice its size.
  Progress& progress;
  const Cancel* cancel = nullptr;
};

class OpenFile {
 public:
  /// Reads the whole input once. Throws Error: not_found, usage (a format that is not read), corrupt (not a
  /// table; rows that cannot be read, the first with their line and reason), busy (disk full), interrupted.
  OpenFile(const OpenPlace& place, const OpenRequest& request);
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  /// csv, json, jsonl or parquet.
  const std::string& format() const;
  std::uint64_t rows() const;
  const std::vector<Field>& fields() const;
  /// The rows with their types, as long as this lives.
  const std::filesystem::path& parquet() const;

  /// Batches of a few thousand rows, in order; at least one, be it without rows, until `take` returns false.
  void each(const std::function<bool(const Columns& batch)>& take);

  /// More columns for the same rows, in the same order: a CSV file without a header, empty fields null.
  struct Beside {
    std::filesystem::path csv;
    std::vector<std::pair<std::string, std::string>> columns;  ///< Name and SQL type.
  };
  /// A Parquet file of the rows with `beside` at their right, or of `beside` alone.
  void write_parquet(const Beside& beside, bool with_rows, const std::filesystem::path& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A fresh folder name for OpenPlace: beside the store, or in the system's folder for such files when the
/// store cannot be written. What is left there by a killed process goes with the next start of the store.
std::filesystem::path scratch_beside(store::Objects& objects);

/// One value as JSON: numbers, flags, texts, lists and objects as JSON has them; dates and times in ISO 8601
/// (with Z when they carry a zone); decimals of more than 15 digits as text; bytes as hex after "\x".
json::Value json_value(const mlops::Column& column, std::size_t row);

}  // namespace mlops::dataset
