/// `data:`, `features:`, `expect:` and `params:`.
#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/manifest/assertions.hpp>
#include <mlops/manifest/manifest.hpp>

#include <string>
#include <vector>

#include "error_of.hpp"

namespace mlops::manifest {
namespace {

using test::error_of;

const std::string flights = R"(mlops: 1
project: flight-delays
params: {late: 15, eta: 0.1}
sources:
  flights:
    from: flights-3m.parquet
    expect: [rows > 1_000_000, null(delay) < 1%]
data:
  departures:
    sql: |
      SELECT *, (delay > $late)::INT AS late,
             date + to_minutes(30) AS landed FROM flights
    doc: one row a departure
    label: late
    outcome: [delay, landed]
    time: date
    split: {test: last 30d, valid: 12h before test, group: origin}
    expect:
      - rows > 10_000
      - unique(date, origin): warn
      - 'match(origin, /^[A-Z]{3}$/) >= 99.5%'
  monthly: {sql: sql/monthly.sql}
features:
  airport:
    doc: what an airport has been through
    key: {airport: origin}
    from: data/departures
    at: landed
    known: landed + INTERVAL 1 MINUTE
    columns:
      delay_1h: mean(delay) over 1h
      flights_3h: count() over 3h
      a_last: last(delay)
    online: {ttl: 48h}
models:
  base: {train: prior}
  boosted:
    train: xgboost
    params: {eta: $eta, max_depth: 6}
    features: [airport, {use: airport, key: {airport: destination}, as: dest}]
release:
  delay: {among: [base, boosted]}
)";

constexpr std::int64_t hour = 3'600'000'000;

TEST(Data, TheFlightsAreRead) {
  const Manifest manifest = parse(flights, "f");
  ASSERT_EQ(manifest.data.size(), 2u);
  const DataSpec& table = manifest.data[0];
  EXPECT_EQ(table.name, "departures");
  EXPECT_EQ(table.sql,
            "SELECT *, (delay > $late)::INT AS late,\n       date + to_minutes(30) AS landed FROM flights\n");
  EXPECT_EQ(table.doc, "one row a departure");
  EXPECT_EQ(table.label, "late");
  EXPECT_EQ(table.outcome, (std::vector<std::string>{"delay", "landed"}));
  EXPECT_EQ(table.time, "date");
  EXPECT_EQ(table.split.test_last_us, 30 * 24 * hour);
  EXPECT_EQ(table.split.valid_before_us, 12 * hour);
  EXPECT_EQ(table.split.group, "origin");
  EXPECT_FALSE(table.split.test || table.split.valid);
  EXPECT_EQ(manifest.data[1].sql_file, "sql/monthly.sql");
  EXPECT_EQ(manifest.data[1].sql, "");
  EXPECT_EQ(manifest.params, (json::Object{{"late", 15}, {"eta", 0.1}}));
  EXPECT_EQ(manifest.data_of(manifest.models[0]), &table);
  EXPECT_EQ(manifest.find_table("sources/flights"), &manifest.sources[0]);
  EXPECT_EQ(manifest.find_table("data/flights"), nullptr);
  EXPECT_EQ(manifest.address_of(table), "data/departures");
  EXPECT_EQ(manifest.address_of(manifest.sources[0]), "sources/flights");
}

TEST(Data, EachLineOfSqlHasItsPlace) {
  const Manifest manifest = parse(flights, "f");
  const auto& lines = manifest.data[0].sql_lines;
  ASSERT_GE(lines.size(), 2u);
  EXPECT_EQ(lines[0].line, 11u);
  EXPECT_EQ(lines[0].column, 7u);
  EXPECT_EQ(lines[1].line, 12u);
  const Manifest one =
      parse("mlops: 1\ndata:\n  a: {sql: 'SELECT 1 AS x'}\n  b:\n    sql: SELECT 2 AS x\n", "f");
  ASSERT_EQ(one.data[0].sql_lines.size(), 1u);
  EXPECT_EQ(one.data[0].sql_lines[0].column, 13u);
  EXPECT_EQ(one.data[1].sql_lines[0].line, 5u);
  EXPECT_EQ(one.data[1].sql_lines[0].column, 10u);
}

TEST(Data, AssertionsKeepTextWeightAndPlace) {
  const Manifest manifest = parse(flights, "f");
  const auto& all = manifest.data[0].expect;
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0], (ExpectSpec{"rows > 10_000", false}));
  EXPECT_EQ(all[1], (ExpectSpec{"unique(date, origin)", true}));
  EXPECT_EQ(all[2], (ExpectSpec{"match(origin, /^[A-Z]{3}$/) >= 99.5%", false}));
  EXPECT_EQ(all[0].line, 19u);
  EXPECT_EQ(all[0].column, 9u);
  EXPECT_EQ(all[2].column, 10u);
  ASSERT_EQ(manifest.sources[0].expect.size(), 2u);
  EXPECT_EQ(manifest.sources[0].expect[1].column, 32u);
}

