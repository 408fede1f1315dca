/// Verdicts, and what they say was seen.
#include <gtest/gtest.h>
#include <mlops/expect/evaluate.hpp>

#include <cmath>
#include <limits>
#include <map>
#include <string>

using namespace mlops::expect;

namespace {

constexpr Type amount{Sort::number};

Scope payments() {
  Scope scope;
  scope.columns[""] = {
      {"amount", amount}, {"delay", amount}, {"day", {Sort::time}}, {"pay", amount, false, true}};
  return scope;
}

/// Values by the text of what is asked.
class Given final : public Values {
 public:
  Value value(const Expr& leaf) override {
    asked.push_back(print(leaf));
    const auto found = values.find(print(leaf));
    return found == values.end() ? Value(Missing{"nobody knows " + print(leaf)}) : found->second;
  }
  std::variant<RowsSeen, Missing> rows(const Expr& test, bool wanted) override {
    asked.push_back((wanted ? "" : "not ") + print(test));
    const auto found = seen.find(asked.back());
    if (found == seen.end()) return Missing{"nobody looked"};
    return found->second;
  }

  std::map<std::string, Value> values = {};
  std::map<std::string, RowsSeen> seen = {};
  std::vector<std::string> asked = {};
};

Assertion assertion(const std::string& text) { return std::get<Assertion>(parse(text)); }

std::string judged(const std::string& text, Given given) {
  const Verdict verdict = evaluate(assertion(text), payments(), given);
  return std::string(name_of(verdict.outcome)) + ": " + verdict.seen;
}

std::string judged(const std::string& text, std::map<std::string, Value> values) {
  Given given;
  given.values = std::move(values);
  return judged(text, std::move(given));
}

TEST(ExpectEvaluate, ComparisonsSayWhatWasSeenAndWanted) {
  EXPECT_EQ(judged("null(delay) < 1%", {{"null(delay)", 0.018}}), "fail: null(delay) = 1.8 %, wanted < 1 %");
  EXPECT_EQ(judged("null(delay) < 1%", {{"null(delay)", 0.0018}}), "pass: null(delay) = 0.18 %");
  EXPECT_EQ(judged("rows > 1_000_000", {{"rows", 3e6}}), "pass: rows = 3,000,000");
  EXPECT_EQ(judged("rows >= last.rows * 0.9", {{"rows", 90.0}, {"last.rows", 106.0}}),
            "fail: rows = 90, wanted >= 95.4 (last.rows * 0.9)");
  EXPECT_EQ(judged("rows >= last.rows * 0.9", {{"rows", 100.0}, {"last.rows", 100.0}}),
            "pass: rows = 100, wanted >= 90 (last.rows * 0.9)");
  EXPECT_EQ(judged("age(day) < 26h", {{"age(day)", 27.5 * 3600e6}}), "fail: age(day) = 27.5h, wanted < 26h");
  EXPECT_EQ(judged("5 < mean(delay)", {{"mean(delay)", 4.0}}), "fail: mean(delay) = 4, wanted 5 < it");
  EXPECT_EQ(judged("min(day) >= '2001-01-01'", {{"min(day)", 978220800e6}}),
            "fail: min(day) = 2000-12-31T00:00:00Z, wanted >= 2001-01-01T00:00:00Z");
  EXPECT_EQ(judged("mean(delay) in 0..5", {{"mean(delay)", 8.125}}),
            "fail: mean(delay) = 8.125, wanted in 0..5");
  EXPECT_EQ(judged("not mean(delay) in 0..5", {{"mean(delay)", 3.0}}),
            "fail: mean(delay) = 3, wanted not in 0..5");
  EXPECT_EQ(judged("share(delay > 3) in 10%..30%", {{"share(delay > 3)", 0.4}}),
            "fail: share(delay > 3) = 40 %, wanted in 10 %..30 %");
  EXPECT_EQ(judged("distinct(delay) in {1, 2}", {{"distinct(delay)", 3.0}}),
            "fail: distinct(delay) = 3, wanted in {1, 2}");
}

TEST(ExpectEvaluate, ValuesThatDifferLookDifferent) {
  EXPECT_EQ(judged("null(delay) < 1%", {{"null(delay)", 0.0100004}}),
            "fail: null(delay) = 1.00004 %, wanted < 1 %");
  EXPECT_EQ(judged("mean(delay) = 1.5", {{"mean(delay)", std::nextafter(1.5, 2.0)}}),
            "fail: mean(delay) = 1.5000000000000002, wanted = 1.5");
  EXPECT_EQ(judged("null(delay) <= 3%", {{"null(delay)", 3.0 / 100.0}}), "pass: null(delay) = 3 %");
}

TEST(ExpectEvaluate, NullAndNaNFailEitherWay) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const std::string text :
       {"mean(delay) < 5", "not mean(delay) < 5", "mean(delay) = mean(delay)", "mean(delay) != 5",
        "mean(delay) in 0..5", "not mean(delay) in 0..5", "not mean(delay) in {1}", "mean(delay) + 1 > 0"}) {
    EXPECT_TRUE(judged(text, {{"mean(delay)", nan}}).starts_with("fail: ")) << text;
    EXPECT_TRUE(judged(text, {{"mean(delay)", Null{}}}).starts_with("fail: ")) << text;
  }
  EXPECT_EQ(judged("mean(delay) < 5", {{"mean(delay)", nan}}), "fail: mean(delay) = NaN, wanted < 5");
  EXPECT_EQ(judged("mean(delay) < 5", {{"mean(delay)", Null{}}}), "fail: mean(delay) = null, wanted < 5");
  EXPECT_EQ(judged("unique(delay)", {{"unique(delay)", Null{}}}), "fail: unique(delay) is null");
  EXPECT_EQ(judged("not unique(delay)", {{"unique(delay)", Null{}}}), "fail: unique(delay) is null");
}

