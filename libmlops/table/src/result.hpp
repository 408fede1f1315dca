#pragma once
/// A statement that runs, and its result batch by batch.

#include "src/duck.hpp"
#include "src/sql_type.hpp"

#include <mlops/base/columns.hpp>

#include <optional>

namespace mlops::table {

class Result {
 public:
  /// Runs `statement` until its first rows are there.
  Result(duckdb_prepared_statement statement, SqlTypes& types);
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;
  ~Result() { duckdb_destroy_result(&result_); }

  /// The next rows; nothing at the end.
  std::optional<Columns> next();
  /// A batch without rows.
  Columns none();

 private:
  void read_fields(SqlTypes& types);
  Columns columns(duckdb_data_chunk chunk);

  duckdb_result result_ = {};
  ArrowOptions options_;
  std::shared_ptr<const std::vector<Field>> fields_;
};

}  // namespace mlops::table
