// Features against loops over every event, on random tables; definitions, faults and leaks.
#include <mlops/base/error.hpp>
#include <mlops/feature/fit.hpp>
#include <mlops/feature/join.hpp>
#include <mlops/feature/view.hpp>
#include <mlops/table/engine.hpp>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <random>

namespace mlops::feature {
namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;

class Features : public testing::Test {
 protected:
  Engines engines_{std::vector<std::filesystem::path>{ENGINES_DIR}};
  std::unique_ptr<table::Engine> engine_ = table::open(engines_, {.threads = 2});

  Compiled compiled(const Texts& columns, const std::string& at, const std::string& known = "",
                    std::optional<std::int64_t> ttl = {}, Table table = {.relation = "events"}) {
    manifest::FeatureSpec spec{.name = "v", .key = {{"k", "k"}}, .from = "events", .at = at};
    spec.known = known;
    spec.columns = columns;
    spec.ttl_us = ttl;
    return compile(spec, table, *engine_);
  }
  JoinResult joined(const View& view, const Columns& rows, const std::string& key = "k",
                    unsigned threads = 2) {
    const Events events = read_events(view, {.relation = "events"}, *engine_);
    const History history(view, events.columns, threads);
    const Use use{.history = &history, .key = {key}, .as = "v"};
    return join(rows, "t", std::span(&use, 1), {.threads = threads});
  }
};

TEST(Definition, says_what_is_meant) {
  const auto parsed = parse(" impute(mean(greatest(a, 'over)')) over 90m, 0.5) ");
  ASSERT_TRUE(std::holds_alternative<Definition>(parsed)) << std::get<Fault>(parsed).message;
  const auto& one = std::get<Definition>(parsed);
  EXPECT_EQ(one.aggregate, Aggregate::mean);
  EXPECT_EQ(one.expression, "greatest(a, 'over)')");
  EXPECT_EQ(one.offset, 13u);
  EXPECT_EQ(one.window_us, 90 * 60'000'000LL);
  EXPECT_EQ(one.transform->constant, 0.5);
  EXPECT_EQ(std::get<Definition>(parse("count() over 1.5h")).window_us, 5'400'000'000);
  EXPECT_FALSE(std::get<Definition>(parse("a + b")).aggregate);
  EXPECT_EQ(std::get<Definition>(parse("bucket(age, 18, 25)")).transform->edges,
            (std::vector<double>{18, 25}));
}

TEST(Definition, a_fault_says_where) {
  const auto fault = [](const char* text) { return std::get<Fault>(parse(text)); };
  EXPECT_EQ(fault("median(a) over 1h").message, "unknown aggregate 'median'");
  EXPECT_EQ(fault("avg(a) over 1h").hint, "`mean` is meant");
  EXPECT_EQ(fault("mean(a) over 1 hour").offset, 13u);
  EXPECT_EQ(fault("mean(a)").message, "the aggregate 'mean' has no window");
  EXPECT_EQ(fault("sum(a) over (order by b)").message, "an OVER clause of SQL cannot stand here");
  EXPECT_EQ(fault("bucket(a, 3, 2)").message, "the edge 2 is not greater than 3");
  EXPECT_EQ(fault("mean(a over 1h").offset, 0u);
}

TEST(Duration, is_whole_microseconds) {
  EXPECT_EQ(duration_from("1_000ms"), 1'000'000);
  EXPECT_EQ(duration_from("0.000001s"), 1);
  EXPECT_FALSE(duration_from("0.0000001s"));
  EXPECT_FALSE(duration_from("0h"));
  EXPECT_FALSE(duration_from("3"));
  EXPECT_EQ(duration_text(5'400'000'000), "90m");
}

TEST_F(Features, expressions_are_single_scalars) {
  engine_->execute("CREATE TABLE events (k INT, a INT, s VARCHAR, ts TIMESTAMP)");
  const auto message = [&](const std::string& text) {
    const auto result = compiled({{"x", text}}, "ts");
    return result.misfits.empty() ? "" : result.misfits[0].fault.message;
  };
  EXPECT_EQ(message("a + 1 -- more"), "");
  EXPECT_EQ(message("(SELECT max(a) FROM events)"), "a subquery cannot stand here");
  EXPECT_EQ(message("a AS b"), "one SQL expression is wanted, without clauses and names");
  EXPECT_EQ(message("a) + (a"), "syntax error at or near \")\"");
  EXPECT_NE(message("now()"), "");
  EXPECT_NE(message("random()"), "");
  EXPECT_NE(message("mean(sum(a)) over 1h"), "");
  EXPECT_EQ(message("mean(s) over 1h"), "'s' is VARCHAR: numbers are wanted");
  const auto unknown = compiled({{"x", "mean(aa) over 1h"}}, "ts");
  ASSERT_EQ(unknown.misfits.size(), 1u);
  EXPECT_EQ(unknown.misfits[0].fault.offset, 5u);
}

TEST_F(Features, what_looks_into_the_future_is_refused_and_nothing_else) {
  engine_->execute("CREATE TABLE events (k INT, delay INT, late INT, date TIMESTAMP, landed TIMESTAMP)");
  const Table table{.relation = "events", .time = "date", .outcome = {"delay", "landed"}, .label = "late"};
  const auto leaks = [&](const std::string& text, const std::string& at, const std::string& known = "") {
    return compiled({{"x", text}}, at, known, {}, table).misfits.size();
  };
  for (const char* at : {"date", "date_trunc('hour', date)", "date::DATE", "coalesce(date, landed)",
                         "least(landed, date)", "date - INTERVAL 1 HOUR"})
    EXPECT_EQ(leaks("mean(delay) over 1h", at), 1u) << at;
  EXPECT_EQ(leaks("late", "date"), 1u);
  EXPECT_EQ(leaks("mean(delay) over 1h", "landed"), 0u);
  EXPECT_EQ(leaks("mean(delay) over 1h", "date", "landed"), 0u);
  EXPECT_EQ(leaks("mean(delay) over 1h", "date + INTERVAL 1 HOUR"), 0u);
  EXPECT_EQ(leaks("count() over 1h", "date"), 0u);
}

/// The meaning, as plainly as it can be said: every event is looked at for every row.
struct Brute {
  const Columns& events;  // k, at, known, x (DOUBLE), n (BIGINT); nulls anywhere

  std::vector<std::size_t> seen(const Columns& rows, std::size_t row, std::int64_t width) const {
    std::vector<std::size_t> out;
    const auto valid = [&](std::size_t column, std::size_t i) { return events.column(column).valid(i); };
    const auto number = [&](std::size_t column, std::size_t i) {
      return events.column(column).values<std::int64_t>()[i];
    };
    if (!rows.column(0).valid(row) || !rows.column(1).valid(row)) return out;
    const std::int64_t t = rows.column(1).values<std::int64_t>()[row];
    for (std::size_t i = 0; i < events.rows(); ++i) {
      if (!valid(0, i) || !valid(1, i) || !valid(2, i)) continue;
      if (number(0, i) != rows.column(0).values<std::int64_t>()[row]) continue;
      if (number(1, i) <= t && number(2, i) <= t && number(1, i) >= t - width) out.push_back(i);
    }
    return out;
  }
};

TEST_F(Features, are_what_loops_over_every_event_give) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    engine_->execute(fmt::format(
        "SELECT setseed({}); CREATE OR REPLACE TABLE events AS SELECT *, ts + to_seconds((random() * 40 - "
        "10)::BIGINT) AS known FROM (SELECT "
        "CASE WHEN random() < 0.9 THEN (random() * 3)::BIGINT END AS k, "
        "CASE WHEN random() < 0.95 THEN TIMESTAMP '1969-12-31 23:59:00' + to_seconds((random() * "
        "120)::BIGINT) "
        "END AS ts, "
        "CASE WHEN random() < 0.8 THEN (random() - 0.5) * power(10, (random() * 40 - 20)::INT) END AS x, "
        "CASE WHEN random() < 0.8 THEN (random() * 10)::BIGINT - 5 END AS n FROM range(200)); "
        "CREATE OR REPLACE TABLE asked AS SELECT CASE WHEN random() < 0.9 THEN (random() * 4)::BIGINT END AS "
        "k, "
        "CASE WHEN random() < 0.95 THEN TIMESTAMP '1969-12-31 23:58:30' + to_seconds((random() * "
        "200)::BIGINT) "
        "END AS t FROM range(150)",
        seed / 40.0));
    const bool with_known = seed % 3 != 0;
    const std::int64_t ttl = 20'000'000;
    const auto result = compiled({{"c", "count() over 10s"},
                                  {"cx", "count(x) over 30s"},
                                  {"sx", "sum(x) over 30s"},
                                  {"mx", "mean(x) over 30s"},
                                  {"sn", "sum(n) over 10s"},
                                  {"mn", "mean(n) over 10s"},
                                  {"lo", "min(x) over 30s"},
                                  {"hi", "max(n) over 10s"},
                                  {"last", "n"}},
                                 "ts", with_known ? "known" : "", ttl);
    ASSERT_TRUE(result.misfits.empty()) << result.misfits[0].fault.message;
    const Columns rows = engine_->query("SELECT * FROM asked");
    const Columns events =
        engine_->query(fmt::format("SELECT k, ts, {}, x, n FROM events", with_known ? "known" : "ts"));
    const Columns got = joined(result.view, rows).columns;
    const Columns alone = joined(result.view, rows, "k", 1).columns;
    const Brute brute{events};
    const auto x = events.column(3).values<double>();
    const auto n = events.column(4).values<std::int64_t>();
    const auto real = [&](const char* name, std::size_t row) -> std::optional<double> {
      const Column column = got.column(*got.find(std::string("v__") + name));
      EXPECT_EQ(column.valid(row), alone.column(*got.find(std::string("v__") + name)).valid(row));
      if (!column.valid(row)) return std::nullopt;
      return column.type().kind == Kind::int64 ? static_cast<double>(column.values<std::int64_t>()[row])
                                               : column.values<double>()[row];
    };
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      std::vector<std::size_t> wide = brute.seen(rows, row, 30'000'000);
      std::vector<std::size_t> narrow = brute.seen(rows, row, 10'000'000);
      const std::size_t all = narrow.size();
      std::vector<std::size_t> recent = brute.seen(rows, row, ttl);
      std::erase_if(wide, [&](std::size_t i) { return !events.column(3).valid(i); });
      std::erase_if(narrow, [&](std::size_t i) { return !events.column(4).valid(i); });
      // Sums of doubles by long double fractions would round; integers of 128 bits at 2^-120 would not fit:
      // the exact sum is checked by its own test, here the members are.
      std::sort(wide.begin(), wide.end(), [&](auto a, auto b) { return std::fabs(x[a]) > std::fabs(x[b]); });
      long double sum = 0;
      double lo = INFINITY;
      long double size = 0;
      for (const std::size_t i : wide) {
        sum += x[i];
        size += std::fabs(x[i]);
        lo = std::min(lo, x[i]);
      }
      std::int64_t whole = 0;
      std::int64_t hi = INT64_MIN;
      for (const std::size_t i : narrow) {
        whole += n[i];
        hi = std::max(hi, n[i]);
      }
      SCOPED_TRACE(fmt::format("seed {} row {}", seed, row));
      EXPECT_EQ(real("c", row), static_cast<double>(all));
      EXPECT_EQ(real("cx", row), static_cast<double>(wide.size()));
      ASSERT_EQ(real("sx", row).has_value(), !wide.empty());
      if (!wide.empty()) {
        EXPECT_NEAR(*real("sx", row), static_cast<double>(sum), static_cast<double>(size) * 1e-15);
        EXPECT_EQ(real("mx", row), *real("sx", row) / static_cast<double>(wide.size()));
        EXPECT_EQ(real("lo", row), lo);
      }
      ASSERT_EQ(real("sn", row).has_value(), !narrow.empty());
      if (!narrow.empty()) {
        EXPECT_EQ(real("sn", row), static_cast<double>(whole));
        EXPECT_EQ(real("mn", row), static_cast<double>(whole) / static_cast<double>(narrow.size()));
        EXPECT_EQ(real("hi", row), static_cast<double>(hi));
      }
      const auto at = events.column(1).values<std::int64_t>();
      const auto known = events.column(2).values<std::int64_t>();
      const auto best = std::max_element(recent.begin(), recent.end(), [&](auto a, auto b) {
        return std::tuple(at[a], known[a], a) < std::tuple(at[b], known[b], b);
      });
      const bool there = best != recent.end() && events.column(4).valid(*best);
      ASSERT_EQ(real("last", row).has_value(), there);
      if (there) {
        EXPECT_EQ(real("last", row), static_cast<double>(n[*best]));
      }
    }
  }
}

TEST_F(Features, of_one_name_are_refused) {
  engine_->execute("CREATE TABLE events (k INT, a INT, ts TIMESTAMP)");
  const View view = compiled({{"x", "a"}}, "ts").view;
  EXPECT_THROW(joined(view, engine_->query("SELECT 1 AS k, TIMESTAMP '2001-01-01' AS t, 2 AS v__x")), Error);
  EXPECT_THROW(joined(view, engine_->query("SELECT 'a' AS k, TIMESTAMP '2001-01-01' AS t")), Error);
  EXPECT_NO_THROW(joined(view, engine_->query("SELECT 1::BIGINT AS k, DATE '2001-01-01' AS t")));
}

TEST_F(Features, are_fitted_on_the_training_rows_alone) {
  engine_->execute(
      "CREATE TABLE events AS SELECT i AS k, TIMESTAMP '2001-01-01' AS ts, x, c FROM (VALUES (1, "
      "1.0::DOUBLE, "
      "'b'), (2, 3, 'a'), (3, NULL, 'b'), (4, 100, 'z')) AS e(i, x, c)");
  const View view = compiled({{"z", "zscore(x)"},
                              {"i", "impute(x, mean)"},
                              {"o", "onehot(c, top=2)"},
                              {"b", "bucket(x, 2, 100)"}},
                             "ts")
                        .view;
  const JoinResult result =
      joined(view, engine_->query("SELECT k, TIMESTAMP '2001-01-02' AS t FROM events ORDER BY k"));
  const std::vector<std::uint32_t> train = {0, 1, 2};
  const auto fits = fit(result, train);
  const Columns out = apply(fits, result.columns);
  const auto real = [&](const char* name) { return out.column(*out.find(name)).values<double>(); };
  EXPECT_EQ(real("v__z")[0], -1);
  EXPECT_EQ(real("v__z")[3], 98);
  EXPECT_EQ(real("v__i")[2], 2);
  EXPECT_EQ(out.column(*out.find("v__o__b")).values<std::int64_t>()[2], 1);
  EXPECT_EQ(out.column(*out.find("v__o__other")).values<std::int64_t>()[3], 1);
  EXPECT_EQ(out.column(*out.find("v__b")).values<std::int64_t>()[3], 2);
  EXPECT_FALSE(out.column(*out.find("v__b")).valid(2));
}

}  // namespace
}  // namespace mlops::feature
