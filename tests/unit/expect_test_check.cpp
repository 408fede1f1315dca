/// What names stand for, and which types fit.
#include <gtest/gtest.h>
#include <mlops/expect/check.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace mlops::expect;

namespace {

constexpr Type number{Sort::number};

Scope table() {
  Scope scope;
  scope.columns[""] = {{"amount", number},        {"delay", number},     {"plan", {Sort::text}},
                       {"active", {Sort::truth}}, {"day", {Sort::time}}, {"seen", {Sort::time}},
                       {"tags", {Sort::other}},   {"age", number},       {"Cost Total $", number},
                       {"events", number}};
  scope.columns["sources/events"] = {{"amount", number}};
  scope.things = {"sources/events", "data/training", "sources/twice", "data/twice"};
  return scope;
}

Assertion well_formed(const std::string& text) {
  auto result = parse(text);
  EXPECT_TRUE(std::holds_alternative<Assertion>(result)) << text;
  return std::holds_alternative<Assertion>(result) ? std::get<Assertion>(result) : Assertion{};
}

std::string faults_of(const std::string& text, const Scope& scope = table()) {
  std::string out;
  for (const Fault& fault : check(well_formed(text), scope)) {
    out += (out.empty() ? "" : "\n") + std::to_string(fault.offset) + ": " + fault.message;
    if (!fault.hint.empty()) out += " [" + fault.hint + "]";
  }
  return out;
}

TEST(ExpectCheck, WhatFitsIsTaken) {
  for (const std::string text : {"rows > 1_000_000",
                                 "null(delay) < 1%",
                                 "null(delay) = 0",
                                 "null(*) < 1%",
                                 "unique(amount, day)",
                                 "match(plan, /x/) >= 99.5%",
                                 "age(seen) < 26h",
                                 "rows >= last.rows * 0.9",
                                 "columns = last.columns",
                                 "amount in 0..1e6",
                                 "plan in {free, pro, team}",
                                 "not plan in {free}",
                                 "plan = 'free'",
                                 "active",
                                 "not active",
                                 "day >= '2001-01-01'",
                                 "day in '2001-01-01'..'2001-07-01'",
                                 "seen - day < 26h",
                                 "seen <= day + 90m",
                                 "mean(amount) < last.mean(amount) * 2",
                                 "share(amount > 15) in 10%..30%",
                                 "quantile(amount, 99%) < 180",
                                 "max(day) <= min(seen)",
                                 "training.rows > 5 or data.training.rows = 0",
                                 "sources.events.null(amount) < 5%",
                                 "amount < 3 * mean(amount)",
                                 "age in 0..120",
                                 "`Cost Total $` > 0",
                                 "count(plan) / rows >= 95%",
                                 "rows() > 3 and (amount > 0 or plan = 'x')",
                                 "distinct(plan) <= 3",
                                 "age(day) / age(seen) < 2",
                                 "amount = 3%",
                                 "min(amount + 2 * delay) > -5",
                                 "null(tags) < 5%",
                                 "std(amount) > 0 and median(amount) > 0",
                                 "3 < amount"})
    EXPECT_EQ(faults_of(text), "") << text;
}

TEST(ExpectCheck, ColumnsThatWereNotSeenYetFitEverywhere) {
  Scope scope;
  for (const std::string text : {"amount in 0..1e6", "plan in {free}", "active", "null(x) < 1%", "age > 5",
                                 "min(a - b) < 3", "last.null(x) < 3%", "a - b < 26h", "match(a, /x/) > 0.5"})
    EXPECT_EQ(faults_of(text, scope), "") << text;
}

struct Misfit {
  std::string text;
  std::string fault;
};

TEST(ExpectCheck, FaultsNameWhatWasSeenAndWanted) {
  const std::vector<Misfit> misfits = {
      {"rows < 3%", "7: 'rows' is a count, '3%' is a share [write `3` without a unit]"},
      {"age(seen) < 5",
       "12: 'age(seen)' is a duration, '5' is a number [a duration has a unit, such as `5d`: us, ms, s, m, "
       "h, d, w]"},
      {"null(delay) < 5", "14: 'null(delay)' is a share, which is never more than 1 [write `5%`]"},
      {"null(delay) < 120%", "14: 'null(delay)' is a share, which is never more than 1"},
      {"amount < 26h", "9: 'amount' is a number, '26h' is a duration"},
      {"rows < 3MB", "7: 'rows' is a count, '3MB' is a size in bytes [write `3` without a unit]"},
      {"rows", "0: 'rows' is a count, true or false is wanted [compare it, such as `rows > 0`]"},
      {"5", "0: '5' is a number, true or false is wanted"},
      {"amount + 1",
       "0: 'amount + 1' is a number, true or false is wanted [compare it, such as `amount + 1 > 0`]"},
      {"row > 5", "0: there is no column 'row' [similar name exists: `rows`]"},
      {"amuont > 5", "0: there is no column 'amuont' [similar name exists: `amount`]"},
      {"nul(delay) < 1%", "0: there is no function 'nul' [similar name exists: `null`]"},
      {"auc >= 0.8", "0: 'auc' cannot be asked here [it is asked in `expect:` of `release:` and `monitor:`]"},
      {"last.auc >= 0.8",
       "5: 'auc' cannot be asked here [it is asked in `expect:` of `release:` and `monitor:`]"},
      {"null > 5", "0: 'null' is a function [write `null(column)`]"},
      {"null() < 1%", "0: 'null' wants an argument [write `null(column)`]"},
      {"null(delay, amount) < 1%", "12: 'null' takes 1 argument [write `null(column)`]"},
      {"rows(delay) > 3", "5: 'rows' takes no argument [write `rows`]"},
      {"null(5) < 1%", "5: 'null' takes a column here, not '5' [write `null(column)`]"},
      {"null(amount + 1) < 1%", "5: 'null' takes a column here, not 'amount + 1' [write `null(column)`]"},
      {"null(dealy) < 1%", "5: there is no column 'dealy' [similar name exists: `delay`]"},
      {"match(plan) > 0", "0: 'match' wants more arguments [write `match(column, /regex/)`]"},
      {"match(plan, 'x') > 0",
       "12: 'match' takes a regular expression, /.../, here, not 'x' [write `match(column, /regex/)`]"},
      {"match(amount, /x/) > 0", "6: 'match' is asked of a text, 'amount' is a number"},
      {"age(amount) < 3h", "4: 'age' is asked of a time, 'amount' is a number"},
      {"mean(plan) > 3", "5: 'mean' is asked of a number, 'plan' is a text"},
      {"max(plan) > 3", "4: 'max' is asked of a number or a time, 'plan' is a text"},
      {"share(amount) > 3%",
       "6: 'amount' is a number, true or false is wanted [compare it, such as `amount > 0`]"},
      {"quantile(amount, 5) > 3",
       "17: 'quantile' takes a share from 0 to 1 here, not '5' [write `quantile(value, at)`]"},
      {"quantile(amount, by=5%) > 3", "20: 'quantile' has no argument 'by' [write `quantile(value, at)`]"},
      {"mean(*) > 3", "5: '*' cannot stand in 'mean' [name the column]"},
      {"plan > 3", "7: 'plan' is a text, '3' is a number [write it as a text: `'3'`]"},
      {"plan in {1, 2}",
       "9: 'plan' is a text, '1' is a number [write it as a text: `'1'`]\n12: 'plan' is a text, '2' is a "
       "number [write it as a text: `'2'`]"},
      {"amount in {free}", "11: 'amount' is a number, 'free' is a text"},
      {"amount = '5'", "9: 'amount' is a number, '5' is a text [write it without quotes]"},
      {"active = 1", "0: 'active' is true or false, it is not compared [write `active` or `not active`]"},
      {"tags = 'x'", "0: 'tags' is a nested value, it is not compared"},
      {"tags", "0: 'tags' is a nested value, true or false is wanted [compare it, such as `tags > 0`]"},
      {"day > '2001-13-01'", "6: '2001-13-01' is no time [write `'2026-11-01'` or `'2026-11-01T09:30:00Z'`]"},
      {"day > 5", "6: 'day' is a time, '5' is a number"},
      {"day + seen > day",
       "0: a time and a time make no sum [a duration is added to a time, such as `date + 1h`]"},
      {"day * 2 > day", "0: 'day' is a time, a number is wanted beside '*'"},
      {"plan + 1 > 2", "0: 'plan' is a text, a number is wanted beside '+'"},
      {"rows + 3% > 2", "0: 'rows' is a count and '3%' is a share: they make no sum"},
      {"age(day) * age(day) > 2",
       "0: 'age(day)' is a duration and 'age(day)' is a duration: '*' means nothing between them"},
      {"amount in 5..1", "10: the range 5..1 is empty [write `1..5`]"},
      {"columns > last.columns", "0: lists of columns are equal or not [write `columns = last.columns`]"},
      {"/x/ = plan", "0: a regular expression stands in `match(column, /.../)`"},
      {"rows > 5 @ 95%", "0: '@' stands behind comparisons of model metrics, 'rows' is none"},
      {"3 > 2 @ 95%", "0: '@' stands behind comparisons of model metrics, there is none here"},
      {"last > 5", "0: 'last' has a meaning of its own [something is asked of it, such as `last.rows`]"},
      {"champion.rows > 5", "0: there is no 'champion' here [data have `last`, the last accepted version]"},
      {"last.row > 5", "5: 'last' has no 'row' to ask for [similar name exists: `rows`]"},
      {"last.amount > 5",
       "5: 'last' has no 'amount' to ask for [of a column something is asked, such as `last.mean(amount)`]"},
      {"last.null > 5", "5: 'null' wants an argument [write `null(column)`]"},
      {"trainign.rows > 5", "0: there is nothing called 'trainign' [similar name exists: `training`]"},
      {"amount.rows > 5",
       "0: there is nothing called 'amount' ['amount' is a column; fields of structures cannot be asked]"},
      {"twice.rows > 5",
       "0: 'twice' is `sources/twice` or `data/twice` [write the section in front of it, as "
       "`data.events.rows`]"},
      {"training > 5",
       "0: there is no column 'training' [of another table something is asked, such as `training.rows`]"},
      {"null(*) < 1% and amount > 0", "0: '*' and columns of rows do not stand in one assertion"},
      {"sources.events.null(plan) < 3%", "20: there is no column 'plan' in sources/events"},
      {"amuont > 5 and null(dealy) < 3%",
       "0: there is no column 'amuont' [similar name exists: `amount`]\n20: there is no column 'dealy' "
       "[similar name exists: `delay`]"},
  };
  for (const Misfit& wanted : misfits) {
    EXPECT_EQ(faults_of(wanted.text), wanted.fault) << wanted.text;
  }
}

TEST(ExpectCheck, ANameThatFitsTwoLevelsNamesBoth) {
  Scope scope = table();
  scope.columns[""].push_back({"rows", number});
  scope.columns[""].push_back({"last", number});
  EXPECT_EQ(
      faults_of("rows > 5", scope),
      "0: 'rows' is what `rows()` asks for, and a column [write `rows()`, or `` `rows` `` for the column]");
  EXPECT_EQ(faults_of("rows() > 5", scope), "");
  EXPECT_EQ(faults_of("`rows` > 5", scope), "");
  EXPECT_EQ(faults_of("null(rows) < 5%", scope), "");
  EXPECT_EQ(faults_of("last > 5", scope),
            "0: 'last' has a meaning of its own [the column stands in backticks: `` `last` ``]");
  EXPECT_EQ(faults_of("`last` > 5", scope), "");
  EXPECT_EQ(
      faults_of("last.rows > 5", scope),
      "0: 'last' is the last accepted version and a column [the column stands in backticks: `` `last` ``]");
  EXPECT_EQ(faults_of("events.rows > 5", scope),
            "0: 'events' is a thing of the file and a column [write the section in front of the thing, as "
            "`data.events.rows`]");
  EXPECT_EQ(faults_of("sources.events.rows > 5", scope), "");
}

TEST(ExpectCheck, StarsBecomeColumns) {
  std::vector<std::string> printed;
  for (const Assertion& one : each_column(well_formed("null(*) < last.null(*)"), table()))
    printed.push_back(print(one));
  ASSERT_EQ(printed.size(), 10u);
  EXPECT_EQ(printed[0], "null(amount) < last.null(amount)");
  EXPECT_EQ(printed[8], "null(`Cost Total $`) < last.null(`Cost Total $`)");
}

TEST(ExpectCheck, RowsAreToldFromTables) {
  const Scope scope = table();
  const auto of_rows = [&](const std::string& text) { return is_of_rows(well_formed(text).root, scope); };
  EXPECT_TRUE(of_rows("amount > 0"));
  EXPECT_TRUE(of_rows("not (rows > 3 or plan in {x})"));
  EXPECT_TRUE(of_rows("amount < 3 * mean(amount)"));
  EXPECT_FALSE(of_rows("null(amount) < 1%"));
  EXPECT_FALSE(of_rows("share(amount > 0) > 3%"));
  EXPECT_FALSE(of_rows("rows > 3"));
}

TEST(ExpectCheck, TheTableOfFunctionsIsOnThePage) {
  std::ifstream file(TEST_DATA "/../../man/mlops.yaml.5.md");
  std::stringstream page;
  page << file.rdbuf();
  EXPECT_NE(page.str().find("# FUNCTIONS\n\n" + signatures_markdown()), std::string::npos)
      << "put this into the page:\n"
      << signatures_markdown();
}

}  // namespace