TEST(Features, TheViewIsRead) {
  const Manifest manifest = parse(flights, "f");
  ASSERT_EQ(manifest.features.size(), 1u);
  const FeatureSpec& view = manifest.features[0];
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(view.key, (Pairs{{"airport", "origin"}}));
  EXPECT_EQ(view.from, "departures");
  EXPECT_EQ(view.at, "landed");
  EXPECT_EQ(view.known, "landed + INTERVAL 1 MINUTE");
  EXPECT_EQ(view.columns, (Pairs{{"delay_1h", "mean(delay) over 1h"},
                                 {"flights_3h", "count() over 3h"},
                                 {"a_last", "last(delay)"}}));
  EXPECT_EQ(view.ttl_us, 48 * hour);
  EXPECT_EQ(view.places.at("columns.flights_3h").line, 32u);
  EXPECT_EQ(view.places.at("columns.flights_3h").column, 19u);
  EXPECT_EQ(view.places.at("at").line, 28u);
  EXPECT_EQ(view.places.at("nothing").line, 0u);
  const auto& uses = manifest.models[1].features;
  ASSERT_EQ(uses.size(), 2u);
  EXPECT_EQ(uses[0], (FeatureUse{.use = "airport"}));
  EXPECT_EQ(uses[1], (FeatureUse{.use = "airport", .key = {{"airport", "destination"}}, .as = "dest"}));
}

struct BadLine {
  std::string line;     ///< Stands in the last line of a file that has a source `churn`.
  std::string message;  ///< Behind file, line and column.
  std::string hint;
};

void expect_line_faults(const std::vector<BadLine>& all) {
  for (const BadLine& bad : all) {
    const std::string text = "mlops: 1\nsources: {churn: {from: a.csv}}\n" + bad.line + "\n";
    const Error seen = error_of([&] { parse(text, "f"); });
    EXPECT_EQ(seen.code(), Code::usage) << text;
    EXPECT_EQ(seen.message(), bad.message) << text << seen.detail();
    EXPECT_NE(seen.hint().find(bad.hint), std::string::npos) << text << "\nhint: " << seen.hint();
    EXPECT_NE(seen.detail().find('^'), std::string::npos) << text;
  }
}

TEST(Data, Faults) {
  expect_line_faults({
      {"data: {t: {}}", "f:3:8: table 't' has no 'sql'", "SELECT"},
      {"data: {t: SELECT 1}", "f:3:11: table 't' is a text, a map is wanted", "sql"},
      {"data: {t: {sql: a.sql, labell: x}}", "f:3:24: unknown key 'labell'", "`label`"},
      {"data: {t: {sql: ~}}", "f:3:17: 'sql' has no value", ""},
      {"data: {churn: {sql: a.sql}}", "f:3:8: 'churn' is the name of a source too", "another"},
      {"data: {train: {sql: a.sql}}", "f:3:8: the name 'train' has a meaning of its own", "reserved"},
      {"data: {t: {sql: a.sql, split: {test: last 30d}}}", "f:3:38: a length of time needs 'time'",
       "time: day"},
      {"data: {t: {sql: a.sql, time: x, split: {test: last month}}}",
       "f:3:47: 'test' is 'last month', a share or a time is wanted", "`last 30d`"},
      {"data: {t: {sql: a.sql, time: x, split: {test: 30d}}}",
       "f:3:47: 'test' is '30d', a share or a time is wanted", "`last 30d`"},
      {"data: {t: {sql: a.sql, time: x, split: {valid: 30d after test}}}",
       "f:3:48: 'valid' is '30d after test', a share or a time is wanted", "`30d before test`"},
      {"data: {t: {sql: a.sql, time: x, split: {test: last 99999999999999d}}}",
       "f:3:47: 'test' is 'last 99999999999999d', a share or a time is wanted", ""},
      {"data: {t: {sql: a.sql, label: x, split: {part: p, test: last 3d}}}",
       "f:3:48: the column 'p' says the parts: nothing else can", "part"},
      {"params: {1x: 3}", "f:3:10: '1x' cannot be the name of a parameter", "$name"},
      {"params: {x: [1]}", "f:3:13: 'params' takes one text, this is a list", ""},
      {"models: {m: {train: xgboost, params: {eta: $etta}}}\nparams: {eta: 1}",
       "f:3:44: no parameter 'etta' in 'params'", "`eta`"},
  });
}

