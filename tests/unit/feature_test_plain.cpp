// Rows as events without SQL, against the SQL itself.
#include <mlops/feature/plain.hpp>
#include <mlops/table/engine.hpp>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstring>

namespace mlops::feature {
namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;

/// Every value, or null, as its bytes.
std::string bytes_of(const Column& column, std::size_t row) {
  if (!column.valid(row)) return "null";
  const Kind kind = column.type().kind;
  if (kind == Kind::text) return "text " + std::string(column.text(row));
  if (kind == Kind::boolean) return column.boolean(row) ? "true" : "false";
  const auto bytes = column.bytes();
  const std::size_t size = fixed_bytes(kind);
  return {reinterpret_cast<const char*>(bytes.data() + row * size), size};
}

class Plain : public testing::Test {
 protected:
  Engines engines_{std::vector<std::filesystem::path>{ENGINES_DIR}};
  std::unique_ptr<table::Engine> engine_ = table::open(engines_, {.threads = 2});

  View view(const Texts& columns, const std::string& at = "ts", const std::string& known = "",
            const Texts& key = {{"who", "k"}}) {
    manifest::FeatureSpec spec{.name = "v", .key = key, .from = "rows", .at = at};
    spec.known = known;
    spec.columns = columns;
    Compiled compiled = compile(spec, {.relation = "rows"}, *engine_);
    EXPECT_TRUE(compiled.misfits.empty()) << compiled.misfits[0].fault.message;
    return compiled.view;
  }
  std::vector<RowColumn> reads() {
    std::vector<RowColumn> out;
    const Columns none = engine_->query("SELECT * FROM rows LIMIT 0");
    for (const Field& field : none.fields()) out.push_back({field.name, field.sql});
    return out;
  }
  bool is_plain(const Texts& columns, const std::string& at = "ts", const std::string& known = "") {
    return PlainView::of(view(columns, at, known), reads()).has_value();
  }
};

TEST_F(Plain, events_are_those_of_the_sql_to_the_last_bit) {
  engine_->execute(R"(CREATE TABLE rows AS SELECT
      (i % 5)::VARCHAR AS k, (i * 7)::TINYINT AS "Small One", (i * 1000)::INTEGER AS delay, i * 10000000000 AS big,
      (i / 3)::FLOAT AS f, CASE WHEN i = 4 THEN 'nan'::DOUBLE ELSE i / 7 END AS d, i % 2 = 0 AS flag,
      CASE WHEN i % 3 = 0 THEN NULL ELSE 'text ' || i END AS s, DATE '2026-01-01' + i::INTEGER AS day,
      TIMESTAMP '2026-01-01' + to_hours(i) AS ts, TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_days(i::INTEGER) AS tz,
      i::UINTEGER AS u FROM range(12) t(i))");
  for (const char* column : {"delay", "big", "f", "d", "flag", "day", "ts", "\"Small One\"", "u"})
    engine_->execute(fmt::format("UPDATE rows SET {} = NULL WHERE big = 70000000000", column));
  const View whole = view({{"a", "mean(delay) over 1h"},
                           {"b", "sum(\"small one\") over 1h"},
                           {"c", "mean(f) over 1h"},
                           {"d", "max(d) over 2h"},
                           {"e", "count(s) over 1h"},
                           {"f", "flag"},
                           {"g", "sum(flag) over 1h"},
                           {"h", "s"},
                           {"i", "day"},
                           {"j", "DELAY"},
                           {"l", "sum(u) over 1h"},
                           {"m", "f"},
                           {"n", "count() over 1h"}},
                          "ts", "tz", {{"who", "K"}, {"what", "big"}});
  const auto plain = PlainView::of(whole, reads());
  ASSERT_TRUE(plain);
  const Columns rows = engine_->query("SELECT * FROM rows");
  const Columns wanted = read_events(whole, {.relation = "rows"}, *engine_).columns;
  const Columns events = plain->events(rows);
  ASSERT_EQ(events.rows(), 12u);
  ASSERT_EQ(events.width(), wanted.width());
  for (std::size_t i = 0; i < events.width(); ++i) {
    const Column a = events.column(i);
    const Column b = wanted.column(i);
    EXPECT_EQ(a.name(), b.name());
    EXPECT_EQ(a.type().kind, b.type().kind) << a.name();
    EXPECT_EQ(events.fields()[i].sql, wanted.fields()[i].sql) << a.name();
    for (std::size_t row = 0; row < 12; ++row)
      EXPECT_EQ(bytes_of(a, row), bytes_of(b, row)) << a.name() << " " << row;
  }
}

TEST_F(Plain, what_is_more_than_a_column_wants_sql) {
  engine_->execute(
      R"(CREATE TABLE rows (k VARCHAR, delay INTEGER, price DECIMAL(10, 2), wide UBIGINT, ts TIMESTAMP,
                                         seconds BIGINT, "user" VARCHAR, "a ""b" DOUBLE))");
  EXPECT_TRUE(is_plain({{"x", "mean(delay) over 1h"}}));
  EXPECT_FALSE(is_plain({{"x", "(delay)"}})) << "brackets of one's own are an expression";
  EXPECT_TRUE(is_plain({{"x", "\"a \"\"b\""}}));
  EXPECT_TRUE(is_plain({{"x", "\"user\""}}));
  EXPECT_FALSE(is_plain({{"x", "delay + 1"}}));
  EXPECT_FALSE(is_plain({{"x", "delay::VARCHAR"}}));
  EXPECT_FALSE(is_plain({{"x", "mean(price) over 1h"}})) << "a DECIMAL becomes a DOUBLE";
  EXPECT_FALSE(is_plain({{"x", "price"}}));
  EXPECT_FALSE(is_plain({{"x", "wide"}}));
  EXPECT_FALSE(is_plain({{"x", "sum(greatest(delay, 0)) over 1h"}}));
  EXPECT_FALSE(is_plain({{"x", "true"}})) << "a value, whatever columns there are";
  EXPECT_FALSE(is_plain({{"x", "delay"}}, "to_timestamp(seconds)::TIMESTAMP"));
  EXPECT_FALSE(is_plain({{"x", "delay"}}, "ts", "ts + INTERVAL 1 HOUR"));
}

TEST_F(Plain, a_column_that_rows_do_not_have_is_not_found) {
  engine_->execute("CREATE TABLE rows (k VARCHAR, delay INTEGER, ts TIMESTAMP)");
  const View one = view({{"x", "delay"}});
  EXPECT_FALSE(PlainView::of(one, {{"k", "VARCHAR"}, {"ts", "TIMESTAMP"}}));
  EXPECT_FALSE(PlainView::of(one, {{"k", "VARCHAR"}, {"ts", "TIMESTAMP"}, {"delay", "BIGINT"}}))
      << "the type is another one";
  EXPECT_EQ(column_named(" \"DELAY\" ", {{"k", "VARCHAR"}, {"delay", "INTEGER"}}), 1u);
  EXPECT_EQ(column_named("delay /* a comment */", {{"delay", "INTEGER"}}), std::nullopt);
  EXPECT_EQ(column_named("", {{"", "INTEGER"}}), std::nullopt);
}

}  // namespace
}  // namespace mlops::feature
