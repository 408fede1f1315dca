/// What is asked of models: names, slices, confidence, and what a monitor has.
#include <gtest/gtest.h>
#include <mlops/expect/check.hpp>
#include <mlops/expect/evaluate.hpp>

#include <string>
#include <vector>

using namespace mlops::expect;

namespace {

Scope release() {
  return {.where = Where::release, .models = {"base", "linear", "boosted"}, .slices = {"origin", "Flug Nr."}};
}

Scope monitor() {
  Scope scope{.where = Where::monitor};
  scope.columns[""] = {{"distance", {Sort::number}}, {"origin", {Sort::text}}, {"f1", {Sort::number}},
                       {"prediction", {Sort::text}}, {"time", {Sort::time}},   {"request", {Sort::text}}};
  scope.columns["train"] = {{"distance", {Sort::number}},
                            {"origin", {Sort::text}},
                            {"f1", {Sort::number}},
                            {"prediction", {Sort::text}}};
  return scope;
}

Assertion parsed(const std::string& text) {
  auto result = parse(text);
  const auto* fault = std::get_if<Fault>(&result);
  EXPECT_EQ(fault, nullptr) << text << ": " << fault->message;
  return fault == nullptr ? std::get<Assertion>(result) : Assertion{};
}

std::string told(const Fault& fault) {
  return std::to_string(fault.offset) + ": " + fault.message +
         (fault.hint.empty() ? "" : " [" + fault.hint + "]");
}

std::string model_faults_of(const std::string& text, const Scope& scope) {
  std::string out;
  for (const Fault& fault : check(parsed(text), scope)) out += (out.empty() ? "" : "\n") + told(fault);
  return out;
}

struct ModelMisfit {
  std::string text;
  std::string fault;
};

void expect_faults(const std::vector<ModelMisfit>& misfits, const Scope& scope) {
  for (const ModelMisfit& wanted : misfits)
    EXPECT_EQ(model_faults_of(wanted.text, scope), wanted.fault) << wanted.text;
}

TEST(ExpectModels, AReleaseAsksForMetricsOfItsModels) {
  for (const std::string text :
       {"auc >= 0.72", "auc >= 72%", "ece <= 0.05", "auc >= base.auc + 0.05", "auc >= champion.auc @ 95%",
        "auc >= champion.auc - 0.002 @ 99.5%", "not (auc < champion.auc @ 95%)",
        "auc() >= models.linear.auc()", "rmse in 0..15", "worst(auc, origin) >= 0.6",
        "worst(auc, `Flug Nr.`, least=500) >= 60%", "worst(auc) >= 0.6", "worst(auc, least=50) >= 0.6",
        "worst(slice=origin, metric=auc) > 0.5", "rows >= 1_000", "size < 20MB",
        "size <= champion.size * 1.1", "auc * 2 - 1 >= 0.5", "logloss <= base.logloss / 2 and brier < 0.2"})
    EXPECT_EQ(model_faults_of(text, release()), "") << text;
}

TEST(ExpectModels, OtherNamesInAReleaseAreFaults) {
  const std::string judged =
      " [gates are judged on the rows of test: `auc` is that of the model that is judged, `champion.auc` "
      "that "
      "of the champion]";
  expect_faults(
      {{"acu >= 0.7", "0: there is no metric 'acu' [similar name exists: `auc`]"},
       {"distance > 5", "0: there is no metric 'distance' [a release asks for metrics, such as `auc`]"},
       {"base >= 0.5", "0: 'base' is a model [something is asked of it, such as `base.auc`]"},
       {"champion > 3",
        "0: 'champion' has a meaning of its own [something is asked of it, such as `champion.auc`]"},
       {"origin = 'ORD'",
        "0: 'origin' is a column, and a release asks for metrics [its worst slice is `worst(auc, origin)`]"},
       {"`auc` > 3", "0: 'auc' is a column, and a release asks for metrics"},
       {"bse.auc >= 0.5", "0: there is no model 'bse' here [similar name exists: `base`]"},
       {"auc >= champoin.auc", "7: there is no model 'champoin' here [similar name exists: `champion`]"},
       {"prior.auc > 0.5",
        "0: there is no model 'prior' here [a model of `among` may stand here: it is one of `base`, "
        "`linear`, "
        "`boosted` or `champion`]"},
       {"base.acu >= 0.5", "5: 'base' has no 'acu' to ask for [similar name exists: `auc`]"},
       {"base.distance >= 0.5",
        "5: 'base' has no 'distance' to ask for [metrics are asked of it, such as `base.auc`]"},
       {"valid.auc > 0.5", "0: there is no 'valid' here" + judged},
       {"test.auc > 0.5", "0: there is no 'test' here" + judged},
       {"challenger.auc > 0.5", "0: there is no 'challenger' here" + judged},
       {"base.rows > 5", "0: 'rows' is the same for every model [write `rows`]"},
       {"events.rows > 5", "0: 'rows' is asked of the rows that are judged alone [write `rows`]"},
       {"null(distance) < 2%",
        "0: 'null' cannot be asked here [it is asked in `expect:` of `sources:`, `data:`, `features:` and "
        "`monitor:`]"},
       {"psi(*) < 0.2",
        "0: 'psi' cannot be asked here [it is asked in `expect:` of `sources:`, `data:`, `features:` and "
        "`monitor:`]"},
       {"auc(base) > 0.5", "4: 'auc' takes no argument [write `auc`]"},
       {"auc >= 72", "7: 'auc' is never more than 1 [write `72%`]"},
       {"auc in 0..200%", "10: 'auc' is never more than 1"},
       {"worst(auc, origin) >= 60", "22: 'worst(auc, origin)' is never more than 1 [write `60%`]"},
       {"size < 3",
        "7: 'size' is a size in bytes, '3' is a number [a size has a unit, such as `3MB`: KB, MB, "
        "GB]"}},
      release());
  EXPECT_EQ(model_faults_of("mae < 5 and worst(rmse) < 300", release()), "");
}

TEST(ExpectModels, AMetricThatTheTaskHasNotIsAFaultOnceTheTaskIsKnown) {
  Scope scope = release();
  scope.metrics = {"auc", "logloss"};
  expect_faults({{"rmse < 5", "0: the task has no metric 'rmse' [it has auc, logloss]"},
                 {"auc >= base.f1", "12: the task has no metric 'f1' [it has auc, logloss]"},
                 {"worst(mae) < 3", "6: the task has no metric 'mae' [it has auc, logloss]"},
                 {"auc >= champion.auc @ 95%", ""}},
                scope);
}

TEST(ExpectModels, SlicesAreThoseThatAreDeclared) {
  expect_faults(
      {{"worst(auc, orgin) >= 0.6",
        "11: 'orgin' is no slice of this release [similar name exists: `origin`]"},
       {"worst(auc, weekday) >= 0.6",
        "11: 'weekday' is no slice of this release [declare it beside `expect:`: `slices: [weekday]`]"},
       {"worst(acu, origin) >= 0.6", "6: there is no metric 'acu' [similar name exists: `auc`]"},
       {"worst(rows) >= 5", "6: there is no metric 'rows'"},
       {"worst(base.auc) >= 0.6",
        "6: 'worst' takes a metric here, not 'base.auc' [write `worst(metric[, slice][, least])`]"},
       {"worst() >= 0.6", "0: 'worst' wants an argument [write `worst(metric[, slice][, least])`]"},
       {"worst >= 0.6", "0: 'worst' is a function [write `worst(metric[, slice][, least])`]"},
       {"worst(least=5) >= 0.6", "0: 'worst' wants more arguments [write `worst(metric[, slice][, least])`]"},
       {"worst(auc, 500) >= 0.6",
        "11: 'worst' takes a column of `slices:` here, not '500' [write `worst(metric[, slice][, least])`]"},
       {"worst(auc, least=0) >= 0.6",
        "17: 'worst' takes a whole number from 1 here, not '0' [write `worst(metric[, slice][, least])`]"},
       {"worst(auc, least=5%) >= 0.6",
        "17: 'worst' takes a whole number from 1 here, not '5%' [write `worst(metric[, slice][, least])`]"},
       {"worst(auc, origin, 5, 6) >= 0.6",
        "22: 'worst' takes 3 arguments [write `worst(metric[, slice][, least])`]"},
       {"worst(auc, metric=f1) >= 0.6", "18: the argument 'metric' is given twice"},
       {"base.worst(auc) >= 0.6",
        "0: 'worst' is asked of the model that is judged [write `worst(metric[, slice][, least])`]"}},
      release());
  Scope none = release();
  none.slices.clear();
  EXPECT_EQ(model_faults_of("worst(auc) > 0.5", none),
            "0: there are no slices to ask for [declare them beside `expect:`: `slices: [origin]`]");
  const auto by = parse("worst(auc, distance by 500) >= 0.6");
  EXPECT_EQ(told(std::get<Fault>(by)),
            "20: 'by' is not expected here [a slice is named by its column alone: `worst(auc, distance)`]");
}

TEST(ExpectModels, AConfidenceStandsOnOrderedComparisonsOfMetrics) {
  const std::string only = "'@' stands behind comparisons of model metrics, ";
  expect_faults(
      {{"rows > 5 @ 95%", "0: " + only + "'rows' is none"},
       {"size < 3MB @ 95%", "0: " + only + "'size' is none"},
       {"worst(auc) >= 0.6 @ 95%", "0: " + only + "'worst(auc)' is none"},
       {"auc >= base.auc + size / 1MB @ 95%", "18: " + only + "'size' is none"},
       {"3 > 2 @ 95%", "0: " + only + "there is none here"},
       {"auc = base.auc @ 95%", "0: '=' has no confidence [it stands behind `<`, `<=`, `>` and `>=`]"},
       {"auc != base.auc @ 95%", "0: '!=' has no confidence [it stands behind `<`, `<=`, `>` and `>=`]"}},
      release());
  EXPECT_EQ(model_faults_of("auc >= test.auc @ 95%", monitor()),
            "0: a monitor has no rows that two models answered [`@ 95%` stands in `expect:` of `release:`]");
}

TEST(ExpectModels, AMonitorAsksItsRowsAndWhatTheVersionHad) {
  for (const std::string text :
       {"psi(*) < 0.2", "psi(distance) < 0.2", "drift(prediction) < 0.1", "ks(distance) < 0.1",
        "drift(*) < 1", "null(distance) < 2%", "auc >= 0.7", "auc >= test.auc - 0.02", "rows >= 1_000",
        "distinct(origin) > 3", "age(time) < 26h", "share(prediction = '1') in 10%..30%",
        "distance in 0..6_000", "unique(request)", "mean(`f1`) > 3 and f1() >= 0.5", "`f1` > 0",
        "quantile(distance, 99%) < 5_000"})
    EXPECT_EQ(model_faults_of(text, monitor()), "") << text;
}

TEST(ExpectModels, OtherNamesInAMonitorAreFaults) {
  const std::string window =
      " [the rows are those of the window; `test.auc` is what the version had when it was released]";
  const std::string alone = "compares the window with what the model was trained on, no other tables";
  expect_faults(
      {{"champion.auc > 0.7", "0: there is no 'champion' here" + window},
       {"last.rows > 7", "0: 'rows' is asked of the rows that are judged alone [write `rows`]"},
       {"train.mean(distance) > 7",
        "0: 'mean' is asked of the rows that are judged alone [write `mean(value)`]"},
       {"base.auc > 0.7",
        "0: there is no model 'base' here [`test.auc` is what the version had when it was released]"},
       {"tset.auc > 0.7", "0: there is no model 'tset' here [similar name exists: `test`]"},
       {"test.acu > 0.7", "5: 'test' has no 'acu' to ask for [similar name exists: `auc`]"},
       {"test > 0.7", "0: 'test' has a meaning of its own [something is asked of it, such as `test.auc`]"},
       {"acu > 0.7", "0: there is no column 'acu' [similar name exists: `auc`]"},
       {"f1 > 0.7",
        "0: 'f1' is what `f1()` asks for, and a column [write `f1()`, or `` `f1` `` for the "
        "column]"},
       {"null(auc) < 1%", "5: there is no column 'auc' ['auc' is a metric, which stands alone]"},
       {"mean(auc) < 1", "5: 'auc' is asked of a model, not of a row"},
       {"distance < auc * 9", "0: metrics and columns of rows do not stand in one assertion"},
       {"psi(train, test) < 0.2", "4: 'psi' " + alone + " [write `psi(column)`]"},
       {"ks(reference=train, current=test, column=distance) < 0.2",
        "13: 'ks' " + alone + " [write `ks(column)`]"},
       {"psi < 0.2", "0: 'psi' is a function [write `psi(column)`]"},
       {"psi() < 0.2", "0: 'psi' wants an argument [write `psi(column)`]"},
       {"psi(distnace) < 0.2", "4: there is no column 'distnace' [similar name exists: `distance`]"},
       {"psi(request) < 0.2", "4: there is no column 'request' in what the model was trained on"},
       {"ks(origin) < 0.2", "3: 'ks' is asked of a number or a time, 'origin' is a text"},
       {"overlap(train, test) = 0",
        "0: 'overlap' cannot be asked here [it is asked in `expect:` of `sources:`, `data:` and "
        "`features:`]"},
       {"worst(auc) > 0.5", "0: 'worst' cannot be asked here [it is asked in `expect:` of `release:`]"},
       {"size < 3MB", "0: 'size' cannot be asked here [it is asked in `expect:` of `release:`]"},
       {"test.rows > 5", "0: 'rows' is asked of the rows that are judged alone [write `rows`]"}},
      monitor());
}

TEST(ExpectModels, AColumnAloneInAMonitorComparesWithTraining) {
  const Scope scope = monitor();
  const Assertion one = parsed("psi(distance) < 0.2");
  const Expr& call = one.root.operands.front();
  const Leaf leaf = std::get<Leaf>(resolve(call, scope));
  const auto found = comparison_of(call, *leaf.function, scope);
  const auto& comparison = std::get<Comparison>(found);
  EXPECT_EQ(comparison.reference, "train");
  EXPECT_EQ(comparison.current, "");
  ASSERT_EQ(comparison.columns.size(), 1U);
  std::vector<std::string> printed;
  for (const Assertion& each : each_column(parsed("psi(*) < 0.2"), scope)) printed.push_back(print(each));
  EXPECT_EQ(printed, (std::vector<std::string>{"psi(distance) < 0.2", "psi(origin) < 0.2", "psi(f1) < 0.2",
                                               "psi(prediction) < 0.2"}));
}

TEST(ExpectModels, ALeafSaysWhoseMetricItIs) {
  const auto table = [](const std::string& text, const Scope& scope) {
    const Assertion one = parsed(text + " > 0");
    return std::get<Leaf>(resolve(one.root.operands.front(), scope)).table;
  };
  EXPECT_EQ(table("auc", release()), "");
  EXPECT_EQ(table("champion.auc", release()), "champion");
  EXPECT_EQ(table("base.auc", release()), "base");
  EXPECT_EQ(table("models.base.auc()", release()), "base");
  EXPECT_EQ(table("test.auc", monitor()), "test");
}

TEST(ExpectModels, ArgumentsAreFoundByNameAndByPlace) {
  const auto argument = [](const std::string& text, std::string_view name) {
    const Assertion one = parsed(text + " > 0");
    const Expr& call = one.root.operands.front();
    const Expr* found = argument_of(call, *std::get<Leaf>(resolve(call, release())).function, name);
    return found == nullptr ? "" : print(*found);
  };
  EXPECT_EQ(argument("worst(auc, origin, 500)", "metric"), "auc");
  EXPECT_EQ(argument("worst(auc, origin, 500)", "slice"), "origin");
  EXPECT_EQ(argument("worst(auc, origin, 500)", "least"), "500");
  EXPECT_EQ(argument("worst(auc, least=500)", "slice"), "");
  EXPECT_EQ(argument("worst(auc, least=500)", "least"), "500");
}

}  // namespace
