/// Tables of `data:`.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/dataset/derive.hpp>
#include <mlops/dataset/read.hpp>
#include <mlops/dataset/sense.hpp>
#include <mlops/fs/temporary.hpp>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "error_of.hpp"

namespace mlops::dataset {
namespace {

using test::error_of;

class DeriveTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream out(folder_.path() / "a.csv");
    out << "id,who,x\n";
    // 0.1 has no exact sum: the order of adding shows.
    for (int i = 0; i < 20'000; ++i) out << fmt::format("{},w{},{}\n", i, i * 7919 % 13, 0.1 * (i % 97));
    out.close();
    manifest::SourceSpec source;
    source.name = "a";
    source.from = {"a.csv"};
    source.pii = pii_;
    ingest_ = ingest(store_, shop_,
                     {.source = source,
                      .base = folder_.path(),
                      .pinned = {},
                      .accept_schema = false,
                      .who = "t",
                      .input = {}});
    inputs_ = {{"sources/a", ingest_.version}};
  }

  void declare(const std::string& sql, const std::string& more = "") {
    std::string lines;
    for (const char c : sql) lines += c == '\n' ? std::string("\n      ") : std::string(1, c);
    manifest_ = manifest::parse(
        "mlops: 1\nsources: {a: {from: a.csv}}\ndata:\n  t:\n    sql: |\n      " + lines + "\n" + more,
        "mlops.yaml");
  }

  Derivations::Report derive(json::Object params = {}) {
    const Declared declared{.manifest = manifest_, .root = folder_.path(), .params = std::move(params)};
    return Derivations(declared, shop_).derive(store_, "t", inputs_, "t");
  }

  Derivations::Report derive(const std::string& sql, json::Object params = {}) {
    declare(sql);
    return derive(std::move(params));
  }

  std::string first_row(const Version& version) {
    Reader reader({.store = store_, .engines = engines_});
    std::string out;
    const Rows rows = reader.head(version, 1);
    for (const json::Value& value : rows.rows.at(0)) out += (out.empty() ? "" : " ") + json::dump(value);
    return out;
  }

