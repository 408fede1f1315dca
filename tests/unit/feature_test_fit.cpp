// Transforms: what they learn and from which rows, how it is kept, what no longer fits; a join of a few rows
// is the same as that of all.
#include <mlops/base/error.hpp>
#include <mlops/feature/fit.hpp>
#include <mlops/feature/json.hpp>
#include <mlops/feature/refit.hpp>
#include <mlops/table/engine.hpp>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "error_of.hpp"

namespace mlops::feature {
namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;
using Rows = std::vector<std::uint32_t>;

class Fits : public testing::Test {
 protected:
  Engines engines_{std::vector<std::filesystem::path>{ENGINES_DIR}};
  std::unique_ptr<table::Engine> engine_ = table::open(engines_, {.threads = 2});
  Table table_{.relation = "events"};

  Compiled compiled(const Texts& columns, const std::string& known = "") {
    manifest::FeatureSpec spec{.name = "v", .key = {{"k", "k"}}, .from = "events", .at = "ts"};
    spec.columns = columns;
    spec.known = known;
    return compile(spec, table_, *engine_);
  }

  /// One event for each row, an hour before it: the latest value of row i is what `values` says there.
  JoinResult latest(const std::string& values, const Texts& columns) {
    engine_->execute(
        "CREATE OR REPLACE TABLE events AS SELECT row_number() OVER () AS k, x, TIMESTAMP "
        "'2001-01-01' AS ts FROM (VALUES " +
        values + ") AS t(x)");
    const auto view = compiled(columns);
    EXPECT_TRUE(view.misfits.empty());
    return joined(view.view, engine_->query("SELECT k, TIMESTAMP '2001-01-02' AS t FROM events ORDER BY k"));
  }

  JoinResult joined(const View& view, const Columns& rows) {
    const History history(view, read_events(view, table_, *engine_).columns, 2);
    const Use use{.history = &history, .key = {"k"}, .as = "v"};
    return join(rows, "t", std::span(&use, 1), {.threads = 2});
  }

  std::vector<std::string> wrong(const View& view) {
    std::vector<std::string> out;
    for (const Misfit& misfit : misfits_on(view, table_, *engine_))
      out.push_back(misfit.place + ": " + misfit.fault.message);
    return out;
  }
};

std::vector<std::string> names_in(const Columns& columns) {
  std::vector<std::string> out;
  for (const Field& field : columns.fields()) out.push_back(field.name);
  return out;
}

/// As texts, so that NaN and null are comparable.
std::vector<std::string> cells_of(const Columns& columns, const std::string& name) {
  const Column column = columns.column(*columns.find(name));
  std::vector<std::string> out;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.valid(row)) out.emplace_back("-");
    else if (column.type().kind == Kind::int64)
      out.push_back(fmt::format("{}", column.values<std::int64_t>()[row]));
    else if (column.type().kind == Kind::text) out.emplace_back(column.text(row));
    else out.push_back(fmt::format("{}", column.values<double>()[row]));
  }
  return out;
}

using Strings = std::vector<std::string>;

TEST_F(Fits, depend_on_the_training_rows_alone) {
  const Texts columns = {{"z", "zscore(x)"}, {"i", "impute(x, median)"}, {"m", "impute(x, mean)"}};
  const Rows train = {0, 1, 2};
  const auto before = fit(latest("(1::DOUBLE), (3), (8), (1000), (NULL)", columns), train);
  const auto other_test = fit(latest("(1::DOUBLE), (3), (8), (-7), (5)", columns), train);
  const auto other_train = fit(latest("(1::DOUBLE), (4), (8), (1000), (NULL)", columns), train);
  EXPECT_EQ(before, other_test);
  EXPECT_NE(before, other_train);
  EXPECT_EQ(before[0].mean, 4);
  EXPECT_EQ(before[0].deviation, std::sqrt(26.0 / 3));
  EXPECT_EQ(before[1].fill, 3);
  EXPECT_EQ(before[2].fill, 4);
  const Rows all = {0, 1, 2, 3, 4};
  EXPECT_NE(before, fit(latest("(1::DOUBLE), (3), (8), (1000), (NULL)", columns), all));
}

TEST_F(Fits, categories_are_those_of_training_and_all_others_share_a_column) {
  const JoinResult result =
      latest("('b'), ('a'), ('b'), ('rare'), ('new'), (NULL)", {{"c", "onehot(x, top=2)"}});
  const Rows train = {0, 1, 2, 3};
  const auto fits = fit(result, train);
  EXPECT_EQ(fits[0].categories, (Strings{"b", "a"}));
  EXPECT_EQ(fits[0].rare, (Strings{"rare"}));
  const Columns out = feature::apply(fits, result.columns);
  EXPECT_EQ(names_in(out), (Strings{"v__c__b", "v__c__a", "v__c__other"}));
  EXPECT_EQ(cells_of(out, "v__c__b"), (Strings{"1", "0", "1", "0", "0", "0"}));
  EXPECT_EQ(cells_of(out, "v__c__a"), (Strings{"0", "1", "0", "0", "0", "0"}));
  EXPECT_EQ(cells_of(out, "v__c__other"), (Strings{"0", "0", "0", "1", "1", "0"}));
}

