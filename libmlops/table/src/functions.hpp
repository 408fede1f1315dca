#pragma once
/// Functions that SQL has beside the engine's own.

#include "src/duck.hpp"

namespace mlops::table {

/// Makes `is_plain_integer` and `is_plain_number` known to every connection of the database.
void add_functions(duckdb_connection connection);

}  // namespace mlops::table
