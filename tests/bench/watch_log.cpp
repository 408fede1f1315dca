/// watch_log ENGINES FOLDER ROWS: a day of a prediction log watched, 10 inputs; prints lines of: what, value,
/// unit, what it is compared with, that one's. Then the baseline of 14 columns of a training.

#include <fmt/format.h>
#include <mlops/base/progress.hpp>
#include <mlops/expect/parse.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/monitor/baseline.hpp>
#include <mlops/monitor/watch.hpp>
#include <mlops/table/engine.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <random>

#include "columns.hpp"
#include "cpu_seconds.hpp"

namespace {

using namespace mlops;

constexpr int numbers = 7;
constexpr int texts = 3;
constexpr std::int64_t day_us = 86'400'000'000;

double peak_mb() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1000;
}

/// A number, whole or not, or one of some cities.
struct Draw {
  std::mt19937_64 random{5};
  std::normal_distribution<double> normal{0, 1};

  double number(int column) {
    const double value = normal(random) * 100;
    return column % 2 == 0 ? static_cast<double>(static_cast<std::int64_t>(value)) : value;
  }
  std::string city() { return fmt::format("city {}", random() % 40); }
};

predict::Signature signature() {
  predict::Signature out = {.label = "late", .label_type = "BIGINT", .classes = {"0", "1"}};
  for (int i = 0; i < numbers; ++i)
    out.inputs.push_back({.name = fmt::format("n{}", i), .type = i % 2 == 0 ? "BIGINT" : "DOUBLE"});
  for (int i = 0; i < texts; ++i) {
    predict::Input input = {
        .name = fmt::format("t{}", i), .type = "VARCHAR", .encoding = predict::Encoding::category};
    for (int city = 0; city < 40; ++city) input.categories.push_back(fmt::format("city {}", city));
    out.inputs.push_back(std::move(input));
  }
  return out;
}

Columns training(Draw& draw, std::size_t rows, int times) {
  test::ColumnsOf out;
  for (int time = 0; time < times; ++time) {
    for (int i = 0; i < numbers; ++i) {
      test::Cells<double> cells;
      for (std::size_t row = 0; row < rows; ++row) cells.push_back(draw.number(i));
      out.numbers(time == 0 ? fmt::format("n{}", i) : fmt::format("m{}", i), cells);
    }
  }
  for (int i = 0; i < texts; ++i) {
    test::Cells<std::string> cells;
    for (std::size_t row = 0; row < rows; ++row) cells.push_back(draw.city());
    out.texts(fmt::format("t{}", i), cells);
  }
  return out.build();
}

monitor::Baseline baseline(const predict::Signature& asked, const Columns& rows) {
  std::vector<std::uint32_t> train(rows.rows());
  std::iota(train.begin(), train.end(), 0U);
  std::vector<double> answers(rows.rows());
  for (std::size_t i = 0; i < answers.size(); ++i)
    answers[i] = static_cast<double>(i) / static_cast<double>(answers.size());
  return monitor::BaselineMaker(rows, train).make(asked, answers);
}