TEST(ExpectEvaluate, WhatIsMissingSkips) {
  const Missing none{"there is no last accepted version"};
  EXPECT_EQ(judged("rows >= last.rows", {{"rows", 1.0}, {"last.rows", none}}),
            "skip: there is no last accepted version");
  EXPECT_EQ(judged("rows > 5 and rows >= last.rows", {{"rows", 1.0}, {"last.rows", none}}),
            "fail: rows = 1, wanted > 5");
  EXPECT_EQ(judged("rows > 0 and rows >= last.rows", {{"rows", 1.0}, {"last.rows", none}}),
            "skip: there is no last accepted version");
  EXPECT_EQ(judged("rows > 0 or rows >= last.rows", {{"rows", 1.0}, {"last.rows", none}}), "pass: rows = 1");
  EXPECT_EQ(judged("rows > 5 or rows >= last.rows", {{"rows", 1.0}, {"last.rows", none}}),
            "skip: there is no last accepted version");
  EXPECT_EQ(judged("not rows >= last.rows", {{"rows", 1.0}, {"last.rows", none}}),
            "skip: there is no last accepted version");
}

TEST(ExpectEvaluate, ConnectivesJoin) {
  const std::map<std::string, Value> values = {{"rows", 3.0}, {"mean(delay)", 5.0}};
  EXPECT_EQ(judged("rows > 5 and mean(delay) > 7", values),
            "fail: rows = 3, wanted > 5; mean(delay) = 5, wanted > 7");
  EXPECT_EQ(judged("rows > 5 or mean(delay) > 4", values), "pass: mean(delay) = 5");
  EXPECT_EQ(judged("not (rows > 5 or mean(delay) > 4)", values), "fail: mean(delay) = 5, wanted <= 4");
  EXPECT_EQ(judged("not (rows > 5 and mean(delay) > 4)", values), "pass: rows = 3");
}

