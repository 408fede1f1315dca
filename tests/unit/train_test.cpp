/// The label, the split, the plan of the columns and the leaks.
#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/train/plan.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "columns.hpp"
#include "error_of.hpp"

namespace mlops::train {
namespace {

using predict::Encoding;
using predict::Task;
using test::Cells;
using test::ColumnsOf;
using test::error_of;
using Texts = std::vector<std::string>;
using Rows = std::vector<std::uint32_t>;

/// `count` cells made by a function of the row.
template <typename T>
Cells<T> cells(std::size_t count, const std::function<std::optional<T>(std::size_t)>& make) {
  Cells<T> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(make(i));
  return out;
}

Columns with_label(const Cells<std::string>& label) { return ColumnsOf().texts("y", label).build(); }
Columns with_numbers(const Cells<double>& label) { return ColumnsOf().numbers("y", label).build(); }
Columns with_wholes(const Cells<std::int64_t>& label) { return ColumnsOf().integers("y", label).build(); }

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(Target, TwoValuesAreBinaryAndTheGreaterIsPositive) {
  const auto target = read_target(with_label({"yes", "no", {}, "yes", "no"}), "y");
  EXPECT_EQ(target.task, Task::binary);
  EXPECT_EQ(target.classes, (Texts{"no", "yes"}));
  EXPECT_EQ(target.rows, (Rows{0, 1, 3, 4}));
  EXPECT_EQ(target.labels, (std::vector<double>{1, 0, 1, 0}));
  EXPECT_EQ(target.left_out, 1u);
  EXPECT_EQ(target.reason, "two values: no and yes");
  EXPECT_EQ(target.type, "VARCHAR");
}

TEST(Target, LetterCaseDoesNotMakeNoPositive) {
  EXPECT_EQ(read_target(with_label({"Yes", "no", "Yes", "no"}), "y").classes, (Texts{"no", "Yes"}));
}

TEST(Target, FlagsAndZeroOneAreBinary) {
  const auto flags = ColumnsOf().flags("y", {true, false, false, true}).build();
  EXPECT_EQ(read_target(flags, "y").classes, (Texts{"false", "true"}));
  EXPECT_EQ(read_target(with_wholes({0, 1, 1, 0}), "y").classes, (Texts{"0", "1"}));
  EXPECT_EQ(read_target(with_numbers({0.0, 1.0, 1.0, -0.0}), "y").classes, (Texts{"0.0", "1.0"}));
}

TEST(Target, TextsAndFewWholeNumbersAreClasses) {
  const auto species = read_target(with_label({"Gentoo", "Adelie", "Chinstrap", "Adelie", "Gentoo"}), "y");
  EXPECT_EQ(species.task, Task::multiclass);
  EXPECT_EQ(species.classes, (Texts{"Adelie", "Chinstrap", "Gentoo"}));
  EXPECT_EQ(species.reason, "3 different texts");
  const auto ratings =
      read_target(with_wholes(cells<std::int64_t>(100, [](auto i) { return (i % 5) + 1; })), "y");
  EXPECT_EQ(ratings.task, Task::multiclass);
  EXPECT_EQ(ratings.reason, "5 different whole numbers");
  const auto tens =
      read_target(with_wholes(cells<std::int64_t>(60, [](auto i) { return 8 + 2 * (i % 3); })), "y");
  EXPECT_EQ(tens.classes, (Texts{"8", "10", "12"}));
}

TEST(Target, ManyOrBrokenNumbersAreRegression) {
  const auto counts = read_target(with_wholes(cells<std::int64_t>(100, [](auto i) { return i % 21; })), "y");
  EXPECT_EQ(counts.task, Task::regression);
  EXPECT_TRUE(counts.classes.empty());
  EXPECT_EQ(counts.reason, "21 different whole numbers");
  const auto prices =
      read_target(with_numbers(cells<double>(100, [](auto i) { return 0.5 * double(i % 5); })), "y");
  EXPECT_EQ(prices.task, Task::regression);
  EXPECT_EQ(prices.labels[3], 1.5);
  // A few whole numbers, each once, are no classes.
  EXPECT_EQ(read_target(with_wholes({10, 20, 35, 70}), "y").task, Task::regression);
}

TEST(Target, TheTaskCanBeSaid) {
  const auto ratings = with_wholes(cells<std::int64_t>(50, [](auto i) { return i % 5; }));
  EXPECT_EQ(read_target(ratings, "y", Task::regression).task, Task::regression);
  const auto flags = with_wholes({0, 1, 0, 1});
  EXPECT_EQ(read_target(flags, "y", Task::multiclass).classes.size(), 2u);
  EXPECT_EQ(error_of([&] { read_target(ratings, "y", Task::binary); }).code(), Code::usage);
  EXPECT_EQ(error_of([&] {
              read_target(with_label({"a", "b", "a", "b"}), "y", Task::regression);
            }).code(),
            Code::usage);
}

TEST(Target, WholeNumbersThatADoubleCannotTellApartAreNoClasses) {
  constexpr std::int64_t exact = 9007199254740992;
  const auto error = error_of([&] { read_target(with_wholes({exact, exact + 1, exact, exact + 1}), "y"); });
  EXPECT_EQ(error.code(), Code::usage);
  EXPECT_EQ(
      error.message(),
      "label 'y' has the value 9007199254740992: whole numbers beyond 9,007,199,254,740,992 are no classes");
  EXPECT_EQ(read_target(with_wholes({exact - 1, 1, exact - 1, 1}), "y").task, Task::binary);
  const auto far = with_wholes(cells<std::int64_t>(100, [](auto i) { return exact + 1000 * i; }));
  EXPECT_EQ(read_target(far, "y").task, Task::regression);
}
TEST(Target, NotFiniteLabelsAreLeftOutAndCounted) {
  const auto target = read_target(with_numbers({1.5, nan, 2.5, infinite, -infinite, {}, 3.5}), "y");
  EXPECT_EQ(target.rows, (Rows{0, 2, 6}));
  EXPECT_EQ(target.left_out, 4u);
}

TEST(Target, ALabelThatIsNotThereNamesNearMisses) {
  const auto table = ColumnsOf().integers("churned", {1, 0}).build();
  const auto e = error_of([&] { read_target(table, "churnd"); });
  EXPECT_EQ(e.code(), Code::usage);
  EXPECT_EQ(e.message(), "no column 'churnd' to be the label");
  EXPECT_EQ(e.hint(), "similar columns exist: `churned`");
}

TEST(Target, NothingToLearnIsSaid) {
  const auto message = [](const Columns& table) {
    const auto e = error_of([&] { read_target(table, "y"); });
    EXPECT_EQ(e.code(), Code::negative);
    return e.message();
  };
  EXPECT_EQ(message(with_numbers(Cells<double>())), "nothing to learn: the table has no rows");
  EXPECT_EQ(message(with_numbers({nan, {}})), "nothing to learn: label 'y' is null in all of 2 rows");
  EXPECT_EQ(message(with_numbers({7.0, 7.0, {}})),
            "nothing to learn: label 'y' has one value: '7.0' in all of 2 rows");
  EXPECT_NE(message(with_label({"a", "a", "b"})).find("class 'b' of label 'y' has 1 row"), std::string::npos);
}

TEST(Target, ASingleRowOfOneOfManyClassesIsLearnedFrom) {
  const auto target = read_target(with_label({"a", "a", "b", "b", "c"}), "y");
  EXPECT_EQ(target.classes.size(), 3u);
}

TEST(Target, WrongTypesAndTooManyClassesAreUsage) {
  const auto dates = ColumnsOf().dates("y", {1, 2}).build();
  EXPECT_NE(error_of([&] { read_target(dates, "y"); }).message().find("type DATE cannot be a label"),
            std::string::npos);
  const auto names = with_label(cells<std::string>(3000, [](auto i) { return "n" + std::to_string(i); }));
  const auto e = error_of([&] { read_target(names, "y"); });
  EXPECT_EQ(e.code(), Code::usage);
  EXPECT_NE(e.message().find("more than 1,000"), std::string::npos);
}

// ---- split

Columns classes_of(const std::map<std::string, int>& counts) {
  Cells<std::string> label;
  for (const auto& [name, count] : counts) label.insert(label.end(), static_cast<std::size_t>(count), name);
  return with_label(label);
}

std::map<double, int> shares(const Target& target, const Rows& rows) {
  std::map<double, int> counts;
  for (const auto row : rows) {
    const auto at = std::lower_bound(target.rows.begin(), target.rows.end(), row) - target.rows.begin();
    ++counts[target.labels[static_cast<std::size_t>(at)]];
  }
  return counts;
}

void expect_whole(const Target& target, const Split& split) {
  std::vector<std::uint32_t> all;
  for (const auto* rows : {&split.train, &split.valid, &split.test}) {
    EXPECT_TRUE(std::is_sorted(rows->begin(), rows->end()));
    all.insert(all.end(), rows->begin(), rows->end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, target.rows);
}

TEST(Split, EachClassIsSharedExactly) {
  const auto table = classes_of({{"a", 100}, {"b", 40}, {"c", 3}, {"d", 2}, {"e", 1}});
  const auto target = read_target(table, "y");
  const auto parts = split(table, target, {});
  expect_whole(target, parts);
  EXPECT_EQ(shares(target, parts.train), (std::map<double, int>{{0, 70}, {1, 28}, {2, 1}, {3, 1}, {4, 1}}));
  EXPECT_EQ(shares(target, parts.valid), (std::map<double, int>{{0, 15}, {1, 6}, {2, 1}}));
  EXPECT_EQ(shares(target, parts.test), (std::map<double, int>{{0, 15}, {1, 6}, {2, 1}, {3, 1}}));
  EXPECT_EQ(parts.how, "stratified by y, 70/15/15, seed 1");
}

TEST(Split, TheSeedDecidesAndNothingElse) {
  const auto table = classes_of({{"a", 200}, {"b", 100}});
  const auto target = read_target(table, "y");
  EXPECT_EQ(split(table, target, {}).test, split(table, target, {}).test);
  EXPECT_NE(split(table, target, {.seed = 2}).test, split(table, target, {}).test);
}

// The documented hash, written again: another program can make the same split.
TEST(Split, AnotherProgramCanRedoIt) {
  const auto mixed = [](std::uint64_t z) {
    z += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  };
  const auto table = with_numbers(cells<double>(200, [](auto i) { return double(i) + 0.5; }));
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  for (std::uint32_t row = 0; row < 200; ++row) order.emplace_back(mixed(mixed(7) ^ row), row);
  std::sort(order.begin(), order.end());
  Rows test;
  for (std::size_t i = 0; i < 30; ++i) test.push_back(order[i].second);
  std::sort(test.begin(), test.end());
  EXPECT_EQ(split(table, read_target(table, "y"), {.seed = 7}).test, test);
}

TEST(Split, TimeKeepsMomentsTogetherAndTestsTheLatest) {
  const auto table = ColumnsOf()
                         .integers("y", cells<std::int64_t>(100, [](auto i) { return i % 2; }))
                         .dates("day", cells<std::int32_t>(100,
                                                           [](auto i) -> std::optional<std::int32_t> {
                                                             if (i == 50) return {};
                                                             return static_cast<std::int32_t>((99 - i) / 8);
                                                           }))
                         .build();
  const auto target = read_target(table, "y");
  const auto parts = split(table, target, {.time = "day"});
  const auto days = [&](const Rows& rows) {
    std::set<int> out;
    for (const auto row : rows) out.insert(static_cast<int>((99 - row) / 8));
    return out;
  };
  EXPECT_LT(*days(parts.train).rbegin(), *days(parts.valid).begin());
  EXPECT_LT(*days(parts.valid).rbegin(), *days(parts.test).begin());
  EXPECT_EQ(parts.train.size() + parts.valid.size() + parts.test.size(), 99u);
  EXPECT_EQ(parts.how, "by time of day, 70/15/15, 1 row without a time left out");
  EXPECT_EQ(error_of([&] {
              split(classes_of({{"a", 9}, {"b", 9}}), read_target(classes_of({{"a", 9}, {"b", 9}}), "y"),
                    {.time = "y"});
            }).code(),
            Code::usage);
}

TEST(Split, GroupsStayTogether) {
  const auto table = ColumnsOf()
                         .integers("y", cells<std::int64_t>(300, [](auto i) { return i % 2; }))
                         .texts("who", cells<std::string>(300,
                                                          [](auto i) -> std::optional<std::string> {
                                                            if (i % 50 == 0) return {};
                                                            return "p" + std::to_string(i % 37);
                                                          }))
                         .build();
  const auto target = read_target(table, "y");
  const auto parts = split(table, target, {.group = "who"});
  expect_whole(target, parts);
  std::map<std::string, std::set<int>> seen;
  int part = 0;
  for (const auto* rows : {&parts.train, &parts.valid, &parts.test}) {
    for (const auto row : *rows) {
      if (row % 50 != 0) seen["p" + std::to_string(row % 37)].insert(part);
    }
    ++part;
  }
  for (const auto& [who, in] : seen) EXPECT_EQ(in.size(), 1u) << who;
  EXPECT_NEAR(static_cast<double>(parts.test.size()), 45, 9);
}

TEST(Split, AColumnSaysThePart) {
  const auto table = ColumnsOf()
                         .integers("y", {0, 1, 0, 1, 0, 1, 0})
                         .texts("part", {"train", "train", "test", "test", "valid", "other", {}})
                         .build();
  const auto parts = split(table, read_target(table, "y"), {.part = "part"});
  EXPECT_EQ(parts.train, (Rows{0, 1}));
  EXPECT_EQ(parts.valid, (Rows{4}));
  EXPECT_EQ(parts.test, (Rows{2, 3}));
  EXPECT_EQ(parts.how, "as part says, 2 rows without a part left out");
}

constexpr std::int64_t day_us = 86'400'000'000;

/// Ten rows a day of the first `days` days of 1970, times of day from 00:00 by 2.4 hours.
Columns daily(std::int64_t days, bool dates) {
  const auto rows = static_cast<std::size_t>(days * 10);
  ColumnsOf table;
  table.integers("y", cells<std::int64_t>(rows, [](auto i) { return i % 2; }));
  if (dates)
    table.dates("t", cells<std::int32_t>(rows, [](auto i) { return static_cast<std::int32_t>(i / 10); }));
  else
    table.add<std::int64_t>(
        "t", {.kind = Kind::timestamp},
        cells<std::int64_t>(rows, [](auto i) { return static_cast<std::int64_t>(i) * day_us / 10; }),
        "TIMESTAMP");
  return table.build();
}

TEST(Split, ALengthOfDatesIsSoManyDates) {
  const auto table = daily(100, true);
  const auto target = read_target(table, "y");
  const auto parts =
      split(table, target, {.time = "t", .test_last_us = 30 * day_us, .valid_before_us = 20 * day_us});
  expect_whole(target, parts);
  EXPECT_EQ(parts.test.size(), 300u);
  EXPECT_EQ(parts.test.front(), 700u);
  EXPECT_EQ(parts.valid.size(), 200u);
  EXPECT_EQ(parts.valid.front(), 500u);
  EXPECT_EQ(parts.how, "by time of t, test after 1970-03-11T00:00:00Z, valid after 1970-02-19T00:00:00Z");
}

TEST(Split, ALengthOfTimeIsHalfOpen) {
  const auto table = daily(100, false);
  const auto target = read_target(table, "y");
  const auto parts =
      split(table, target, {.time = "t", .test_last_us = day_us, .valid_before_us = day_us / 10});
  expect_whole(target, parts);
  // The newest is row 999; the row a day before it is not in the last day, it is in the 2.4 hours before
  // that.
  EXPECT_EQ(parts.test.front(), 990u);
  EXPECT_EQ(parts.valid, (Rows{989}));
  const auto shared = split(table, target, {.test = 0.1, .time = "t", .valid_before_us = day_us});
  EXPECT_EQ(shared.test.front(), 900u);
  EXPECT_EQ(shared.valid.front(), 890u);
  EXPECT_EQ(shared.valid.size(), 10u);
  const auto mixed = split(table, target, {.valid = 0.1, .time = "t", .test_last_us = day_us});
  EXPECT_EQ(mixed.test.front(), 990u);
  EXPECT_EQ(mixed.valid.front(), 890u);
  const auto all = error_of([&] { split(table, target, {.time = "t", .test_last_us = 1000 * day_us}); });
  EXPECT_EQ(all.id(), "train.empty_part");
}

TEST(Split, GroupsThatComeBackLaterAreLeftOut) {
  const auto table = ColumnsOf()
                         .integers("y", {0, 1, 0, 1, 0, 1, 0, 1, 0, 1})
                         .dates("t", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
                         .texts("who", {"a", "b", "c", "d", "e", "c", {}, "f", "a", "f"})
                         .build();
  const auto parts =
      split(table, read_target(table, "y"),
            {.time = "t", .group = "who", .test_last_us = 2 * day_us, .valid_before_us = 3 * day_us});
  EXPECT_EQ(parts.test, (Rows{8, 9}));
  EXPECT_EQ(parts.valid, (Rows{5, 6}));
  EXPECT_EQ(parts.train, (Rows{1, 3, 4}));
  EXPECT_TRUE(parts.how.ends_with(", 3 rows left out whose who comes back later")) << parts.how;
}

TEST(Plan, OutcomesAreNoFeatures) {
  const auto table = ColumnsOf()
                         .integers("y", {0, 1, 0, 1, 0, 1, 0, 1, 0, 1})
                         .integers("delay", {5, 90, 2, 80, 1, 70, 3, 60, 4, 50})
                         .integers("x", {1, 2, 3, 4, 1, 2, 3, 4, 1, 1})
                         .build();
  const auto target = read_target(table, "y");
  const auto parts = split(table, target, {});
  const auto made = plan(table, {}, target, parts, {.outcome = {"delay"}});
  EXPECT_EQ(made.columns[1].role, Role::left_out);
  EXPECT_EQ(made.columns[1].reason, "outcome: known only afterwards");
  ASSERT_EQ(made.signature.inputs.size(), 1u);
  EXPECT_EQ(
      error_of([&] { plan(table, {}, target, parts, {.only = {"delay"}, .outcome = {"delay"}}); }).message(),
      "column 'delay' cannot be a feature: it is an outcome, known only afterwards");
  EXPECT_EQ(error_of([&] { plan(table, {}, target, parts, {.outcome = {"dely"}}); }).code(), Code::usage);
}

TEST(Split, ImpossibleSplitsAreSaid) {
  const auto table = ColumnsOf()
                         .integers("y", {0, 1, 0, 1})
                         .texts("part", {"train", "train", "test", "valid"})
                         .texts("none", {"train", "train", "train", "train"})
                         .build();
  const auto target = read_target(table, "y");
  const auto code = [&](const SplitRequest& request) {
    return error_of([&] { split(table, target, request); }).code();
  };
  EXPECT_EQ(code({.valid = 0.5, .test = 0.5}), Code::usage);
  EXPECT_EQ(code({.test = 0}), Code::usage);
  EXPECT_EQ(code({.time = "y", .part = "part"}), Code::usage);
  EXPECT_EQ(code({.time = "part"}), Code::usage);
  EXPECT_EQ(code({.time = "y", .test_last_us = 5}), Code::usage);
  EXPECT_EQ(code({.test_last_us = 5}), Code::usage);
  EXPECT_EQ(code({.time = "y", .test_last_us = 0}), Code::usage);
  EXPECT_EQ(code({.group = "nobody"}), Code::usage);
  EXPECT_EQ(code({.part = "y"}), Code::usage);
  EXPECT_EQ(error_of([&] { split(table, target, {.part = "part"}); }).message(),
            "the part test has one class of 'y' in all of 1 row, split as part says");
  EXPECT_EQ(code({.part = "none"}), Code::negative);
}

// ---- plan

struct Planned {
  Columns table;
  Target target;
  Split parts;
  Plan plan;
};

Planned planned(ColumnsOf table, const PlanRequest& request = {},
                const std::vector<ColumnFacts>& facts = {}) {
  Planned out = {table.build(), {}, {}, {}};
  out.target = read_target(out.table, "y");
  out.parts = split(out.table, out.target, request.split);
  out.plan = plan(out.table, facts, out.target, out.parts, request);
  return out;
}

ColumnsOf labelled(std::size_t rows) {
  ColumnsOf table;
  table.integers("y", cells<std::int64_t>(rows, [](auto i) { return i % 2; }));
  return table;
}

const ColumnPlan& column(const Plan& plan, const std::string& name) {
  for (const auto& column : plan.columns) {
    if (column.name == name) return column;
  }
  ADD_FAILURE() << "no column " << name;
  return plan.columns.front();
}

Texts inputs(const Plan& plan) {
  Texts names;
  for (const auto& input : plan.signature.inputs) names.push_back(input.name);
  return names;
}

Cells<double> noise(std::size_t rows, unsigned seed) {
  std::mt19937_64 random(seed);
  return cells<double>(rows, [&](auto) { return static_cast<double>(random() >> 11) * 0x1p-53; });
}

TEST(Plan, EveryColumnIsAFeatureOrHasAReason) {
  constexpr std::size_t n = 200;
  ColumnsOf table = labelled(n);
  table.numbers("price", noise(n, 1))
      .integers("few", cells<std::int64_t>(n, [](auto i) { return i % 3; }))
      .texts("city", cells<std::string>(n, [](auto i) { return i % 3 == 0 ? "Rosario" : "Córdoba"; }))
      .flags("paid", cells<bool>(n, [](auto i) { return i % 4 == 0; }))
      .dates("day", cells<std::int32_t>(n, [](auto i) { return static_cast<std::int32_t>(i / 7); }))
      .texts("name", cells<std::string>(n, [](auto i) { return "n" + std::to_string(i); }))
      .integers("row", cells<std::int64_t>(n, [](auto i) { return 1000 + i; }))
      .integers("customer_id", cells<std::int64_t>(n, [](auto i) { return (i * 7919 + 13) % 1000003; }))
      .integers("amount", cells<std::int64_t>(n, [](auto i) { return (i * 7919 + 13) % 1000003; }))
      .integers("same", cells<std::int64_t>(n, [](auto) { return 5; }))
      .integers("sometimes", cells<std::int64_t>(n,
                                                 [](auto i) -> std::optional<std::int64_t> {
                                                   if (i % 2 == 0) return {};
                                                   return 5;
                                                 }))
      .numbers("empty", cells<double>(n, [](auto) { return nan; }))
      .nothing("tags", {.kind = Kind::list, .children = {{.kind = Kind::int32}}, .names = {"item"}},
               "INTEGER[]", n)
      .nothing("raw", {.kind = Kind::binary}, "BLOB", n)
      .texts("email", cells<std::string>(n, [](auto i) { return i % 2 == 0 ? "a@x" : "b@x"; }))
      .texts("photo", cells<std::string>(n, [](auto i) { return i % 2 == 0 ? "a.png" : "b.png"; }))
      .texts("story", cells<std::string>(
                          n, [](auto i) { return "once " + std::to_string(i - (i % 10 == 1 ? 1 : 0)); }));
  const auto done =
      planned(std::move(table), {}, {{"email", "VARCHAR", true, false}, {"photo", "VARCHAR", false, true}});
  const auto& p = done.plan;
  EXPECT_EQ(inputs(p), (Texts{"price", "few", "city", "paid", "day", "amount", "sometimes"}));
  EXPECT_EQ(column(p, "y").role, Role::label);
  EXPECT_EQ(column(p, "price").encoding, "number");
  EXPECT_EQ(column(p, "city").encoding, "category of 2");
  EXPECT_EQ(column(p, "paid").encoding, "flag");
  EXPECT_EQ(column(p, "day").encoding, "date");
  EXPECT_EQ(column(p, "name").reason, "identifier: every value is different");
  EXPECT_EQ(column(p, "row").reason, "identifier: numbers the rows");
  EXPECT_EQ(column(p, "customer_id").reason, "identifier: every value is different");
  EXPECT_EQ(column(p, "same").reason, "constant");
  EXPECT_EQ(column(p, "empty").reason, "null in every training row");
  EXPECT_EQ(column(p, "tags").reason, "nested");
  EXPECT_EQ(column(p, "raw").reason, "bytes");
  EXPECT_EQ(column(p, "email").reason, "personal data");
  EXPECT_EQ(column(p, "photo").reason, "files beside the table");
  EXPECT_EQ(column(p, "story").reason.substr(0, 26), "too many different values:");
  EXPECT_EQ(p.signature.classes, (Texts{"0", "1"}));
  EXPECT_EQ(p.signature.label, "y");
}

TEST(Plan, TheSignatureKnowsWhatTrainingSaw) {
  constexpr std::size_t n = 100;
  ColumnsOf table = labelled(n);
  table.numbers("x", cells<double>(n, [](auto i) -> std::optional<double> {
                  if (i == 3) return infinite;
                  return double(i % 10) - 4;
                }));
  table.texts("c", cells<std::string>(n, [](auto i) -> std::optional<std::string> {
                if (i % 10 == 0) return {};
                return i % 10 < 4 ? "b" : i % 10 < 8 ? "a" : "007";
              }));
  const auto done = planned(std::move(table));
  const auto& x = *done.plan.signature.find("x");
  EXPECT_EQ(x.min, -4);
  EXPECT_EQ(x.max, 5);
  EXPECT_EQ(x.encoding, Encoding::number);
  EXPECT_EQ(x.type, "DOUBLE");
  const auto& c = *done.plan.signature.find("c");
  EXPECT_EQ(c.categories, (Texts{"a", "b", "007"}));
  EXPECT_TRUE(c.nullable);
  // Nulls and different values are of the training rows.
  const auto of_training = static_cast<std::uint64_t>(std::count_if(
      done.parts.train.begin(), done.parts.train.end(), [](auto row) { return row % 10 == 0; }));
  EXPECT_EQ(column(done.plan, "c").nulls, of_training);
  EXPECT_EQ(column(done.plan, "c").distinct, 3u);
}

TEST(Plan, OfAMillionCategoriesTheFrequentOnesAreKept) {
  constexpr std::size_t n = 300'000;
  ColumnsOf table = labelled(n);
  // Half of the rows in 300 categories of falling frequency, the rest different each.
  table.texts("c", cells<std::string>(n, [](auto i) {
                if (i % 8 >= 5) return "once" + std::to_string(i);
                const auto k = (i * 2654435761U >> 4) % 45150;  // the k-th of 1 + 2 + ... + 300
                return "c" + std::to_string(static_cast<int>((std::sqrt(8.0 * double(k) + 1) - 1) / 2));
              }));
  const auto done = planned(std::move(table));
  const auto& c = *done.plan.signature.find("c");
  ASSERT_EQ(c.categories.size(), 255u);
  EXPECT_EQ(std::count_if(c.categories.begin(), c.categories.end(),
                          [](const auto& t) { return t.starts_with("once"); }),
            0);
  EXPECT_GT(column(done.plan, "c").distinct, 70'000u);
}

TEST(Plan, RequestsAreFollowed) {
  constexpr std::size_t n = 60;
  const auto make = [] {
    ColumnsOf table = labelled(n);
    table.numbers("a", noise(n, 2)).numbers("b", noise(n, 3)).texts("id", cells<std::string>(n, [](auto i) {
                                                                      return std::to_string(i);
                                                                    }));
    table.texts("who", cells<std::string>(n, [](auto i) {
                  return i % 10 < 5 ? "p" + std::to_string(i % 10) : "q" + std::to_string(i / 2);
                }));
    return table;
  };
  EXPECT_EQ(inputs(planned(make(), {.only = {"id", "a"}}).plan), (Texts{"a", "id"}));
  const auto without = planned(make(), {.without = {"a"}});
  EXPECT_EQ(column(without.plan, "a").reason, "left out by request");
  const auto grouped = planned(make(), {.split = {.group = "who"}});
  EXPECT_EQ(column(grouped.plan, "who").reason, "the group of the split");
  const auto fault = [&](const PlanRequest& request) { return error_of([&] { planned(make(), request); }); };
  EXPECT_EQ(fault({.only = {"aa"}}).code(), Code::usage);
  EXPECT_EQ(fault({.only = {"y"}}).message(), "column 'y' cannot be a feature: it is the label");
  EXPECT_EQ(fault({.without = {"nobody"}}).code(), Code::usage);
  const auto none = fault({.only = {}, .without = {"a", "b", "who"}});
  EXPECT_EQ(none.code(), Code::negative);
  EXPECT_NE(none.message().find("'id' (identifier: every value is different)"), std::string::npos);
}

TEST(Plan, ACounterIsTakenWhenThereIsNothingElse) {
  ColumnsOf table;
  table.integers("x", cells<std::int64_t>(50, [](auto i) { return i; }));
  table.numbers("y", cells<double>(50, [](auto i) { return 2.5 * double(i); }));
  EXPECT_EQ(inputs(planned(std::move(table)).plan), (Texts{"x"}));
}

TEST(Plan, YearsAndMeasuresAreNoIdentifiers) {
  constexpr std::size_t n = 80;
  ColumnsOf table = labelled(n);
  table.integers("Year", cells<std::int64_t>(n, [](auto i) { return 1900 + i; })).numbers("x", noise(n, 4));
  EXPECT_EQ(inputs(planned(std::move(table)).plan), (Texts{"Year", "x"}));
}

// ---- leaks

TEST(Leaks, TheLabelUnderAnotherNameIsNamed) {
  constexpr std::size_t n = 300;
  ColumnsOf table = labelled(n);
  table.texts("closed", cells<std::string>(n, [](auto i) { return i % 2 == 0 ? "open" : "closed"; }))
      .numbers("x", noise(n, 5));
  const auto done = planned(std::move(table));
  const auto leaks = find_leaks(done.table, done.target, done.parts, done.plan);
  ASSERT_EQ(leaks.size(), 1u);
  EXPECT_EQ(leaks[0].kind, Leak::Kind::single_feature);
  EXPECT_EQ(leaks[0].column, "closed");
  EXPECT_EQ(leaks[0].strength, 1);
  EXPECT_NE(leaks[0].message.find("under another name"), std::string::npos);
}

TEST(Leaks, ANumberThatTellsTheClassOrTheValueIsNamed) {
  constexpr std::size_t n = 1000;
  ColumnsOf table = labelled(n);
  const auto random = noise(n, 6);
  table.numbers("after", cells<double>(n, [&](auto i) { return double(i % 2) + 0.9 * *random[i]; }))
      .numbers("x", noise(n, 7));
  const auto binary = planned(std::move(table));
  const auto found = find_leaks(binary.table, binary.target, binary.parts, binary.plan);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].column, "after");
  EXPECT_GT(found[0].strength, 0.99);
  ColumnsOf money;
  money.numbers("y", cells<double>(n, [&](auto i) { return std::exp(4 * *random[i]); }));
  money.numbers("total", cells<double>(n, [&](auto i) { return 1.21 * std::exp(4 * *random[i]) + 1; }))
      .numbers("x", noise(n, 8));
  const auto regression = planned(std::move(money));
  const auto leaks = find_leaks(regression.table, regression.target, regression.parts, regression.plan);
  ASSERT_EQ(leaks.size(), 1u);
  EXPECT_EQ(leaks[0].column, "total");
}

TEST(Leaks, RowsThatTrainingHasSeenAreCounted) {
  constexpr std::size_t n = 400;
  ColumnsOf table = labelled(n);
  const auto random = noise(n, 9);
  table.numbers("x", cells<double>(n, [&](auto i) { return *random[i % 200]; }));
  const auto done = planned(std::move(table));
  const auto leaks = find_leaks(done.table, done.target, done.parts, done.plan);
  std::set<std::uint32_t> train;
  for (const auto row : done.parts.train) train.insert(row % 200);
  const auto seen = std::count_if(done.parts.test.begin(), done.parts.test.end(),
                                  [&](auto row) { return train.contains(row % 200); });
  ASSERT_EQ(leaks.size(), 1u);
  EXPECT_EQ(leaks[0].kind, Leak::Kind::shared_rows);
  EXPECT_DOUBLE_EQ(leaks[0].strength,
                   static_cast<double>(seen) / static_cast<double>(done.parts.test.size()));
}

}  // namespace
}  // namespace mlops::train
