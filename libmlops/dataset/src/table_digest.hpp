#pragma once
/// The logical digest of a table: names, types and values in row order, whatever file format, compression,
/// batch size or number of threads they came through. Specified in mlops-store(5), "Logical digest".

#include <mlops/base/columns.hpp>
#include <mlops/base/digest.hpp>

#include <mlops/table/engine.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mlops::dataset {

class ValueHasher;

class TableDigest {
 public:
  TableDigest();
  ~TableDigest();

  /// The next rows; every batch has the fields of the first.
  void add(const Columns& batch);
  /// What is added from here on are further columns of the same rows, from the first row again.
  void next_columns() { first_ = columns_.size(); }
  std::uint64_t rows() const { return rows_; }
  /// Called once, after at least one batch (which may be empty).
  Digest finish();

 private:
  std::vector<Field> fields_;
  std::vector<std::unique_ptr<ValueHasher>> columns_;
  std::size_t first_ = 0;  // column of those that are being added
  std::uint64_t rows_ = 0;
};

struct HashedTable {
  std::uint64_t rows = 0;
  Digest digest = {};
};

/// Reads a table back from disk, in order, a stretch of its columns after the other; `look`, where given,
/// sees each batch and how many rows of the stretch were read with it.
HashedTable hash_parquet(table::Engine& engine, const std::filesystem::path& parquet,
                         const std::vector<std::string>& columns,
                         const std::function<void(const Columns& batch, std::uint64_t rows)>& look);

}  // namespace mlops::dataset
