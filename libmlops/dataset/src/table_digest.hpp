#pragma once
/// The logical digest of a table: names, types and values in row order, whatever file format, compression,
/// batch size or number of threads they came through. Specified in mlops-store(5), "Logical digest".

#include <mlops/base/columns.hpp>
#include <mlops/base/digest.hpp>

#include <cstdint>
#include <memory>
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

}  // namespace mlops::dataset