  fs::TemporaryFolder folder_{std::filesystem::temp_directory_path()};
  store::Store store_{folder_.path() / ".mlops", store::Store::Mode::create};
  Engines engines_{{ENGINES_DIR}};
  FixedClock clock_{Time{1'800'000'000'000'000}};
  NoProgress progress_;
  Workshop shop_{.engines = engines_, .resources = {.threads = 2}, .clock = clock_, .progress = progress_};
  std::vector<std::string> pii_;
  IngestReport ingest_;
  Inputs inputs_;
  manifest::Manifest manifest_;
};

TEST_F(DeriveTest, ATableIsMadeOnceForItsKey) {
  const auto first = derive("SELECT id, x * 2 AS y FROM a WHERE id < 10");
  EXPECT_FALSE(first.unchanged);
  EXPECT_EQ(first.why, "it was never made");
  EXPECT_EQ(first.version.address(), "data/t");
  EXPECT_EQ(first.version.number, 1);
  EXPECT_EQ(first.version.rows, 10u);
  ASSERT_EQ(first.version.columns.size(), 2u);
  EXPECT_EQ(first.version.columns[1].type, "DOUBLE");
  const auto again = derive("select id, x*2 AS y -- the same\n FROM a WHERE id < 10;");
  EXPECT_TRUE(again.unchanged);
  EXPECT_EQ(again.version, resolve(store_, "data/t"));
  EXPECT_EQ(again.version.made, first.version.made);
  const auto other = derive("SELECT id, x * 3 AS y FROM a WHERE id < 10");
  EXPECT_EQ(other.why, "the SQL is another");
  EXPECT_EQ(other.version.number, 2);
  EXPECT_EQ(resolve(store_, "t@v1").table, first.version.table);
}

TEST_F(DeriveTest, ThreadsChangeNoDigest) {
  const std::vector<std::string> all = {
      "SELECT * FROM a WHERE x > 3",
      "SELECT who, sum(x) AS s, avg(x) AS m, count(*) AS n FROM a GROUP BY who",
      "SELECT a.id, b.x FROM a JOIN a AS b ON a.id = b.id + 1",
      "SELECT DISTINCT who FROM a",
      "SELECT id, sum(x) OVER (PARTITION BY who ORDER BY id) AS s FROM a",
      "SELECT who, x FROM a ORDER BY x DESC, who",
      "SELECT id FROM a WHERE id < 100 UNION ALL SELECT -id FROM a WHERE id < 100"};
  for (const std::string& sql : all) {
    shop_.resources.threads = 1;
    const Digest one = derive(sql).version.table;
    for (const unsigned threads : {2u, 5u}) {
      derive("SELECT 1 AS nothing FROM a");
      shop_.resources.threads = threads;
      EXPECT_EQ(derive(sql).version.table.hex(), one.hex()) << sql;
    }
  }
}

TEST_F(DeriveTest, RowsHaveAnOrder) {
  EXPECT_EQ(first_row(derive("SELECT id, x FROM a WHERE id >= 7").version), "7 0.7000000000000001");
  EXPECT_EQ(first_row(derive("SELECT id FROM a ORDER BY id DESC").version), "19999");
  EXPECT_EQ(first_row(derive("SELECT who, count(*) AS n FROM a GROUP BY who").version), "\"w0\" 1539");
  EXPECT_EQ(first_row(derive("SELECT sum(id) AS s, who FROM a GROUP BY who ORDER BY who DESC").version),
            "15382307 \"w9\"");
}

TEST_F(DeriveTest, SumsOfIntegersAreKeptAsIntegers) {
  const Version version =
      derive("SELECT sum(id) AS s, who::ENUM('w1', 'w2') AS e FROM a WHERE who = 'w1' GROUP BY 2").version;
  EXPECT_EQ(version.columns[0].type, "BIGINT");
  EXPECT_EQ(version.columns[1].type, "VARCHAR");
}

TEST_F(DeriveTest, ParametersAreValuesWhereverTheyStand) {
  const std::string sql =
      "SELECT $n AS n, $t AS t, '$n' AS quoted, \"$n\", $$ $n $$ AS dollars, /* $none */ $f AS f\n"
      "FROM (SELECT 1 AS \"$n\") -- $none\n;";
  const auto made = derive(sql, {{"n", -3}, {"t", "it's $n"}, {"f", true}, {"unused", 1}});
  EXPECT_EQ(first_row(made.version), R"(-3 "it's $n" "$n" 1 " $n " true)");
  EXPECT_EQ(json::dump(made.version.made->params), R"({"f": true, "n": -3, "t": "it's $n"})");
  EXPECT_TRUE(derive(sql, {{"n", -3}, {"t", "it's $n"}, {"f", true}, {"unused", 2}}).unchanged);
  EXPECT_EQ(derive(sql, {{"n", -4}, {"t", "it's $n"}, {"f", true}}).why, "the parameter n is -4, it was -3");
}

TEST_F(DeriveTest, FaultsStandWhereTheyAre) {
  struct Bad {
    std::string sql;
    std::string message;
  };
  const std::vector<Bad> all = {
      {"SELECT idd FROM a", "mlops.yaml:6:14: referenced column \"idd\" not found in FROM clause"},
      {"SELECT $n + $n + idd\nFROM a", "mlops.yaml:6:24: referenced column \"idd\" not found in FROM clause"},
      {"SELECT id\nFROM b", "mlops.yaml:7:12: no table 'b' in mlops.yaml"},
      {"SELECT id\nFROM a, t", "mlops.yaml:7:15: a table made from itself: t from t"},
      {"SELECT id, $m FROM a", "mlops.yaml:6:18: no parameter 'm' in 'params'"},
      {"SELECT id,\n  now() AS n FROM a",
       "mlops.yaml:7:9: the function 'now' gives another answer each time"},
      {"SELECT id,\n  current_date AS n FROM a",
       "mlops.yaml:7:9: 'current_date' gives another answer each time"},
      {"SELECT *\nFROM 'a.csv'", "mlops.yaml:7:12: 'a.csv' is a file, not the name of data"},
      {"SELECT 1 AS x, 2 AS X FROM a", "mlops.yaml:6:7: two columns are called 'X'"},
      {"SELECT id FROM a; SELECT 2", "mlops.yaml:6:7: more than one SQL statement"},
      {"DELETE FROM a", "mlops.yaml:6:7: not a SELECT statement"},
      {"SET threads = 1", "mlops.yaml:6:7: not a SELECT statement"}};
  for (const Bad& bad : all) {
    declare(bad.sql, "");
    const Declared declared{.manifest = manifest_, .root = folder_.path(), .params = {{"n", 12345}}};
    Derivations tables(declared, shop_);
    const Error seen = error_of([&] {
      tables.order({"data/t"});
      tables.derive(store_, "t", inputs_, "t");
    });
    EXPECT_EQ(seen.message(), bad.message) << bad.sql;
    EXPECT_EQ(seen.code(), Code::usage) << bad.sql;
  }
}

TEST_F(DeriveTest, OnlyItsInputsAreRead) {
  std::ofstream(folder_.path() / "secret.txt") << "x";
  for (const std::string sql : {"SELECT * FROM read_text('{}')", "FROM '{}'", "COPY a TO '{}.out'",
                                "SELECT * FROM a; ATTACH '{}'", "SELECT getenv('HOME') AS h FROM a"}) {
    const std::string path = (folder_.path() / "secret.txt").string();
    declare(fmt::format(fmt::runtime(sql), path));
    EXPECT_EQ(error_of([&] { derive(); }).code(), Code::usage) << sql;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "secret.txt.out"));
}

class DerivePersonalTest : public DeriveTest {
 protected:
  void SetUp() override {
    pii_ = {"who"};
    DeriveTest::SetUp();
  }

  std::string masked(const std::string& sql) {
    std::string out;
    for (const Column& column : derive(sql).version.columns) out += column.pii ? '1' : '0';
    return out;
  }
};

TEST_F(DerivePersonalTest, WhatIsMadeFromPersonalDataIsPersonalData) {
  EXPECT_EQ(masked("SELECT * FROM a"), "010");
  EXPECT_EQ(masked("SELECT id, upper(WHO) AS name FROM a"), "01");
  EXPECT_EQ(masked("SELECT id, upper(who) FROM a"), "01");
  EXPECT_EQ(masked("WITH t AS (SELECT who || '!' AS n, id FROM a) SELECT id, n AS m, id + 1 AS j FROM t"),
            "010");
  EXPECT_EQ(masked("SELECT p, q FROM (SELECT id, who FROM a) AS t(p, q)"), "11");
  EXPECT_EQ(masked("SELECT id, x FROM a"), "00");
}

TEST_F(DeriveTest, ATokenHoldsWhileTheFilesStay) {
  manifest::SourceSpec source;
  source.name = "a";
  source.from = {"a.csv"};
  const Time later{Time{SystemClock().now().us + 10'000'000}};
  const auto token = token_of(source, folder_.path(), later);
  ASSERT_TRUE(token);
  EXPECT_FALSE(has_token(store_, ingest_.version, *token));
  keep_token(store_, ingest_.version, *token);
  EXPECT_TRUE(has_token(store_, ingest_.version, *token));
  EXPECT_EQ(token_of(source, folder_.path(), later), token);
  EXPECT_FALSE(token_of(source, folder_.path(), SystemClock().now() < later ? Time{0} : later));
  source.pii = {"who"};
  EXPECT_NE(token_of(source, folder_.path(), later), token);
  source.pii = {};
  std::ofstream(folder_.path() / "a.csv", std::ios::app) << "1,2,3\n";
  EXPECT_NE(token_of(source, folder_.path(), later), token);
}

}  // namespace
}  // namespace mlops::dataset
