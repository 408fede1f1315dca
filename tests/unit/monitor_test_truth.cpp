/// Truth that comes late: which answers it is of, and what they are worth.
#include <mlops/evaluate/evaluation.hpp>

#include "error_of.hpp"
#include "monitor_test_watch.hpp"

namespace mlops::monitor {
namespace {

using mlops::test::error_of;

class TruthTest : public WatchTest {
 protected:
  /// Answers depend on the age: 0.9 from 50 on, else 0.2.
  static predict::Package by_age(const std::string& label_type = "BIGINT",
                                 std::vector<std::string> classes = {"0", "1"}) {
    return {.signature = {.task = predict::Task::binary,
                          .inputs = {{.name = "age", .type = "BIGINT", .nullable = true}},
                          .label = "late",
                          .label_type = label_type,
                          .classes = std::move(classes)},
            .algorithm = "rule",
            .loss = "logloss",
            .fitted = {{"expression", "CASE WHEN age >= 50 THEN 0.9 ELSE 0.2 END"},
                       {"shares", json::Array{0.5, 0.5}}}};
  }

  dataset::Version outcomes(const std::string& select) {
    auto engine = table::open(engines_, {.threads = 1});
    const std::filesystem::path file = store_.objects().temporary_path(".parquet");
    engine->execute(fmt::format("COPY ({}) TO {} (FORMAT parquet)", select, table::literal(file.string())));
    const Columns none =
        engine->query(fmt::format("SELECT * FROM read_parquet({}) LIMIT 0", table::literal(file.string())));
    dataset::Version out = {.section = "data", .name = "outcomes", .number = 1};
    for (const Field& field : none.fields())
      out.columns.push_back({.name = field.name, .original = field.name, .type = field.sql});
    out.data = store_.objects().adopt(file);
    return out;
  }

  WatchRequest with_truth(const std::string& select, std::vector<std::string> assertions = {}) {
    WatchRequest out = request(assertions);
    out.truth = Truth{.table = outcomes(select)};
    return out;
  }

  /// One request for each age: r1, r2, ...
  void answer_each(const model::Version& version, const std::vector<std::int64_t>& of_ages) {
    PredictionLog log(options(), clock_);
    for (std::size_t i = 0; i < of_ages.size(); ++i)
      answer(log, version, ages({of_ages[i]}), fmt::format("r{}", i + 1));
  }

