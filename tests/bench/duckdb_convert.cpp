/// duckdb_convert IN.csv OUT.parquet: what DuckDB alone needs for the same work as `mlops ingest`, with its
/// own settings. duckdb_convert IN.parquet OUT.parquet SELECT: the rows of a SELECT from `input`, as `mlops
/// run` makes a table.

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
  if (argc != 3 && argc != 4) {
    std::fputs("usage: duckdb_convert IN OUT.parquet [SELECT]\n", stderr);
    return 2;
  }
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  if (duckdb_open(nullptr, &database) != DuckDBSuccess ||
      duckdb_connect(database, &connection) != DuckDBSuccess)
    return 1;
  const std::string in(argv[1]);
  const std::string rows = argc == 4 ? argv[3] : "SELECT * FROM read_csv('" + in + "')";
  const bool view =
      argc == 3 || run(connection, "CREATE VIEW input AS SELECT * FROM read_parquet('" + in + "')");
  const bool done = view && run(connection, "COPY (" + rows + ") TO '" + argv[2] + "' (FORMAT parquet)");
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  return done ? 0 : 1;
}