TEST_F(Fits, a_category_called_other_is_none_of_the_others) {
  const JoinResult result = latest("('other'), ('other_'), ('x')", {{"c", "onehot(x)"}});
  const Rows train = {0, 1};
  EXPECT_EQ(names_in(feature::apply(fit(result, train), result.columns)),
            (Strings{"v__c__other", "v__c__other_", "v__c__other__"}));
}

TEST_F(Fits, flags_and_whole_numbers_are_categories_and_fractions_are_not) {
  const Rows train = {0, 1, 2};
  EXPECT_EQ(fit(latest("(true), (false), (true)", {{"c", "onehot(x)"}}), train)[0].categories,
            (Strings{"true", "false"}));
  EXPECT_EQ(fit(latest("(7), (-1), (7)", {{"c", "onehot(x)"}}), train)[0].categories, (Strings{"7", "-1"}));
  for (const char* type : {"DOUBLE", "DATE", "TIMESTAMP"}) {
    const auto refused = compiled({{"c", fmt::format("onehot(CAST(NULL AS {}))", type)}}).misfits;
    ASSERT_EQ(refused.size(), 1u) << type;
    EXPECT_NE(refused[0].fault.message.find("onehot() wants texts, whole numbers or flags"),
              std::string::npos);
  }
}

TEST_F(Fits, numbers_that_are_none_are_nulls) {
  const JoinResult result = latest("(1::DOUBLE), (3), ('nan'), ('inf'), ('-inf'), (NULL)",
                                   {{"z", "zscore(x)"}, {"i", "impute(x, mean)"}, {"b", "bucket(x, 1, 2)"}});
  const Rows all = {0, 1, 2, 3, 4, 5};
  const Columns out = feature::apply(fit(result, all), result.columns);
  EXPECT_EQ(cells_of(out, "v__z"), (Strings{"-1", "1", "-", "-", "-", "-"}));
  EXPECT_EQ(cells_of(out, "v__i"), (Strings{"1", "3", "2", "2", "2", "2"}));
  EXPECT_EQ(cells_of(out, "v__b"), (Strings{"1", "2", "-", "-", "-", "-"}));
}

TEST_F(Fits, of_nothing_and_of_one_value) {
  const JoinResult result =
      latest("(5::DOUBLE), (5), (9), (NULL)", {{"z", "zscore(x)"}, {"i", "impute(x, mean)"}});
  const Rows same = {0, 1};
  EXPECT_EQ(cells_of(feature::apply(fit(result, same), result.columns), "v__z"),
            (Strings{"0", "0", "0", "-"}));
  const Rows none = {3};
  const Columns out = feature::apply(fit(result, none), result.columns);
  EXPECT_EQ(cells_of(out, "v__z"), (Strings{"0", "0", "0", "-"}));
  EXPECT_EQ(cells_of(out, "v__i"), (Strings{"5", "5", "9", "-"}));
}

TEST_F(Fits, too_great_to_be_added_are_told) {
  const JoinResult result = latest("(1e308), (-1e308)", {{"z", "zscore(x)"}});
  const Rows all = {0, 1};
  EXPECT_EQ(test::error_of([&] { fit(result, all); }).code(), Code::usage);
}

TEST_F(Fits, two_columns_of_one_name_are_told) {
  const JoinResult result = latest("('a'), ('b')", {{"c", "onehot(x)"}, {"c__a", "count() over 1h"}});
  const Rows all = {0, 1};
  EXPECT_EQ(test::error_of([&] { feature::apply(fit(result, all), result.columns); }).message(),
            "two features are called 'v__c__a'");
}

TEST_F(Fits, what_is_not_transformed_is_handed_on) {
  const JoinResult result =
      latest("('a'), (NULL)", {{"n", "count(x) over 48h"}, {"c", "onehot(x)"}, {"x", "x"}});
  const Rows all = {0, 1};
  const Columns out = feature::apply(fit(result, all), result.columns);
  EXPECT_EQ(names_in(out), (Strings{"v__n", "v__c__a", "v__c__other", "v__x"}));
  EXPECT_EQ(cells_of(out, "v__n"), (Strings{"1", "0"}));
  EXPECT_EQ(cells_of(out, "v__x"), (Strings{"a", "-"}));
}

TEST(FitRecords, read_back_as_they_were) {
  Transform zscore{.kind = Transform::Kind::zscore};
  Transform onehot{.kind = Transform::Kind::onehot, .top = 3};
  Transform median{.kind = Transform::Kind::impute, .fill = Transform::Fill::median};
  Transform bucket{.kind = Transform::Kind::bucket, .edges = {-1.5, 0.1, 1e300}};
  const std::vector<Fit> fits = {
      {.column = "a", .transform = zscore, .mean = 0.1 + 0.2, .deviation = 5e-324},
      {.column = "año", .transform = onehot, .categories = {"", "x\"\n", "ü"}, .rare = {"r"}},
      {.column = "m", .transform = median, .fill = -3},
      {.column = "n", .transform = median},
      {.column = "b", .transform = bucket}};
  for (const Fit& fit : fits) EXPECT_EQ(fit_from(json::parse(json::dump(to_json(fit)))), fit) << fit.column;
}