TEST(Features, Faults) {
  const std::string good = "key: {c: id}, from: churn, at: day, columns: {n: count() over 1d}";
  const std::string view = "features: {v: {" + good + "}}\n";
  expect_line_faults({
      {"features: {v: {key: {c: id}, from: churn, at: day}}", "f:3:12: view 'v' has no 'columns'", "columns"},
      {"features: {v: {" + good + ", ttl: 3h}}", "f:3:83: unknown key 'ttl'", "keys here are"},
      {"features: {v: {key: id, from: churn, at: day, columns: {n: x}}}",
       "f:3:21: 'key' takes a map, such as {airport: origin}", ""},
      {"features: {v: {key: who, from: churn, at: day, columns: {n: x}}}",
       "f:3:21: 'key' takes a map, such as {airport: origin}", ""},
      {"features: {v: {key: {c: id}, from: chrun, at: day, columns: {n: x}}}", "f:3:36: no table 'chrun'",
       "`churn`"},
      {"features: {v: {" + good + ", online: {ttl: 2 days}}}",
       "f:3:97: 'ttl' is '2 days', a time such as `48h` is wanted", "us, ms"},
      {"features: {v: {" + good + ", online: {ttl: 0h}}}",
       "f:3:97: 'ttl' is '0h', a time such as `48h` is wanted", ""},
      {view + "models: {m: {train: prior, features: w}}", "f:4:38: no view 'w'", "`v`"},
      {view + "models: {m: {train: prior, features: [v, v]}}",
       "f:4:42: the columns of 'v' are in this model twice", "as: other"},
      {view + "models: {m: {train: prior, features: [{use: v, key: {d: x}}]}}",
       "f:4:53: the view 'v' has no entity 'd'", "`c`"},
      {view + "models: {m: {train: prior, features: [{as: v}]}}",
       "f:4:39: a view in 'features' without 'use'", "use"},
  });
}

TEST(Expect, Faults) {
  expect_line_faults({
      {"data: {t: {sql: a.sql, expect: [{rows > 3: maybe}]}}", "f:3:44: 'maybe' says nothing of an assertion",
       "`: warn`"},
      {"data: {t: {sql: a.sql, expect: [{a >: b}]}}", "f:3:33: this assertion holds ': '", "single quotes"},
      {"data: {t: {sql: a.sql, expect: [{a > 1: warn, b: warn}]}}", "f:3:33: this assertion holds ': '",
       "single quotes"},
      {"data: {t: {sql: a.sql, expect: rows > 1}}", "f:3:32: 'expect' takes a list", "expect: ["},
      {"data: {t: {sql: a.sql, expect: [~]}}", "f:3:33: 'expect' has no value", ""},
      {"data:\n  t:\n    sql: a.sql\n    expect:\n      - match(x, /: /)",
       "f:7:9: '(' has no partner in 'match(x, /'", "single quotes"},
      {"data:\n  t:\n    sql: a.sql\n    expect:\n      - match(x, /a #b/) > 1%",
       "f:7:9: '(' has no partner in 'match(x, /a'", "` #` begins a comment"},
      {"data:\n  t:\n    sql: a.sql\n    expect:\n      - `Cost $` > 1",
       "f:7:9: a value cannot begin with '`'", "single quotes"},
      {"data: {t: {sql: a.sql, expect: [unique(a, b)]}}", "f:3:33: '(' has no partner in 'unique(a'",
       "the comma ends the value"},
  });
}

TEST(Expect, AFaultOfTheGrammarHasItsPlace) {
  const Error plain = error_of(
      [&] { parse("mlops: 1\nsources:\n  s:\n    from: a\n    expect:\n      - rows >> 3\n", "f"); });
  EXPECT_TRUE(plain.message().starts_with("f:6:15: ")) << plain.message();
  const Error quoted = error_of(
      [&] { parse("mlops: 1\nsources:\n  s:\n    from: a\n    expect:\n      - 'rows >> 3'\n", "f"); });
  EXPECT_TRUE(quoted.message().starts_with("f:6:16: ")) << quoted.message();
}