TEST(ExpectEvaluate, SchemasAreToldColumnByColumn) {
  const Schema before = {{"x", "BIGINT"}, {"y", "VARCHAR"}, {"z", "DOUBLE"}};
  const Schema after = {{"x", "DOUBLE"}, {"z", "DOUBLE"}, {"w", "DATE"}};
  EXPECT_EQ(judged("columns = last.columns", {{"columns", after}, {"last.columns", before}}),
            "fail: x is DOUBLE, not BIGINT, w DATE is new, y VARCHAR is gone");
  EXPECT_EQ(judged("columns = last.columns", {{"columns", before}, {"last.columns", before}}),
            "pass: columns is the same");
  EXPECT_EQ(judged("columns = last.columns",
                   {{"columns", Schema{before[1], before[0], before[2]}}, {"last.columns", before}}),
            "fail: the order differs");
}

TEST(ExpectEvaluate, TestsOfRowsMeanEveryRow) {
  Given given;
  given.seen["amount in 0..5"] = {
      .tested = 3'000'000, .failing = 12, .examples = {"row 7: amount = -5", "row 9: amount = 6"}};
  given.seen["delay > 0"] = {.tested = 5, .failing = 0};
  given.seen["not delay > 3"] = {.tested = 5, .failing = 1};
  given.seen["amount > 0 or delay > 0"] = {.tested = 2, .failing = 0};
  given.seen["day > '2001-01-01'"] = {.tested = 0, .failing = 0};
  EXPECT_EQ(judged("amount in 0..5", given),
            "fail: 12 of 3,000,000 rows fail: row 7: amount = -5; row 9: amount = 6; ...");
  EXPECT_EQ(judged("delay > 0", given), "pass: all 5 rows");
  EXPECT_EQ(judged("not delay > 3", given), "fail: 1 of 5 rows fails");
  EXPECT_EQ(judged("amount > 0 or delay > 0", given), "pass: all 2 rows");
  EXPECT_EQ(judged("delay > 0 and amount in 0..5", given),
            "fail: 12 of 3,000,000 rows fail: row 7: amount = -5; row 9: amount = 6; ...");
  EXPECT_EQ(judged("not (delay > 3 or rows > 9)",
                   [&] {
                     Given g = given;
                     g.values["rows"] = 3.0;
                     return g;
                   }()),
            "fail: 1 of 5 rows fails");
  EXPECT_EQ(judged("day > '2001-01-01'", given), "fail: there is no row with a value");
}

TEST(ExpectEvaluate, StarsAreOneVerdict) {
  std::map<std::string, Value> values = {
      {"null(amount)", 0.0}, {"null(delay)", 0.03}, {"null(day)", 0.5}, {"null(pay)", 0.0}};
  EXPECT_EQ(judged("null(*) < 1%", values),
            "fail: null(delay) = 3 %, wanted < 1 %; null(day) = 50 %, wanted < 1 %");
  EXPECT_EQ(judged("null(*) < 60%", values), "pass: all 4 columns");
}

TEST(ExpectEvaluate, MaskedColumnsKeepTheirValues) {
  EXPECT_EQ(judged("max(pay) < 5", {{"max(pay)", 123456.0}}), "fail: max(pay) = ***, wanted < 5");
  EXPECT_EQ(judged("max(pay) in 0..5", {{"max(pay)", 123456.0}}), "fail: max(pay) = ***, wanted in 0..5");
  EXPECT_EQ(judged("null(pay) < 5%", {{"null(pay)", 0.5}}), "fail: null(pay) = 50 %, wanted < 5 %");
  EXPECT_EQ(judged("max(amount) < max(pay)", {{"max(pay)", 1.0}, {"max(amount)", 3.0}}),
            "fail: max(amount) = 3, wanted < *** (max(pay))");
}

TEST(ExpectEvaluate, EverythingIsAskedWhateverIsKnown) {
  Given given;
  evaluate(assertion("rows > 5 and null(delay) < 1% or not unique(day)"), payments(), given);
  EXPECT_EQ(given.asked, (std::vector<std::string>{"rows", "null(delay)", "unique(day)"}));
}

}  // namespace