  static double metric(const Watch& seen, std::string_view name) {
    return (*seen.performance->metrics.find(name))["value"].number_or(-1);
  }
};

TEST_F(TruthTest, WhatIsKnownIsJudgedWithIntervals) {
  const model::Version version =
      add(by_age(), {}, {{"test.auc", json::Object{{"value", 0.9}, {"low", 0.8}, {"high", 1.0}}}});
  answer_each(version, {60, 70, 20, 30, 80, 10});
  const Watch seen = watched(with_truth(
      "SELECT * FROM (VALUES ('r1', 1), ('r2', 0), ('r3', 0), ('r4', 1), ('r5', 1), ('r6', NULL), ('x', 1)) "
      "t(request, late)",
      {"auc >= 0.5", "auc >= test.auc - 0.02", "share(truth = 1) = 60%", "null(truth) = 1/6",
       "count(truth) = 5"}));
  ASSERT_TRUE(seen.performance);
  EXPECT_EQ(seen.performance->answered, 6u);
  EXPECT_EQ(seen.performance->known, 5u);
  EXPECT_EQ(seen.performance->ambiguous, 0u);
  EXPECT_EQ(seen.performance->versions, std::vector<std::string>{"churn@v1"});
  const std::vector<double> labels = {1, 0, 0, 1, 1}, predictions = {0.9, 0.9, 0.2, 0.2, 0.9};
  const auto wanted = evaluate::evaluate({.labels = labels}, predictions, {"0", "1"});
  for (const evaluate::Metric& one : wanted.metrics)
    EXPECT_EQ(metric(seen, one.name), one.estimate.value) << one.name;
  EXPECT_EQ((*seen.performance->metrics.find("auc"))["low"].number_or(-1), wanted.find("auc")->estimate.low);
  EXPECT_EQ((*seen.performance->released.find("auc"))["value"].number_or(-1), 0.9);
  std::vector<std::string> outcomes;
  for (const WatchResult& one : seen.results) outcomes.push_back(one.verdict.seen);
  EXPECT_EQ(expect::name_of(seen.results[1].verdict.outcome), "fail") << outcomes[1];
  for (const std::size_t i : {0u, 2u, 3u, 4u})
    EXPECT_EQ(expect::name_of(seen.results[i].verdict.outcome), "pass") << outcomes[i];
}

TEST_F(TruthTest, WithoutAnyTruthYetNothingFails) {
  add(by_age());
  answer_each(model::Registry(store_).get("churn"), {60, 70, 20});
  const std::string none = "SELECT 'x' AS request, 1 AS late";
  const std::string unmatched =
      "skip: no request of the log is in the truth: 'request' of data/outcomes has ids such as 'x', the log "
      "'r1'";
  EXPECT_EQ(judged("auc > 0.99", with_truth(none)), unmatched);
  EXPECT_EQ(judged("auc > test.auc", with_truth(none)), unmatched);
  EXPECT_EQ(judged("auc > 0.99", with_truth("SELECT 'r1' AS request, NULL::BIGINT AS late")),
            "skip: no truth yet of 3 rows");
  EXPECT_EQ(judged("auc > 0.99", with_truth("SELECT 'r1' AS request, 1 AS late")),
            "skip: auc is not defined for the 1 row whose truth is known");
}

TEST_F(TruthTest, IdsAreComparedAsTexts) {
  const model::Version version = add(by_age());
  {
    PredictionLog log(options(), clock_);
    answer(log, version, ages({60}), "42");
    answer(log, version, ages({20}), "0190A0B0-0000-7000-8000-00000000000A");
  }
  const auto known = [&](const std::string& select) {
    return watched(with_truth(select)).performance->known;
  };
  EXPECT_EQ(known("SELECT 42 AS request, 1 AS late"), 1u);
  EXPECT_EQ(known("SELECT 42::DOUBLE AS request, 1 AS late"), 1u);
  EXPECT_EQ(known("SELECT '0190a0b0-0000-7000-8000-00000000000a'::UUID AS request, 1 AS late"), 1u);
  EXPECT_EQ(known("SELECT '042' AS request, 1 AS late"), 0u);
}

TEST_F(TruthTest, OneThatIsKnownOfAnEarlierWindowMatches) {
  const model::Version version = add(by_age());
  {
    PredictionLog log(options(), clock_);
    answer(log, version, ages({60}), "early");
  }
  clock_.turn(2 * 24 * 3600);
  {
    PredictionLog log(options(), clock_);
    answer(log, version, ages({60}), "late");
  }
  EXPECT_EQ(watched(with_truth("SELECT 'early' AS request, 1 AS late")).performance->unmatched, "");
  EXPECT_NE(watched(with_truth("SELECT 'never' AS request, 1 AS late")).performance->unmatched, "");
}

TEST_F(TruthTest, TheNumberOfARowIsNoText) {
  const model::Version version = add(by_age());
  answer_each(version, {60});
  WatchRequest wanted = with_truth("SELECT 'r1' AS request, '1' AS item, 1 AS late");
  wanted.truth->row = "item";
  const Error fault = error_of([&] { watched(wanted); });
  EXPECT_EQ(fault.code(), Code::usage);
  EXPECT_EQ(fault.message(), "'item' in data/outcomes is VARCHAR, the number of a row is wanted");
}

TEST_F(TruthTest, WhatCannotBeToldApartIsLeftOut) {
  const model::Version version = add(by_age());
  {
    PredictionLog log(options(), clock_);
    answer(log, version, ages({60, 20}), "pair");
    answer(log, version, ages({60}), "one");
    answer(log, version, ages({60}), "torn");
    answer(log, version, ages({60}), "again");
    answer(log, version, ages({60}), "again");
  }
  const std::string rows =
      "(VALUES ('pair', 1, 1), ('pair', 2, 0), ('one', 1, 1), ('one', 1, 1), ('torn', 1, 1), ('torn', 1, 0), "
      "('again', 1, 1), ('pair', 3, 0)) t(request, \"row\", late)";
  const Watch without = watched(with_truth("SELECT * FROM " + rows));
  EXPECT_EQ(without.performance->answered, 6u);
  EXPECT_EQ(without.performance->known, 1u) << "'one'";
  EXPECT_EQ(without.performance->ambiguous, 5u);
  WatchRequest by_row = with_truth("SELECT * FROM " + rows, {"count(truth) = 3"});
  by_row.truth->row = "row";
  const Watch with = watched(by_row);
  EXPECT_EQ(with.performance->known, 3u) << "'one' and both rows of 'pair'";
  EXPECT_EQ(with.performance->ambiguous, 3u);
  EXPECT_FALSE(with.fails()) << with.results[0].verdict.seen;
}

TEST_F(TruthTest, WhereNothingCanBeToldApartAMetricFails) {
  const model::Version version = add(by_age());
  {
    PredictionLog log(options(), clock_);
    answer(log, version, ages({60, 20}), "pair");
  }
  const std::string rows = "SELECT * FROM (VALUES ('pair', 1, 1), ('pair', 2, 0)) t(request, \"row\", late)";
  const std::string seen = judged("auc > 0.5", with_truth(rows));
  EXPECT_EQ(seen.substr(0, seen.find(" ids occur")),
            "fail: auc = null, wanted > 0.5: the truth of 2 rows is ambiguous:");
}

TEST_F(TruthTest, FilesBetweenTheTwoWindowsAreNotRead) {
  const model::Version version = add(by_age());
  answer_each(version, {60});
  clock_.turn(30 * 24 * 3600);
  answer_each(version, {20});
  std::ofstream(folder_ / "churn" / "20261203T110640Z-ffffffff-0001.jsonl") << "nothing of ours\n";
  WatchRequest wanted = with_truth("SELECT 'r1' AS request, 1 AS late");
  wanted.truth->after_us = std::int64_t{30 * 24} * hour_us;
  const Watch seen = watched(wanted);
  EXPECT_EQ(seen.rows, 1u);
  EXPECT_EQ(seen.performance->answered, 1u);
  EXPECT_EQ(seen.torn, 0u);
}

TEST_F(TruthTest, LabelsMayBeSpelledInAnotherWay) {
  const model::Version version = add(by_age("BOOLEAN", {"false", "true"}));
  answer_each(version, {60, 20});
  for (const std::string labels :
       {"(true, false)", "(1, 0)", "(1.0::DOUBLE, 0.0::DOUBLE)", "('true', 'false')", "('1', '0')"}) {
    const std::string one = labels.substr(1, labels.find(',') - 1);
    const std::string other = labels.substr(labels.find(',') + 1, labels.size() - labels.find(',') - 2);
    const Watch seen = watched(
        with_truth(fmt::format("SELECT 'r1' AS request, {} AS late UNION ALL SELECT 'r2', {}", one, other),
                   {"share(truth) = 50%"}));
    EXPECT_EQ(metric(seen, "accuracy"), 1) << labels;
    EXPECT_FALSE(seen.fails()) << seen.results[0].verdict.seen;
  }
  const Error fault = error_of([&] { watched(with_truth("SELECT 'r1' AS request, 'maybe' AS late")); });
  EXPECT_EQ(fault.code(), Code::usage);
  EXPECT_EQ(fault.message(), "'maybe' of 'late' in data/outcomes is no class of churn@v1");
  EXPECT_EQ(fault.hint(), "its classes are 'false' or 'true'");
}

TEST_F(TruthTest, ColumnsThatAreMissingAreNamed) {
  const model::Version version = add(by_age());
  answer_each(version, {60});
  const Error fault = error_of([&] { watched(with_truth("SELECT 'r1' AS request, 1 AS lat")); });
  EXPECT_EQ(fault.code(), Code::usage);
  EXPECT_EQ(fault.message(), "the truth in data/outcomes has no column 'late'");
  EXPECT_EQ(fault.hint(), "similar columns exist: `lat`");
}

TEST_F(TruthTest, AnswersAreJudgedWhenTheirTruthIsDue) {
  const model::Version first = add(by_age());
  {
    PredictionLog log(options(), clock_);
    answer(log, first, ages({60}), "r1");
    answer(log, first, ages({20}), "r2");
  }
  clock_.turn(2 * 24 * 3600);
  {
    PredictionLog log(options(), clock_);
    answer(log, first, ages({20}), "r3");
  }
  WatchRequest wanted = with_truth("SELECT * FROM (VALUES ('r1', 1), ('r2', 0), ('r3', 1)) t(request, late)",
                                   {"auc = 1", "count(truth) = 1"});
  wanted.truth->after_us = std::int64_t{2 * 24} * hour_us;
  const Watch seen = watched(wanted);
  EXPECT_EQ(seen.rows, 1u);
  EXPECT_EQ(seen.performance->known, 2u);
  EXPECT_EQ(seen.performance->window.from.us, wanted.window.from.us - wanted.truth->after_us);
  EXPECT_FALSE(seen.fails()) << seen.summary();
}

TEST_F(TruthTest, OfSeveralVersionsThoseThatAnswerAlikeAreJudgedTogether) {
  const model::Version first = add(by_age());
  predict::Package other = by_age();
  other.fitted.set("expression", "CASE WHEN age >= 50 THEN 0.8 ELSE 0.3 END");
  const model::Version second = add(other);
  const model::Version strange = add(by_age("VARCHAR", {"no", "yes"}));
  {
    PredictionLog log(options(), clock_);
    answer(log, first, ages({60}), "r1");
    answer(log, strange, ages({60}), "r2");
    clock_.turn(1);
    answer(log, second, ages({20}), "r3");
  }
  const Watch seen =
      watched(with_truth("SELECT * FROM (VALUES ('r1', 1), ('r2', 1), ('r3', 0)) t(request, late)"));
  EXPECT_EQ(seen.performance->versions, (std::vector<std::string>{"churn@v1", "churn@v2"}));
  EXPECT_EQ(seen.performance->answered, 2u);
  EXPECT_EQ(seen.performance->known, 2u);
  EXPECT_EQ(metric(seen, "auc"), 1);
}

TEST_F(TruthTest, OfNumbersTheErrorIsKnown) {
  predict::Package package = {.signature = {.task = predict::Task::regression,
                                            .inputs = {{.name = "age", .type = "BIGINT"}},
                                            .label = "late",
                                            .label_type = "DOUBLE"},
                              .algorithm = "mean",
                              .loss = "squared error",
                              .fitted = {{"mean", 3.0}}};
  const model::Version version = add(package, ages({1, 2}));
  answer_each(version, {60, 20, 30});
  const Watch seen =
      watched(with_truth("SELECT * FROM (VALUES ('r1', 5), ('r2', 2), ('r3', NULL)) t(request, late)",
                         {"max(truth) = 5", "mae = 1.5"}));
  EXPECT_FALSE(seen.fails()) << seen.summary();
  EXPECT_EQ(seen.performance->known, 2u);
  const Error fault = error_of([&] { watched(with_truth("SELECT 'r1' AS request, 'x' AS late")); });
  EXPECT_EQ(fault.message(), "'late' in data/outcomes is VARCHAR, where churn@v1 answers numbers");
}

}  // namespace
}  // namespace mlops::monitor
