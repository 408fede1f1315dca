#pragma once
/// The engine's spelling of types, as its typeof() has it.

#include "src/duck.hpp"

#include <optional>
#include <set>
#include <string>

namespace mlops::table {

class SqlTypes {
 public:
  /// `database` must outlive this.
  explicit SqlTypes(duckdb_database database) : database_(database) {}

  /// "DECIMAL(18,3)", "STRUCT(a BIGINT, \"when\" VARCHAR)[]", "JSON".
  std::string spell(duckdb_logical_type type);

 private:
  std::string structure(duckdb_logical_type type);
  std::string union_of(duckdb_logical_type type);
  std::string name(const std::string& text);

  duckdb_database database_;
  std::optional<std::set<std::string>> keywords_;
};

}  // namespace mlops::table
