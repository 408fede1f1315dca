#pragma once
/// DuckDB's C API with owners and with errors as Error: the only header that includes duckdb.h.

#include <mlops/base/error.hpp>

#include <duckdb.h>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace mlops::table {

template <auto destroy>
struct Destroy {
  template <typename T>
  void operator()(T* pointer) const {
    destroy(&pointer);
  }
};

template <typename Pointer, auto destroy>
using Owned = std::unique_ptr<std::remove_pointer_t<Pointer>, Destroy<destroy>>;

using Config = Owned<duckdb_config, duckdb_destroy_config>;
using Database = Owned<duckdb_database, duckdb_close>;
using Connection = Owned<duckdb_connection, duckdb_disconnect>;
using Extracted = Owned<duckdb_extracted_statements, duckdb_destroy_extracted>;
using Prepared = Owned<duckdb_prepared_statement, duckdb_destroy_prepare>;
using Pending = Owned<duckdb_pending_result, duckdb_destroy_pending>;
using Chunk = Owned<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using LogicalType = Owned<duckdb_logical_type, duckdb_destroy_logical_type>;
using ArrowOptions = Owned<duckdb_arrow_options, duckdb_destroy_arrow_options>;
using ScalarFunction = Owned<duckdb_scalar_function, duckdb_destroy_scalar_function>;
using ErrorData = Owned<duckdb_error_data, duckdb_destroy_error_data>;

struct Free {
  void operator()(char* text) const { duckdb_free(text); }
};
using Text = std::unique_ptr<char, Free>;

/// What the engine says, as our error: "Binder Error: Referenced column ...\nCandidate bindings: ...\n\nLINE
/// 1: ...".
Error to_error(std::string_view message);

/// Throws when `data` holds an error.
void check(const ErrorData& data);

/// The statements of a text.
class Statements {
 public:
  Statements(duckdb_connection connection, const std::string& sql);

  duckdb_connection connection() const { return connection_; }
  std::size_t size() const { return count_; }
  Prepared prepare(std::size_t i) const;

 private:
  duckdb_connection connection_;
  Extracted extracted_;
  std::size_t count_ = 0;
};

}  // namespace mlops::table
