#include <fmt/format.h>
#include <gtest/gtest.h>
#include <mlops/evaluate/slices.hpp>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "columns.hpp"
#include "error_of.hpp"

namespace mlops::evaluate {
namespace {

using predict::Task;
using test::Cells;
using test::ColumnsOf;
using test::error_of;

std::vector<std::uint32_t> all_of(const Columns& table) {
  std::vector<std::uint32_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

/// "a:0,2 b:1"
std::string told(const std::vector<SliceRows>& slices) {
  std::string out;
  for (const SliceRows& slice : slices) {
    out += (out.empty() ? "" : " ") + slice.value + ":";
    for (std::size_t i = 0; i < slice.rows.size(); ++i)
      out += (i > 0 ? "," : "") + std::to_string(slice.rows[i]);
  }
  return out;
}

std::string told(const Columns& table, const SliceBy& by) {
  return told(slices_of(table, all_of(table), by));
}

TEST(Slices, ValuesByFallingSize) {
  const Columns table = ColumnsOf()
                            .texts("city", {"ORD", "LAX", std::nullopt, "ORD", "null", "", "LAX", "ORD"})
                            .integers("n", {7, -1, 7, std::nullopt, 10, 7, 10, 9})
                            .flags("late", {true, false, false, std::nullopt, false, true, true, true})
                            .dates("day", {0, 1, 0, 1, 0, 1, 0, 1})
                            .build();
  EXPECT_EQ(told(table, {"city"}), "ORD:0,3,7 LAX:1,6 '':5 'null':4 null:2");
  EXPECT_EQ(told(table, {"n"}), "7:0,2,5 10:4,6 -1:1 9:7 null:3");
  EXPECT_EQ(told(table, {"late"}), "true:0,5,6,7 false:1,2,4 null:3");
  EXPECT_EQ(told(table, {"day"}), "1970-01-01:0,2,4,6 1970-01-02:1,3,5,7");
  // Numbers into those that were given, not into the table.
  const std::vector<std::uint32_t> some = {6, 1, 0};
  EXPECT_EQ(told(slices_of(table, some, {"city"})), "LAX:0,1 ORD:2");
  EXPECT_EQ(told(slices_of(table, {}, {"city"})), "");
}

TEST(Slices, RangesInTheirOrder) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double inf = std::numeric_limits<double>::infinity();
  const Columns table =
      ColumnsOf()
          .integers("distance", {999, 500, 0, -1, std::nullopt, 499, 1000, -500})
          .numbers("share", {0.1, 0.3, 0.7, 0.29, 0.6, 0.0999, std::nullopt, 1.2})
          .numbers("odd", {nan, inf, -inf, -0.0, 0.0, 5, 1e300, std::nullopt})
          .add<Int128>("price", {.kind = Kind::decimal, .precision = 20, .scale = 2},
                       {Int128{1050, 0}, Int128{999, 0}, Int128{std::uint64_t(-1), -1}, Int128{2000, 0},
                        std::nullopt, Int128{0, 0}, Int128{1, 0}, Int128{1000, 0}},
                       "DECIMAL(20,2)")
          .build();
  EXPECT_EQ(told(table, {"distance", 500}), "-500..0:3,7 0..500:2,5 500..1000:0,1 1000..1500:6 null:4");
  EXPECT_EQ(told(table, {"share", 0.1}),
            "0..0.1:5 0.1..0.2:0 0.2..0.3:3 0.3..0.4:1 0.6..0.7:4 0.7..0.8:2 1.2..1.3:7 null:6");
  EXPECT_EQ(told(table, {"price", 10}), "-10..0:2 0..10:1,5,6 10..20:0,7 20..30:3 null:4");
  EXPECT_EQ(told(table, {"odd", 2}), "-inf:2 0..2:3,4 4..6:5 1e+300..1e+300:6 inf:1 nan:0 null:7");
}

TEST(Slices, PersonalDataAreNotShown) {
  const Columns table = ColumnsOf().texts("name", {"Ana", "Bo", "Ana"}).integers("age", {33, 41, 35}).build();
  const auto names = slices_of(table, all_of(table), {"name"}, true);
  EXPECT_EQ(told(names), "*** 1:0,2 *** 2:1");
  EXPECT_TRUE(names.front().masked);
  EXPECT_EQ(told(slices_of(table, all_of(table), {"age", 10}, true)), "*** 1:0,2 *** 2:1");
}

TEST(Slices, FaultsSayWhatIsWanted) {
  Cells<std::string> many;
  Cells<std::int64_t> numbers;
  Cells<double> fractions;
  for (int i = 0; i < 10'001; ++i) {
    many.emplace_back("customer " + std::to_string(i));
    numbers.emplace_back(i);
    fractions.emplace_back(i / 3.0);
  }
  const Columns table = ColumnsOf()
                            .texts("name", many)
                            .integers("n", numbers)
                            .numbers("price", fractions)
                            .nothing("tags", {.kind = Kind::structure}, "STRUCT(a INTEGER)", many.size())
                            .build();
  const auto fault = [&](const SliceBy& by) {
    return error_of([&] { slices_of(table, all_of(table), by); });
  };
  EXPECT_EQ(fault({"nam"}).message(), "there is no column 'nam' to slice by");
  EXPECT_EQ(fault({"nam"}).hint(), "a similar column exists: `name`");
  EXPECT_EQ(fault({"name"}).message(), "column 'name' has over 10,000 different values");
  EXPECT_EQ(fault({"n", 0.5}).message(), "column 'n' has over 10,000 different ranges");
  EXPECT_EQ(fault({"n", 0.5}).hint(), "take wider ones: `n by 50`");
  EXPECT_EQ(fault({"price"}).message(), "column 'price' holds fractions: it is sliced by ranges");
  EXPECT_EQ(fault({"price"}).hint(), "`price by N` makes ranges that are N wide");
  EXPECT_EQ(fault({"name", 5}).message(),
            "column 'name' holds no numbers, and ranges of 'name by 5' are of numbers");
  EXPECT_EQ(fault({"n", 0}).message(), "ranges of 'n' are 0 wide, and more than 0 is wanted");
  EXPECT_EQ(fault({"n", -1}).code(), Code::usage);
  EXPECT_EQ(slices_of(table, all_of(table), {"n", 5'000}).size(), 3u);
}

std::string figures(const Metric& metric) {
  return fmt::format("{} {} {}", metric.estimate.value, metric.estimate.low, metric.estimate.high);
}

TEST(Slices, EachIsJudgedAsIfItWereAll) {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> uniform;
  for (const Task task : {Task::binary, Task::multiclass, Task::regression}) {
    const std::size_t classes = task == Task::multiclass ? 3 : 2;
    std::vector<double> labels, predictions;
    Cells<std::string> cities;
    for (int i = 0; i < 400; ++i) {
      cities.emplace_back(i % 2 == 0 ? "a" : i % 3 == 0 ? "b" : "c");
      labels.push_back(task == Task::regression ? uniform(random) : static_cast<double>(random() % classes));
      for (std::size_t k = 0; k < (task == Task::multiclass ? classes : 1); ++k)
        predictions.push_back(uniform(random));
    }
    const Truth truth{task, classes, labels};
    const Columns table = ColumnsOf().texts("city", cities).build();
    const auto rows = slices_of(table, all_of(table), {"city"});
    const auto slices = evaluate_slices(truth, predictions, "city", rows, 0.4);
    ASSERT_EQ(slices.size(), 3u);
    for (std::size_t s = 0; s < slices.size(); ++s) {
      EXPECT_EQ(slices[s].value, rows[s].value);
      EXPECT_EQ(slices[s].column, "city");
      EXPECT_EQ(slices[s].rows, rows[s].rows.size());
      std::vector<double> own_labels, own;
      const std::size_t outputs = predictions.size() / labels.size();
      for (const std::uint32_t row : rows[s].rows) {
        own_labels.push_back(labels[row]);
        for (std::size_t k = 0; k < outputs; ++k) own.push_back(predictions[row * outputs + k]);
      }
      const Evaluation alone = evaluate({task, classes, own_labels}, own, {}, 0.4);
      ASSERT_EQ(slices[s].metrics.size(), alone.metrics.size());
      for (std::size_t m = 0; m < alone.metrics.size(); ++m) {
        EXPECT_EQ(slices[s].metrics[m].name, alone.metrics[m].name);
        EXPECT_EQ(figures(slices[s].metrics[m]), figures(alone.metrics[m]));
      }
    }
  }
}

Slice slice(const std::string& value, std::uint64_t rows, double auc) {
  return {.column = "c", .value = value, .rows = rows, .metrics = {{"auc", stats::bare(auc), true}}};
}

TEST(Slices, TheWorstIsOneThatTells) {
  const std::vector<Slice> slices = {slice("a", 500, 0.8), slice("b", 99, 0.1), slice("c", 100, 0.7),
                                     slice("d", 300, std::nan("")), slice("e", 200, 0.7)};
  EXPECT_EQ(worst(slices, "auc", true)->value, "c") << "the first of equal ones";
  EXPECT_EQ(worst(slices, "auc", false)->value, "a") << "a loss is worst where it is greatest";
  EXPECT_EQ(worst(slices, "auc", true, 50)->value, "b");
  EXPECT_EQ(worst(slices, "auc", true, 501), nullptr);
  EXPECT_EQ(worst(slices, "brier", true), nullptr);
  EXPECT_EQ(worst({}, "auc", true), nullptr);
}

}  // namespace
}  // namespace mlops::evaluate
