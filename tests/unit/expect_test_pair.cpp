/// Functions of two tables, and parts as tables.
#include <gtest/gtest.h>
#include <mlops/expect/check.hpp>
#include <mlops/expect/evaluate.hpp>

#include <map>
#include <string>
#include <vector>

using namespace mlops::expect;

namespace {

constexpr Type pair_number{Sort::number};

Scope parted() {
  Scope scope;
  scope.columns[""] = {{"amount", pair_number},
                       {"plan", {Sort::text}},
                       {"day", {Sort::time}},
                       {"tags", {Sort::other}},
                       {.name = "refund", .type = pair_number, .aside = true},
                       {"events", pair_number}};
  for (const char* part : {"train", "valid", "test"}) scope.columns[part] = scope.columns[""];
  scope.columns["data/other"] = {{"amount", pair_number}};
  scope.things = {"data/other", "data/events"};
  scope.parts = true;
  return scope;
}

Assertion tree(const std::string& text) { return std::get<Assertion>(parse(text)); }

std::string first_fault(const std::string& text, const Scope& scope) {
  const auto faults = check(tree(text), scope);
  if (faults.empty()) return "";
  return std::to_string(faults.front().offset) + ": " + faults.front().message;
}
std::string first_fault(const std::string& text) { return first_fault(text, parted()); }

std::vector<std::string> each(const std::string& text, const Scope& scope) {
  std::vector<std::string> out;
  for (const Assertion& one : each_column(tree(text), scope)) out.push_back(print(one));
  return out;
}

TEST(ExpectPair, TablesAreNamedAndColumnsAreThoseOfBoth) {
  for (const char* good :
       {"psi(train, test) < 0.2", "psi(*) < 0.2", "psi(amount) < 0.2", "psi(last, train, plan) < 1",
        "ks(reference=train, current=test, column=day) < 0.1", "drift(other, train, amount) < 0.1",
        "psi(data.events, train, plan) < 1", "overlap(train, test) = 0", "overlap(train, test, by=plan) = 0",
        "overlap(train, test, plan, day) < 1%", "train.rows > 1_000 and valid.null(plan) < 1%",
        "leakage(plan) < 0.95"})
    EXPECT_EQ(first_fault(good), "") << good;
}

TEST(ExpectPair, WhatDoesNotFitIsToldWhereItStands) {
  EXPECT_EQ(first_fault("psi(train, tset) < 1"), "11: there is nothing called 'tset'");
  EXPECT_EQ(first_fault("psi(train) < 1"), "4: there is no column 'train'");
  EXPECT_EQ(first_fault("psi() < 1"), "0: 'psi' wants an argument");
  EXPECT_EQ(first_fault("psi(current=test) < 1"), "0: 'psi' wants more arguments");
  EXPECT_EQ(first_fault("psi(train, 5) < 1"), "11: 'psi' takes a table here, not '5'");
  EXPECT_EQ(first_fault("psi(train, test, plan, day) < 1"), "23: 'psi' takes one column");
  EXPECT_EQ(first_fault("psi(train, test, what=day) < 1"), "22: 'psi' has no argument 'what'");
  EXPECT_EQ(first_fault("psi(train, test, pln) < 1"), "17: there is no column 'pln' in test");
  EXPECT_EQ(first_fault("psi(other, train, plan) < 1"), "18: there is no column 'plan' in data/other");
  EXPECT_EQ(first_fault("ks(train, test, plan) < 1"),
            "16: 'ks' is asked of a number or a time, 'plan' is a text");
  EXPECT_EQ(first_fault("train.psi(amount) < 1"), "0: 'psi' is not asked of one table");
  EXPECT_EQ(first_fault("psi < 1"), "0: 'psi' is a function");
  EXPECT_EQ(first_fault("overlap(train) = 0"), "0: 'overlap' wants more arguments");
  EXPECT_EQ(first_fault("overlap(train, test) < 5"),
            "23: 'overlap(train, test)' is a share, which is never more than 1");
  EXPECT_EQ(first_fault("psi(events, train, plan) < 1"), "4: 'events' is a thing of the file and a column");
  EXPECT_EQ(first_fault("psi(train, test) < amount"),
            "0: '*' and columns of rows do not stand in one assertion");
}

TEST(ExpectPair, OnlyDataWithALabelHaveParts) {
  Scope scope = parted();
  scope.parts = false;
  for (const char* part : {"train", "valid", "test"}) scope.columns.erase(part);
  EXPECT_EQ(first_fault("psi(train, test) < 1", scope), "4: there is no 'train' here");
  EXPECT_EQ(first_fault("test.rows > 1", scope), "0: there is no 'test' here");
  EXPECT_EQ(first_fault("leakage(plan) < 1", scope), "0: 'leakage' is asked of data with a label");
  EXPECT_EQ(first_fault("champion.rows > 1", parted()), "0: there is no 'champion' here");
  scope = parted();
  scope.columns[""].push_back({"train", pair_number});
  EXPECT_EQ(first_fault("train.rows > 1", scope), "0: 'train' is a part of the table and a column");
}

/// Times go on, nested values are not compared, and what is aside differs in any case.
TEST(ExpectPair, EveryColumnIsOneThatCanBeCompared) {
  const Scope scope = parted();
  EXPECT_EQ(each("psi(train, test) < 0.2", scope),
            (std::vector<std::string>{"psi(train, test, amount) < 0.2", "psi(train, test, plan) < 0.2",
                                      "psi(train, test, events) < 0.2"}));
  EXPECT_EQ(each("ks(train, test) < 0.2", scope),
            (std::vector<std::string>{"ks(train, test, amount) < 0.2", "ks(train, test, events) < 0.2"}));
  EXPECT_EQ(each("psi(*) < 0.2", scope).front(), "psi(amount) < 0.2");
  EXPECT_EQ(each("psi(other, test) < 0.2", scope),
            (std::vector<std::string>{"psi(other, test, amount) < 0.2"}));
  EXPECT_EQ(each("psi(train, test) < 0.2 or ks(train, test) < 0.1", scope).size(), 2U);
  EXPECT_EQ(each("overlap(train, test) = 0", scope), (std::vector<std::string>{"overlap(train, test) = 0"}));
}

/// Values by the text of their call.
class Written final : public Values {
 public:
  explicit Written(std::map<std::string, Value> values) : values_(std::move(values)) {}
  Value value(const Expr& leaf) override { return values_.at(print(leaf)); }
  std::variant<RowsSeen, Missing> rows(const Expr&, bool) override { return RowsSeen{}; }
  std::string detail(const Expr& leaf) override {
    return leaf.path.front().text == "leakage" ? "plan tells most" : "";
  }

 private:
  std::map<std::string, Value> values_;
};

TEST(ExpectPair, FailingColumnsAreNamedAndSkippedOnesHideNothing) {
  Written values({{"psi(train, test, amount)", 0.3},
                  {"psi(train, test, plan)", 0.01},
                  {"psi(train, test, events)", Missing{"events numbers the rows"}}});
  const auto verdict = [&](const std::string& text) {
    const Verdict found = evaluate(tree(text), parted(), values);
    return std::string(name_of(found.outcome)) + ": " + found.seen;
  };
  EXPECT_EQ(verdict("psi(train, test) < 0.2"), "fail: psi(train, test, amount) = 0.3, wanted < 0.2");
  EXPECT_EQ(verdict("psi(train, test) < 0.4"), "pass: 2 columns; skipped: events numbers the rows");
}

TEST(ExpectPair, WhatElseIsKnownOfAValueIsTold) {
  Written values({{"leakage(plan)", 0.97}});
  EXPECT_EQ(evaluate(tree("leakage(plan) < 0.95"), parted(), values).seen,
            "leakage(plan) = 0.97, wanted < 0.95: plan tells most");
}

}  // namespace
