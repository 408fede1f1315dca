/// duckdb_sql FILE: runs the statements of a file of SQL with DuckDB alone and its own settings, and prints
/// the first column of the last result.

#include <duckdb.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: duckdb_sql FILE\n", stderr);
    return 2;
  }
  std::stringstream sql;
  sql << std::ifstream(argv[1]).rdbuf();
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  if (duckdb_open(nullptr, &database) != DuckDBSuccess ||
      duckdb_connect(database, &connection) != DuckDBSuccess)
    return 1;
  duckdb_result result;
  const bool done = duckdb_query(connection, sql.str().c_str(), &result) == DuckDBSuccess;
  if (!done) std::fprintf(stderr, "error: %s\n", duckdb_result_error(&result));
  if (done && duckdb_row_count(&result) > 0) {
    char* text = duckdb_value_varchar(&result, 0, 0);
    std::printf("%s\n", text == nullptr ? "null" : text);
    duckdb_free(text);
  }
  duckdb_destroy_result(&result);
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  return done ? 0 : 1;
}
