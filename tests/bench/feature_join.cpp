// CPU seconds and peak of memory of windows for every flight at two airports, by us and by DuckDB alone.
// feature_join ENGINES FLIGHTS.parquet SQL [OUT.csv]: our figures, then those of the SQL file, tab-separated.
#include <mlops/feature/fit.hpp>
#include <mlops/feature/join.hpp>
#include <mlops/feature/view.hpp>
#include <mlops/table/engine.hpp>

#include <fmt/core.h>

#include <sys/resource.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace {

using namespace mlops;

double cpu_s() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

long peak_mb() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss / 1024;
}

std::string departures(const std::string& file) {
  return "(SELECT *, date + to_minutes(30 + distance * 60 // 450 + greatest(delay, 0)) AS landed FROM "
         "read_parquet(" +
         table::literal(file) + "))";
}

void ours(table::Engine& engine, const std::string& file, const char* out) {
  manifest::FeatureSpec spec{
      .name = "airport", .key = {{"airport", "origin"}}, .from = "departures", .at = "landed"};
  spec.columns = {{"delay_1h", "mean(delay) over 1h"},
                  {"delay_3h", "mean(delay) over 3h"},
                  {"delay_24h", "mean(delay) over 24h"},
                  {"flights_3h", "count() over 3h"}};
  const feature::Table table{.relation = departures(file)};
  const auto compiled = feature::compile(spec, table, engine);
  const auto events = feature::read_events(compiled.view, table, engine);
  const feature::History history(compiled.view, events.columns);
  const Columns rows =
      engine.query("SELECT date, origin, destination FROM read_parquet(" + table::literal(file) + ")");
  const feature::Use uses[] = {{&history, {"origin"}, "airport", {}},
                               {&history, {"destination"}, "dest", {}}};
  const auto joined = feature::join(rows, "date", uses);
  if (out == nullptr) return;
  std::ofstream csv(out);
  for (const Field& field : joined.columns.fields()) csv << field.name << ',';
  csv << '\n';
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    for (std::size_t i = 0; i < joined.columns.width(); ++i) {
      const Column column = joined.columns.column(i);
      if (!column.valid(row)) csv << ',';
      else if (column.type().kind == Kind::int64) csv << column.values<std::int64_t>()[row] << ',';
      else csv << fmt::format("{},", column.values<double>()[row]);
    }
    csv << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  Engines engines(std::vector<std::filesystem::path>{argv[1]});
  const auto engine = table::open(engines, {.threads = 2});
  const double start = cpu_s();
  ours(*engine, argv[2], argc > 4 ? argv[4] : nullptr);
  const double middle = cpu_s();
  std::cout << "ours\t" << middle - start << "\ts\t" << peak_mb() << "\tMB" << std::endl;
  std::ifstream in(argv[3]);
  std::string sql{std::istreambuf_iterator<char>(in), {}};
  const std::string mark = "flights-3m.parquet";
  sql.replace(sql.find(mark), mark.size(), argv[2]);
  engine->execute(sql);
  std::cout << "duckdb\t" << cpu_s() - middle << "\ts\t" << peak_mb() << "\tMB" << std::endl;
}
