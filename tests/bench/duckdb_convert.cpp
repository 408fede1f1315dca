/// duckdb_convert IN.csv OUT.parquet: what DuckDB alone needs for the same work as `mlops ingest`, with its
/// own settings.

#include <duckdb.h>

#include <cstdio>
#include <string>

namespace {

bool run(duckdb_connection connection, const std::string& sql) {
  duckdb_result result;
  const bool done = duckdb_query(connection, sql.c_str(), &result) == DuckDBSuccess;
  if (!done) std::fprintf(stderr, "error: %s\n", duckdb_result_error(&result));
  duckdb_destroy_result(&result);
  return done;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: duckdb_convert IN.csv OUT.parquet\n", stderr);
    return 2;
  }
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  if (duckdb_open(nullptr, &database) != DuckDBSuccess ||
      duckdb_connect(database, &connection) != DuckDBSuccess)
    return 1;
  const bool done = run(connection, "COPY (SELECT * FROM read_csv('" + std::string(argv[1]) + "')) TO '" +
                                        argv[2] + "' (FORMAT parquet)");
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  return done ? 0 : 1;
}