TEST(Data, AssertionsAreCheckedBeforeTheirColumnsAreKnown) {
  const auto said = [](const std::string& item) {
    return error_of([&] {
             parse("mlops: 1\nsources:\n  s:\n    from: a\n    expect:\n      - " + item + "\n", "f");
           })
        .message();
  };
  EXPECT_EQ(said("rows < 3%"), "f:6:16: 'rows' is a count, '3%' is a share");
  EXPECT_EQ(said("'t.rows > 3'"), "f:6:10: there is nothing called 't'");
  EXPECT_EQ(said("'match(x, /it''s/) > 0 and rows < 3%'"), "f:6:43: 'rows' is a count, '3%' is a share");
  EXPECT_EQ(said("rows < 3%: warn"), "f:6:16: 'rows' is a count, '3%' is a share");
  EXPECT_EQ(said("null(`ä`) < 1% and rows < 3%"), "f:6:35: 'rows' is a count, '3%' is a share");
  EXPECT_EQ(parse("mlops: 1\nsources:\n  s: {from: a, expect: [t.rows > 3, rows() = sources.t.rows]}\n  t: "
                  "{from: b}\n",
                  "f")
                .sources.size(),
            2u);
}

TEST(Data, FaultsOfAssertionsAreShownWhereTheyStand) {
  const std::string text =
      "mlops: 1\nsources:\n  s:\n    from: a\n    expect:\n      - null(ä) < 1%\n      - >-\n        a > 0\n "
      "       and b > 0\n";
  const Manifest manifest = parse(text, "f");
  const auto& expect = manifest.sources[0].expect;
  const Error one = assertion_error(text, "f", {{expect[0], {5, "no column", "a hint"}}});
  EXPECT_EQ(one.message(), "f:6:14: no column");
  EXPECT_EQ(one.detail(), "        - null(ä) < 1%\n               ^");
  EXPECT_EQ(one.hint(), "a hint");
  const Error two = assertion_error(text, "f", {{expect[0], {0, "x", ""}}, {expect[1], {10, "y", ""}}});
  EXPECT_EQ(two.message(), "2 faults in 'f'");
}

TEST(Data, LabelsAreWrittenIntoTables) {
  const std::string before = "mlops: 1\ndata:\n  t:\n    sql: SELECT 1 AS y\n";
  const std::string after = with_training(
      before, "f", {.table = "t", .label = "y", .models = {{.name = "prior", .train = "prior"}}});
  EXPECT_EQ(after, before + "    label: 'y'\nmodels:\n  prior: {train: prior}\n");
  EXPECT_EQ(error_of([&] { with_training(after, "f", {.table = "t", .label = "z"}); }).message(),
            "table 't' in 'f' has the label 'y', not 'z'");
}

TEST(Data, ASourceCannotTakeTheNameOfATable) {
  SourceSpec source;
  source.name = "t";
  source.from = {"t.csv"};
  const Error seen = error_of([&] { with_source("mlops: 1\ndata: {t: {sql: a.sql}}\n", "f", source); });
  EXPECT_EQ(seen.code(), Code::conflict);
  EXPECT_EQ(seen.message(), "'f' has a table 't' in 'data' already");
}

TEST(Data, SplitsByTimeAreWrittenAsTheyAreRead) {
  const std::string before = "mlops: 1\ndata:\n  t: {sql: a.sql, label: y}\n";
  TrainingEdit edit{.table = "t", .label = "y", .time = "day"};
  edit.split.test_last_us = 30 * 24 * hour;
  edit.split.valid_before_us = 90'000'000;
  const std::string after = with_training(before, "f", edit);
  EXPECT_EQ(after,
            "mlops: 1\ndata:\n  t: {sql: a.sql, label: y, time: day, split: {test: last 30d, valid: 90s "
            "before test}}\n");
}

}  // namespace
TEST(SplitParts, AreReadFromAFlagAsFromTheFile) {
  EXPECT_EQ(test_part("last 30d", "--test"), (SplitPart{.length_us = 30LL * 86'400'000'000}));
  EXPECT_EQ(test_part("15%", "--test"), SplitPart{.share = 0.15});
  EXPECT_EQ(valid_part("0.2", "--valid"), SplitPart{.share = 0.2});
  EXPECT_EQ(valid_part("90s before test", "--valid"), SplitPart{.length_us = 90'000'000});
  for (const char* text : {"30d", "last 0d", "last", "1e-1", "", "last 30d before test", "20% ", "-10%"}) {
    EXPECT_THROW(test_part(text, "--test"), Error) << text;
    EXPECT_THROW(valid_part(text, "--valid"), Error) << text;
  }
}

}  // namespace mlops::manifest