void write_log(Draw& draw, const std::filesystem::path& folder, const model::Version& version,
               std::size_t rows) {
  std::filesystem::create_directories(folder);
  std::ofstream file(folder / "20261120T000000Z-0123abcd-0001.jsonl");
  const Time begin = *Time::parse("2026-11-20");
  for (std::size_t row = 0; row < rows; ++row) {
    const Time time{begin.us + static_cast<std::int64_t>(row) * 150'000};
    const double p = 1 / (1 + std::exp(-draw.normal(draw.random)));
    std::string inputs;
    for (int i = 0; i < numbers; ++i)
      inputs +=
          fmt::format("{}\"n{}\":{}", i == 0 ? "" : ",", i,
                      i % 2 == 0 ? fmt::format("{:.0f}", draw.number(i)) : fmt::format("{}", draw.number(i)));
    for (int i = 0; i < texts; ++i) inputs += fmt::format(",\"t{}\":\"{}\"", i, draw.city());
    file
        << fmt::format(
               R"({{"schema":"mlops.prediction/1","time":"{}","request":"01a1fde8-d328-7a45-aef7-{:012x}","row":1,)"
               R"("model":"{}","digest":"{}","as_of":null,"keys":null,"inputs":{{{}}},"features":null,)"
               R"("prediction":{},"probability":{},"probabilities":null}})",
               time.text(), row, version.address(), version.record.text(), inputs, p >= 0.5 ? 1 : 0, p)
        << '\n';
  }
}

monitor::Asserted asserted(const std::string& text) {
  return {text, false, std::get<expect::Assertion>(expect::parse(text))};
}

/// 14 columns of 2 million rows.
void measure_baseline(Draw& draw) {
  constexpr std::size_t rows = 2'000'000;
  predict::Signature asked = signature();
  for (int i = 0; i < 4; ++i) asked.inputs.push_back({.name = fmt::format("m{}", i), .type = "DOUBLE"});
  const Columns table = training(draw, rows, 2);
  const double at_first = cpu_seconds();
  const monitor::Baseline made = baseline(asked, table);
  const double took = cpu_seconds() - at_first;
  const double before = cpu_seconds();
  for (const predict::Input& input : asked.inputs) {
    if (input.type == "VARCHAR") continue;
    const auto values = table.column(*table.find(input.name)).values<double>();
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
  }
  std::printf("baseline.cpu\t%.4f\ts\tstd::sort of its 11 columns of numbers\t%.4f\n", took,
              cpu_seconds() - before);
  std::printf("baseline.bytes\t%zu\tB\t-\t0\n", monitor::baseline_json(made).size());
}

}  // namespace

int main(int, char** argv) {
  const std::filesystem::path folder = argv[2];
  const auto rows = static_cast<std::size_t>(std::atoll(argv[3]));
  Engines engines({argv[1]});
  Draw draw;
  store::Store store(folder / ".mlops", store::Store::Mode::create);
  predict::Package package = {.signature = signature(),
                              .algorithm = "prior",
                              .loss = "logloss",
                              .fitted = {{"shares", json::Array{0.5, 0.5}}}};
  package.files.emplace(monitor::baseline_file,
                        monitor::baseline_json(baseline(package.signature, training(draw, 100'000, 1))));
  const model::Version version =
      model::Registry(store).add({.name = "m", .package = package, .who = "me"}).version;
  write_log(draw, folder / "log" / "m", version, rows);
  NoProgress progress;
  const FixedClock clock(*Time::parse("2026-11-21T01:00:00Z"));
  dataset::Workshop shop{
      .engines = engines, .resources = {.threads = 2}, .clock = clock, .progress = progress};
  const monitor::WatchRequest request = {
      .model = "m",
      .log = folder / "log",
      .window = monitor::newest_window(clock.now(), day_us),
      .assertions = {asserted("psi(*) < 0.2"), asserted("null(n1) < 1%"), asserted("n0 in -1e6..1e6")},
      .scratch = folder / "scratch"};
  const double at_first = cpu_seconds();
  const monitor::Watch seen = monitor::watch(store, shop, request);
  const double took = cpu_seconds() - at_first;
  const double peak = peak_mb();
  if (seen.rows != rows || seen.columns.size() != numbers + texts + 2) return 1;
  const auto engine = table::open(engines, {.threads = 2});
  const double before = cpu_seconds();
  engine->execute(fmt::format("CREATE TABLE t AS SELECT * FROM read_json({}, format = 'newline_delimited')",
                              table::literal((folder / "log" / "m" / "*.jsonl").string())));
  std::printf("cpu\t%.4f\ts\tDuckDB reading the same JSON into a table\t%.4f\n", took,
              cpu_seconds() - before);
  std::fflush(stdout);
  std::printf("peak\t%.1f\tMB\tthe most that is allowed\t500\n", peak);
  measure_baseline(draw);
}