TEST(FitRecords, damage_is_told) {
  const json::Value good = to_json(Fit{.column = "a"});
  for (const auto& [name, value] : *good.as_object()) {
    if (name == "fill") continue;
    json::Object bad = *good.as_object();
    bad.set(name, nullptr);
    const Error fault = test::error_of([&] { fit_from(bad); });
    EXPECT_EQ(fault.code(), Code::corrupt) << name;
    EXPECT_EQ(fault.id(), "record.corrupt") << name;
  }
  json::Object twice = *good.as_object();
  twice.set("categories", json::Array{"x"});
  twice.set("rare", json::Array{"x"});
  EXPECT_EQ(test::error_of([&] { fit_from(twice); }).code(), Code::corrupt);
}

TEST_F(Fits, a_view_is_held_to_the_table_of_today) {
  engine_->execute("CREATE TABLE events (k VARCHAR, x INT, c VARCHAR, ts TIMESTAMP)");
  const View view = compiled({{"m", "mean(x) over 1h"}, {"n", "count(c) over 1h"}, {"c", "c"}}, "ts").view;
  EXPECT_EQ(wrong(view), Strings{});
  const auto with = [&](const char* columns) {
    engine_->execute(fmt::format("CREATE OR REPLACE TABLE events ({})", columns));
    return wrong(view);
  };
  EXPECT_EQ(with("k VARCHAR, x BIGINT, c VARCHAR, ts DATE, more INT"), Strings{});
  EXPECT_EQ(with("k BIGINT, x INT, c VARCHAR, ts TIMESTAMP"),
            (Strings{"key k: it is BIGINT, where it was of texts"}));
  EXPECT_EQ(with("k VARCHAR, x VARCHAR, c VARCHAR, ts TIMESTAMP"),
            (Strings{"columns.m: it is VARCHAR, where it was a whole number"}));
  EXPECT_EQ(with("k VARCHAR, x DOUBLE, c VARCHAR, ts TIMESTAMP"),
            (Strings{"columns.m: it is DOUBLE, where it was a whole number"}));
  EXPECT_EQ(with("k VARCHAR, x INT, c INT, ts TIMESTAMP"),
            (Strings{"columns.c: it is INTEGER, where it was VARCHAR"}));
  const auto gone = with("k VARCHAR, x INT, ts VARCHAR");
  ASSERT_EQ(gone.size(), 4u);
  EXPECT_EQ(gone[0], "at: it is VARCHAR, where it was a time");
}

// Predictions come block by block, and each block is joined for itself.
TEST_F(Fits, rows_joined_block_by_block_see_what_all_of_them_see) {
  engine_->execute(
      "SELECT setseed(0.3); CREATE TABLE events AS SELECT (random() * 5)::INT AS k, random() * 100 AS x, "
      "(random() * "
      "9)::INT AS n, TIMESTAMP '2001-01-01' + to_minutes((random() * 5000)::INT) AS ts, NULL::TIMESTAMP AS "
      "told FROM "
      "range(3000)");
  engine_->execute("UPDATE events SET told = ts + to_minutes((random() * 300)::INT) WHERE random() < 0.9");
  const Columns rows = engine_->query(
      "SELECT (random() * 6)::INT AS k, TIMESTAMP '2001-01-01' + to_minutes((random() * 5300)::INT) AS "
      "t FROM range(700)");
  const Texts columns = {{"mean", "mean(x) over 2h"},
                         {"sum", "sum(n) over 1d"},
                         {"max", "max(x) over 3h"},
                         {"count", "count() over 30m"},
                         {"last", "n::BIGINT"}};
  for (const char* known : {"", "told"}) {
    const View view = compiled(columns, known).view;
    const History history(view, read_events(view, table_, *engine_).columns, 2);
    const Use use{.history = &history, .key = {"k"}, .as = "v"};
    const JoinResult whole = join(rows, "t", std::span(&use, 1), {.threads = 2});
    for (std::size_t row = 0; row < rows.rows(); row += 7) {
      const auto at = rows.column(1).values<std::int64_t>()[row];
      const auto key = rows.column(0).values<std::int32_t>()[row];
      const Columns one =
          engine_->query(fmt::format("SELECT {}::INT AS k, make_timestamp({}) AS t", key, at));
      const JoinResult alone = join(one, "t", std::span(&use, 1), {.threads = 1});
      for (const Joined& column : whole.joined)
        EXPECT_EQ(cells_of(alone.columns, column.name)[0], cells_of(whole.columns, column.name)[row])
            << column.name << " of row " << row << " with known '" << known << "'";
    }
  }
}

}  // namespace
}  // namespace mlops::feature
