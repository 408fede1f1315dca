#include "error_of.hpp"

#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/table/engine.hpp>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

namespace mlops::table {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

using Lines = std::vector<std::string>;

class TableTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "table_test.XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
    engine_ = open(engines_, {.threads = 2, .memory_bytes = 512'000'000, .spill_dir = dir_ / "spill"});
  }
  void TearDown() override {
    engine_.reset();
    fs::remove_all(dir_);
  }

  std::string write(const std::string& name, const std::string& bytes) {
    std::ofstream(dir_ / name, std::ios::binary) << bytes;
    return (dir_ / name).string();
  }
  std::string text(const std::string& sql) {
    const Columns result = engine_->query(sql);
    return std::string(result.column(0).text(0));
  }
  Error query_fault(const std::string& sql) {
    return test::error_of([&] { engine_->query(sql); });
  }

  fs::path dir_;
  Engines engines_{{ENGINES_DIR}};
  std::unique_ptr<Engine> engine_;
};

TEST(Sql, QuotesAnyName) {
  EXPECT_EQ(identifier("a \"b\""), "\"a \"\"b\"\"\"");
  EXPECT_EQ(literal("it's"), "'it''s'");
  EXPECT_EQ(literal_list({"a", "b'"}), "['a', 'b''']");
  EXPECT_EQ(literal_list({}), "[]");
}

TEST(Open, AMissingEngineIsAnError) {
  Engines none({"/nonexistent"});
  EXPECT_THROW(open(none, {}), Error);
}

TEST_F(TableTest, SaysItsVersion) { EXPECT_TRUE(engine_->version().starts_with("DuckDB v1.")); }

TEST_F(TableTest, NumbersArriveAsTheyAre) {
  const Columns c = engine_->query(
      "SELECT (-128)::TINYINT, (-32768)::SMALLINT, (-2147483648)::INTEGER, (-9223372036854775808)::BIGINT, "
      "255::UTINYINT, 65535::USMALLINT, 4294967295::UINTEGER, 18446744073709551615::UBIGINT, 1.5::FLOAT, "
      "0.1::DOUBLE, "
      "-12.345::DECIMAL(9,3), 170141183460469231731687303715884105727::HUGEINT");
  EXPECT_EQ(c.column(0).values<std::int8_t>()[0], -128);
  EXPECT_EQ(c.column(1).values<std::int16_t>()[0], -32768);
  EXPECT_EQ(c.column(2).values<std::int32_t>()[0], INT32_MIN);
  EXPECT_EQ(c.column(3).values<std::int64_t>()[0], INT64_MIN);
  EXPECT_EQ(c.column(4).values<std::uint8_t>()[0], 255);
  EXPECT_EQ(c.column(5).values<std::uint16_t>()[0], 65535);
  EXPECT_EQ(c.column(6).values<std::uint32_t>()[0], UINT32_MAX);
  EXPECT_EQ(c.column(7).values<std::uint64_t>()[0], UINT64_MAX);
  EXPECT_EQ(c.column(8).values<float>()[0], 1.5F);
  EXPECT_EQ(c.column(9).values<double>()[0], 0.1);
  EXPECT_EQ(c.column(10).values<Int128>()[0],
            (Int128{.low = static_cast<std::uint64_t>(-12345), .high = -1}));
  EXPECT_EQ(c.column(10).type().precision, 9);
  EXPECT_EQ(c.column(10).type().scale, 3);
  EXPECT_EQ(c.column(11).values<Int128>()[0], (Int128{.low = UINT64_MAX, .high = INT64_MAX}));
  EXPECT_EQ(test::error_of([&] { c.column(0).values<double>(); }).code(), Code::internal);
}

TEST_F(TableTest, PlainTextsOfNumbersAreToldFromOthers) {
  const auto answers = [&](const std::string& function, const std::string& texts) {
    const auto rows = engine_->query("SELECT " + function + "(t) FROM (SELECT unnest([" + texts + "]) AS t)");
    std::string out;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      out += !rows.column(0).valid(i) ? '?' : rows.column(0).boolean(i) ? 'y' : 'n';
    }
    return out;
  };
  EXPECT_EQ(answers("is_plain_integer", "'0', '-12', '123456789012345678', NULL, 'x'"), "yyy?n");
  EXPECT_EQ(
      answers("is_plain_integer",
              "'', '-', '+1', '01', '-0', '1.5', '1e2', '0x1F', '1_0', ' 1', '1 ', '1234567890123456789'"),
      "nnnnynnnnnnn");
  EXPECT_EQ(answers("is_plain_number", "'1', '-1.5e-3', '.5', '1_0', 'nan', 'inf', '1,5', ' 1', NULL"),
            "yyynnnnn?");
}

TEST_F(TableTest, TimesArriveAsTheyAre) {
  const Columns c = engine_->query(
      "SELECT DATE '1969-12-31', TIME '00:00:01.5', TIMESTAMP '1970-01-01 00:00:01.000001', "
      "TIMESTAMP_S '1970-01-01 00:00:02', TIMESTAMP_MS '1970-01-01 00:00:00.003', "
      "TIMESTAMP_NS '1970-01-01 00:00:00.000000004', TIMESTAMPTZ '1970-01-01 02:00:00+02', "
      "INTERVAL '14 months 3 days 1.5 seconds'");
  EXPECT_EQ(c.column(0).values<std::int32_t>()[0], -1);
  EXPECT_EQ(c.column(1).values<std::int64_t>()[0], 1'500'000);
  EXPECT_EQ(c.column(2).values<std::int64_t>()[0], 1'000'001);
  EXPECT_EQ(c.column(3).values<std::int64_t>()[0], 2);
  EXPECT_EQ(c.column(3).type().unit, TimeUnit::s);
  EXPECT_EQ(c.column(4).values<std::int64_t>()[0], 3);
  EXPECT_EQ(c.column(4).type().unit, TimeUnit::ms);
  EXPECT_EQ(c.column(5).values<std::int64_t>()[0], 4);
  EXPECT_EQ(c.column(5).type().unit, TimeUnit::ns);
  EXPECT_EQ(c.column(6).values<std::int64_t>()[0], 0);
  EXPECT_EQ(c.column(6).type().kind, Kind::timestamp_tz);
  EXPECT_EQ(c.column(7).values<Interval>()[0], (Interval{.months = 14, .days = 3, .ns = 1'500'000'000}));
}

TEST_F(TableTest, ZonesAreUtc) {
  EXPECT_EQ(text("SELECT (TIMESTAMPTZ '2024-01-01 12:00:00+05')::VARCHAR"), "2024-01-01 07:00:00+00");
}

TEST_F(TableTest, TextAndItsRelativesAreText) {
  const Columns c = engine_->query(
      "SELECT 'año 🐧 日本', '\\x00\\xFFa'::BLOB, 'b'::ENUM('a', 'b'), '{\"x\": 1}'::JSON, "
      "'123e4567-e89b-12d3-a456-426614174000'::UUID, '', true");
  EXPECT_EQ(c.column(0).text(0), "año 🐧 日本");
  EXPECT_EQ(c.column(1).type().kind, Kind::binary);
  EXPECT_EQ(c.column(1).text(0), std::string_view("\0\xFF"
                                                  "a",
                                                  3));
  EXPECT_EQ(c.column(2).type().kind, Kind::text);
  EXPECT_EQ(c.column(2).text(0), "b");
  EXPECT_EQ(c.column(3).text(0), "{\"x\": 1}");
  EXPECT_EQ(c.column(4).text(0), "123e4567-e89b-12d3-a456-426614174000");
  EXPECT_EQ(c.column(5).text(0), "");
  EXPECT_TRUE(c.column(5).valid(0));
  EXPECT_TRUE(c.column(6).boolean(0));
}

TEST_F(TableTest, NullsAreSeen) {
  const Columns c =
      engine_->query("SELECT * FROM (VALUES (1, 'a', true), (NULL, NULL, NULL), (3, 'c', false)) t(n, s, b)");
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(c.column(i).nulls(), 1u);
    EXPECT_TRUE(c.column(i).valid(0));
    EXPECT_FALSE(c.column(i).valid(1));
    EXPECT_TRUE(c.column(i).valid(2));
  }
  EXPECT_EQ(c.column(1).text(1), "");
  EXPECT_FALSE(c.column(2).boolean(2));
  const Columns bare = engine_->query("SELECT NULL AS x");
  EXPECT_EQ(bare.column(0).nulls(), 1u);
  EXPECT_FALSE(bare.column(0).valid(0));
}

TEST_F(TableTest, NestedValuesAreReached) {
  const Columns c = engine_->query(
      "SELECT * FROM (VALUES ([1, NULL, 3], {'a': 1, 'b': ['x']}, MAP {'k': 7}, [1.5, 2.5]::DOUBLE[2]), "
      "(NULL, NULL, NULL, NULL), ([], {'a': NULL, 'b': []}, MAP {}, [3, 4]::DOUBLE[2])) t(l, s, m, f)");
  const Column list = c.column(0);
  EXPECT_EQ(list.items(0), (Range{0, 3}));
  EXPECT_FALSE(list.valid(1));
  EXPECT_EQ(list.items(2).size(), 0u);
  EXPECT_EQ(list.child(0).values<std::int32_t>()[2], 3);
  EXPECT_FALSE(list.child(0).valid(1));

  const Column structure = c.column(1);
  EXPECT_EQ(structure.child(0).name(), "a");
  EXPECT_EQ(structure.child(0).values<std::int32_t>()[0], 1);
  EXPECT_FALSE(structure.valid(1));
  EXPECT_TRUE(structure.valid(2));
  EXPECT_FALSE(structure.child(0).valid(2));
  const Column words = structure.child(1);
  EXPECT_EQ(words.child(0).text(words.items(0).begin), "x");

  const Column map = c.column(2);
  ASSERT_EQ(map.items(0).size(), 1u);
  EXPECT_EQ(map.child(0).child(0).text(0), "k");
  EXPECT_EQ(map.child(0).child(1).values<std::int32_t>()[0], 7);

  const Column pair = c.column(3);
  EXPECT_EQ(pair.type().width, 2u);
  EXPECT_EQ(pair.items(2), (Range{4, 6}));
  EXPECT_EQ(pair.child(0).values<double>()[5], 4.0);
}

TEST_F(TableTest, TypesAreSpelledAsTheEngineDoes) {
  for (const char* value :
       {"true",
        "1::TINYINT",
        "1::UBIGINT",
        "1.5::DECIMAL(18,3)",
        "'x'",
        "'{}'::JSON",
        "x'00'::BLOB",

        "'a'::ENUM('a', 'it''s')",
        "[1]",
        "[[1.5::DOUBLE]]",
        "[1, 2]::FLOAT[2]",
        "MAP {'a': [1]}",
        "{'a': 1, 'when': 'x', 'Name': 1, 'Upper Case': 2, '1st': 3, 'key_1': {'z': DATE '2020-01-01'}}",
        "TIMESTAMPTZ '2020-01-01'",
        "TIMESTAMP_NS '2020-01-01'",
        "TIMESTAMP_S '2020-01-01'",
        "TIME '00:00:00'",
        "INTERVAL 1 DAY",
        "1::HUGEINT",
        "row(1, 'x')",
        "'123e4567-e89b-12d3-a456-426614174000'::UUID"}) {
    const Columns c = engine_->query(std::string("SELECT ") + value + " AS v, typeof(v)");
    EXPECT_EQ(c.fields()[0].sql, c.column(1).text(0)) << value;
  }
}

TEST_F(TableTest, UnreadableTypesAreRefusedWithAWayOut) {
  for (const char* value : {"'101'::BIT", "1::UHUGEINT", "'00:00:00+01'::TIMETZ", "1::UNION(a INTEGER)"}) {
    const Error e = query_fault(std::string("SELECT ") + value + " AS odd");
    EXPECT_EQ(e.code(), Code::usage) << e.message();
    EXPECT_NE(e.hint().find("CAST(odd AS VARCHAR)"), std::string::npos) << e.hint();
  }
}

TEST_F(TableTest, AnEmptyResultKeepsItsColumns) {
  int calls = 0;
  engine_->stream("SELECT 1 AS a, ['x'] AS b WHERE false", [&](const Columns& batch) {
    ++calls;
    EXPECT_EQ(batch.rows(), 0u);
    EXPECT_EQ(batch.width(), 2u);
    EXPECT_EQ(batch.fields()[1].name, "b");
    EXPECT_TRUE(batch.column(0).values<std::int32_t>().empty());
    EXPECT_EQ(batch.column(0).nulls(), 0u);
    return true;
  });
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(engine_->query("SELECT 1 AS a WHERE false").fields()[0].sql, "INTEGER");
}

TEST_F(TableTest, ALongResultIsOneInQueryAndInOrder) {
  const Columns c = engine_->query(
      "SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE 'text ' || i END AS s, range(i % 4) AS l, {'k': i, 't': "
      "[i::VARCHAR]} "
      "AS n, i % 2 = 0 AS even, (i % 3)::VARCHAR::ENUM('0', '1', '2') AS e, [i, -i]::BIGINT[2] AS f, MAP {i: "
      "i} AS m, "
      "NULL AS z FROM range(10000) t(i)");
  ASSERT_EQ(c.rows(), 10'000u);
  for (std::size_t i = 0; i < c.rows(); ++i) {
    const auto n = static_cast<std::int64_t>(i);
    ASSERT_EQ(c.column(0).values<std::int64_t>()[i], n);
    ASSERT_EQ(c.column(1).valid(i), i % 3 != 0);
    ASSERT_EQ(c.column(1).text(i), i % 3 == 0 ? "" : "text " + std::to_string(i));
    const Range items = c.column(2).items(i);
    ASSERT_EQ(items.size(), i % 4);
    for (std::size_t k = 0; k < items.size(); ++k) {
      ASSERT_EQ(c.column(2).child(0).values<std::int64_t>()[items.begin + k], static_cast<std::int64_t>(k));
    }
    ASSERT_EQ(c.column(3).child(0).values<std::int64_t>()[i], n);
    const Column texts = c.column(3).child(1);
    ASSERT_EQ(texts.child(0).text(texts.items(i).begin), std::to_string(i));
    ASSERT_EQ(c.column(4).boolean(i), i % 2 == 0);
    ASSERT_EQ(c.column(5).text(i), std::to_string(i % 3));
    ASSERT_EQ(c.column(6).child(0).values<std::int64_t>()[c.column(6).items(i).begin + 1], -n);
    ASSERT_EQ(c.column(7).child(0).child(1).values<std::int64_t>()[c.column(7).items(i).begin], n);
    ASSERT_FALSE(c.column(8).valid(i));
  }
}

TEST_F(TableTest, StreamsWithoutHoldingAllAndStopsEarly) {
  std::int64_t next = 0;
  engine_->stream("SELECT i FROM range(3000000) t(i)", [&](const Columns& batch) {
    EXPECT_LE(batch.rows(), 10'000u);
    for (const auto value : batch.column(0).values<std::int64_t>()) EXPECT_EQ(value, next++);
    return true;
  });
  EXPECT_EQ(next, 3'000'000);
  int calls = 0;
  engine_->stream("SELECT i FROM range(100000000000) t(i)", [&](const Columns&) { return ++calls < 3; });
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(text("SELECT 'still there'"), "still there");
}

TEST_F(TableTest, ABatchOutlivesItsEngine) {
  Columns kept;
  engine_->stream("SELECT 'kept' AS s, i FROM range(5000) t(i)", [&](const Columns& batch) {
    kept = batch;
    return false;
  });
  engine_.reset();
  EXPECT_EQ(kept.column(0).text(10), "kept");
  EXPECT_EQ(kept.column(1).values<std::int64_t>()[10], 10);
}

TEST_F(TableTest, WhatTheTakerThrowsPassesThrough) {
  EXPECT_EQ(test::error_of([&] {
              engine_->stream("SELECT * FROM range(100000)",
                              [](const Columns&) -> bool { throw error(Code::conflict, "mine"); });
            }).code(),
            Code::conflict);
  EXPECT_EQ(text("SELECT 'still there'"), "still there");
}

TEST_F(TableTest, CopiesAndReadsFilesBackInOrder) {
  const std::string csv = write("a.csv", "id,name\n1,a\n2,\"two\nlines\"\n");
  const std::string parquet = (dir_ / "a.parquet").string();
  engine_->execute("COPY (SELECT * FROM read_csv(" + literal(csv) + ")) TO " + literal(parquet) +
                   " (FORMAT parquet); CREATE TABLE t AS SELECT * FROM read_parquet(" + literal(parquet) +
                   ")");
  const Columns c = engine_->query("SELECT * FROM t");
  EXPECT_EQ(c.find("name"), 1u);
  EXPECT_EQ(c.find("Name"), std::nullopt);
  EXPECT_EQ(c.column(1).text(1), "two\nlines");
}

TEST_F(TableTest, MistakesInSqlAreUsage) {
  engine_->execute("CREATE TABLE t (name VARCHAR)");
  const Error missing = query_fault("SELECT nme FROM t");
  EXPECT_EQ(missing.code(), Code::usage);
  EXPECT_EQ(missing.message(), "referenced column \"nme\" not found in FROM clause");
  EXPECT_EQ(missing.hint(), "candidate bindings: \"name\"");
  EXPECT_EQ(missing.detail(), "LINE 1: SELECT nme FROM t\n               ^");
  EXPECT_EQ(query_fault("SELEC 1").message(), "syntax error at or near \"SELEC\"");
  EXPECT_EQ(query_fault("SELEC 1").code(), Code::usage);
  EXPECT_EQ(query_fault("SELECT * FROM nowhere").code(), Code::usage);
  EXPECT_EQ(query_fault("SELECT 1; SELECT 2").message(), "more than one SQL statement");
  EXPECT_EQ(query_fault(" -- nothing").message(), "no SQL statement");
  EXPECT_EQ(query_fault(std::string("SELECT 1\0", 9)).code(), Code::usage);
}

TEST_F(TableTest, WhatCannotRunIsFailed) {
  EXPECT_EQ(query_fault("SELECT 'a'::INTEGER").message(), "could not convert string 'a' to INT32");
  EXPECT_EQ(query_fault("SELECT 'a'::INTEGER").code(), Code::failed);
  EXPECT_EQ(query_fault("SELECT error('my own words')").message(), "my own words");
}

TEST_F(TableTest, FilesThatCannotBeReadAreNamed) {
  const std::string csv = write("short.csv", "a,b\n1,2\n3\n");
  const Error broken =
      query_fault("SELECT * FROM read_csv(" + literal(csv) +
                  ", columns = {'a': 'BIGINT', 'b': 'BIGINT'}, header = true, auto_detect = false)");
  EXPECT_EQ(broken.code(), Code::corrupt);
  EXPECT_EQ(broken.message(), "CSV Error on Line: 3: expected Number of Columns: 2 Found: 1");
  EXPECT_EQ(query_fault("SELECT * FROM read_parquet(" + literal(csv) + ")").code(), Code::corrupt);
  const Error absent = query_fault("SELECT * FROM read_csv(" + literal((dir_ / "absent.csv").string()) + ")");
  EXPECT_EQ(absent.code(), Code::not_found);
  EXPECT_NE(absent.message().find("absent.csv"), std::string::npos);
  const std::string json = write("bad.json", "{\"a\": 1}\n{\"a\":\n");
  EXPECT_EQ(
      query_fault("SELECT * FROM read_json(" + literal(json) + ", format = 'newline_delimited')").code(),
      Code::corrupt);
}

TEST_F(TableTest, MemoryIsLimitedAndSpilled) {
  const std::string sql =
      "SELECT s FROM (SELECT md5(i::VARCHAR) AS s FROM range(1500000) t(i) ORDER BY s) OFFSET 1499999";
  const auto nowhere = open(engines_, {.threads = 1, .memory_bytes = 60'000'000});
  const Error e = test::error_of([&] { nowhere->query(sql); });
  EXPECT_EQ(e.code(), Code::failed);
  EXPECT_NE(e.hint().find("memory limit"), std::string::npos);
  const auto spilling =
      open(engines_, {.threads = 1, .memory_bytes = 60'000'000, .spill_dir = dir_ / "a" / "spilled"});
  EXPECT_TRUE(spilling->query(sql).column(0).text(0).starts_with("ffff"));
}

TEST_F(TableTest, AFullDiskIsWorthAnotherTry) {
  const auto engine = open(engines_, {.threads = 1, .memory_bytes = 60'000'000, .spill_dir = dir_ / "small"});
  engine->execute("SET max_temp_directory_size = '1MB'");
  EXPECT_EQ(test::error_of([&] {
              engine->query("SELECT md5(i::VARCHAR) AS s FROM range(1500000) t(i) ORDER BY s");
            }).code(),
            Code::busy);
  EXPECT_EQ(test::error_of([&] { engine_->execute("COPY (SELECT range(1000000)) TO '/dev/full'"); }).code(),
            Code::busy);
}

class CancelTest : public TableTest {
 protected:
  // Seconds until `work` stopped, the flag being set after 200 ms.
  template <typename Work>
  double seconds(Cancel& cancel, Work work) {
    std::chrono::steady_clock::time_point set;
    std::thread setter([&] {
      std::this_thread::sleep_for(200ms);
      set = std::chrono::steady_clock::now();
      cancel.set();
    });
    const Error e = test::error_of(work);
    const auto stopped = std::chrono::steady_clock::now();
    setter.join();
    EXPECT_EQ(e.code(), Code::interrupted) << e.message();
    return std::chrono::duration<double>(stopped - set).count();
  }
};

const char* const endless = "SELECT sum(hash(a.i * b.i)) FROM range(10000000) a(i), range(10000000) b(i)";

TEST_F(CancelTest, AQueryStopsWithinASecond) {
  Cancel cancel;
  const auto engine = open(engines_, {.threads = 2}, &cancel);
  EXPECT_LT(seconds(cancel, [&] { engine->query(endless); }), 1.0);
  EXPECT_EQ(test::error_of([&] { engine->query("SELECT 1"); }).code(), Code::interrupted)
      << "and nothing more is begun";
}

TEST_F(CancelTest, AStreamStopsWithinASecond) {
  Cancel cancel;
  const auto engine = open(engines_, {.threads = 2}, &cancel);
  EXPECT_LT(seconds(cancel,
                    [&] {
                      engine->stream("SELECT i FROM range(100000000000) t(i)",
                                     [](const Columns&) { return true; });
                    }),
            1.0);
}

TEST_F(CancelTest, AnUnusedCancelChangesNothing) {
  Cancel cancel;
  const auto engine = open(engines_, {.threads = 2}, &cancel);
  EXPECT_EQ(engine->query("SELECT 42").column(0).values<std::int32_t>()[0], 42);
}

TEST_F(TableTest, ProgressIsAFractionOrUnknown) {
  EXPECT_EQ(engine_->progress(), -1);
  Cancel cancel;
  const auto engine = open(engines_, {.threads = 2}, &cancel);
  engine->execute("CREATE TABLE t AS SELECT i FROM range(20000000) t(i)");
  double seen = -1;
  std::thread looker([&] {
    for (int i = 0; i < 500 && seen <= 0; ++i) {
      std::this_thread::sleep_for(10ms);
      seen = std::max(seen, engine->progress());
    }
    cancel.set();
  });
  EXPECT_THROW(engine->query("SELECT max(md5(md5(md5(md5(i::VARCHAR))))) FROM t"), Error);
  looker.join();
  EXPECT_GT(seen, 0.0);
  EXPECT_LT(seen, 1.0);
}

TEST_F(TableTest, TwoEnginesWorkAtOnce) {
  const auto other = open(engines_, {.threads = 1});
  engine_->execute("CREATE TABLE mine AS SELECT 1 AS x");
  std::int64_t sum = 0;
  std::thread thread([&] {
    for (int i = 0; i < 20; ++i) {
      other->stream("SELECT i FROM range(20000) t(i)", [&](const Columns& batch) {
        for (const auto value : batch.column(0).values<std::int64_t>()) sum += value;
        return true;
      });
    }
  });
  for (int i = 0; i < 20; ++i) EXPECT_EQ(engine_->query("SELECT * FROM mine, range(20000)").rows(), 20'000u);
  thread.join();
  EXPECT_EQ(sum, 20 * (19'999LL * 20'000 / 2));
  EXPECT_EQ(test::error_of([&] { other->query("SELECT * FROM mine"); }).code(), Code::usage)
      << "databases are apart";
}

class ConfineTest : public TableTest {
 protected:
  void SetUp() override {
    TableTest::SetUp();
    secret_ = write("secret.csv", "a\n1\n");
    allowed_ = write("allowed.csv", "a\n2\n");
    fs::create_directory(dir_ / "folder");
    inside_ = write("folder/inside.csv", "a\n3\n");
    engine_->execute("CREATE VIEW v AS SELECT * FROM read_csv(" + literal(allowed_) + ")");
    engine_->confine({allowed_, dir_ / "folder"});
  }
  std::string read(const std::string& file) {
    return "SELECT a::VARCHAR FROM read_csv(" + literal(file) + ")";
  }

  std::string secret_, allowed_, inside_;
};

TEST_F(ConfineTest, WhatIsNamedIsRead) {
  EXPECT_EQ(text(read(allowed_)), "2");
  EXPECT_EQ(text(read(inside_)), "3");
  EXPECT_EQ(text("SELECT a::VARCHAR FROM " + identifier(allowed_)), "2");
  EXPECT_EQ(text("SELECT a::VARCHAR FROM v"), "2");
  EXPECT_EQ(query_fault("SELECT 1,\n  2 2").detail(), "LINE 2:   2 2\n            ^");
}

TEST_F(ConfineTest, NothingElseIsRead) {
  const std::string dots = (dir_ / "folder" / ".." / "secret.csv").string();
  for (const std::string& sql : Lines{
           read(secret_), read(dots), read((dir_ / "*.csv").string()), "SELECT * FROM " + identifier(secret_),
           "SELECT * FROM read_text(" + literal(secret_) + ")", "SELECT * FROM read_blob('/etc/hostname')",
           "SELECT * FROM glob(" + literal((dir_ / "*").string()) + ")",
           "SELECT * FROM sniff_csv(" + literal(secret_) + ")",
           "SELECT * FROM read_parquet(" + literal(secret_) + ")",
           "SELECT * FROM parquet_metadata(" + literal(secret_) + ")",
           "SELECT * FROM read_json(" + literal(secret_) + ")",
           "SELECT * FROM query(" + literal("FROM read_text(" + literal(secret_) + ")") + ")"}) {
    EXPECT_EQ(query_fault(sql).code(), Code::usage) << sql << "\n" << query_fault(sql).message();
  }
}

TEST_F(ConfineTest, NothingIsWrittenOrChanged) {
  const std::string out = (dir_ / "folder" / "out.csv").string();
  for (const std::string& sql :
       Lines{"COPY (SELECT 1) TO " + literal(out),
             "COPY (SELECT 1) TO " + literal(allowed_),
             "EXPLAIN ANALYZE COPY (SELECT 1) TO " + literal(out),
             "EXPORT DATABASE " + literal(out),
             "ATTACH " + literal(out) + " AS other",
             "SET enable_external_access = true",
             "SET threads = 1",
             "SET lock_configuration = false",
             "RESET allowed_paths",
             "PRAGMA enable_external_access",
             "LOAD httpfs",
             "INSTALL httpfs",
             "PREPARE p AS COPY (SELECT 1) TO " + literal(out),
             "CALL enable_logging()",
             "SELECT * FROM enable_logging('QueryLog', storage = 'file', storage_config = {'path': " +
                 literal((dir_ / "folder").string()) + "})",
             "SELECT * FROM json_execute_serialized_sql('{}')",
             "SELECT write_log('x')",
             "EXPLAIN EXPORT DATABASE " + literal(out),
             "SELECT 1; SELECT * FROM force_checkpoint()",
             "CREATE TABLE t AS SELECT 1; COPY t TO " + literal(out)}) {
    EXPECT_EQ(test::error_of([&] { engine_->execute(sql); }).code(), Code::usage) << sql;
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(dir_ / "folder"), {}), 1)
      << "nothing came to what was there";
  EXPECT_EQ(text(read(allowed_)), "2");
}

TEST_F(TableTest, TablesOfASelectAreFound) {
  const std::vector<std::pair<const char*, Lines>> cases = {
      {"SELECT * FROM a", {"a"}},
      {"FROM a", {"a"}},
      {"TABLE a", {"a"}},
      {"VALUES (1)", {}},
      {"SELECT 1;", {}},
      {"SELECT * FROM b JOIN a USING (x), a AS again", {"a", "b"}},
      {"SELECT * FROM \"odd name\" UNION ALL SELECT * FROM s.t", {"odd name", "s.t"}},
      {"SELECT (SELECT max(x) FROM q) FROM a WHERE EXISTS (SELECT 1 FROM z) ORDER BY (SELECT y FROM o)",
       {"a", "o", "q", "z"}},
      {"WITH t AS (SELECT * FROM a), u AS (SELECT * FROM T) SELECT * FROM u, b", {"a", "b"}},
      {"WITH t AS MATERIALIZED (SELECT * FROM a) SELECT * FROM t", {"a"}},
      {"WITH RECURSIVE r AS (SELECT 1 x UNION ALL SELECT x + 1 FROM r, a WHERE x < 5) SELECT * FROM r",
       {"a"}},
      {"SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a), a", {"a"}},
      {"SELECT * FROM (PIVOT a ON b IN ('x') USING sum(c))", {"a"}},
      {"SELECT * FROM range(3), unnest([1]), a", {"a"}},
      {"SELECT age(x, y), t.current_date FROM a t", {"a"}},
      {"SELECT list_transform(l, x -> x + 1) FROM a", {"a"}},
      {"SELECT * FROM a SEMI JOIN b USING (k) WHERE error('no') IS NULL", {"a", "b"}},
  };
  for (const auto& [sql, tables] : cases) EXPECT_EQ(engine_->tables_of(sql), tables) << sql;
}

TEST_F(TableTest, WhatCannotBeTrackedIsRefused) {
  for (const char* sql : {"",
                          ";",
                          "SELEC",
                          "SELECT 1; SELECT 2",
                          "INSERT INTO a VALUES (1)",
                          "CREATE TABLE x AS SELECT 1",
                          "EXPLAIN SELECT 1",
                          "COPY a TO 'x'",
                          "ATTACH 'x'",
                          "SET threads = 1",
                          "DESCRIBE a",
                          "SUMMARIZE a",
                          "SHOW TABLES",
                          "SELECT * FROM (DESCRIBE a)",
                          "SELECT * FROM 'x.csv'",
                          "SELECT * FROM 'x.PARQUET'",
                          "SELECT * FROM '../x'",
                          "SELECT * FROM read_csv('x')",
                          "SELECT * FROM READ_PARQUET('x')",
                          "SELECT * FROM glob('*')",
                          "FROM sniff_csv('x')",
                          "FROM parquet_metadata('x')",
                          "FROM read_text('x')",
                          "FROM query('SELECT 1')",
                          "FROM query_table('a')",
                          "FROM duckdb_settings()",
                          "SELECT now()",
                          "SELECT today()",
                          "SELECT current_timestamp",
                          "SELECT CURRENT_DATE",
                          "SELECT localtime",
                          "SELECT get_current_timestamp()",
                          "SELECT random()",
                          "SELECT uuid()",
                          "SELECT gen_random_uuid()",
                          "SELECT nextval('s')",
                          "SELECT age(x) FROM a",
                          "SELECT getvariable('x')",
                          "SELECT current_setting('threads')",
                          "SELECT * FROM a USING SAMPLE 10%",
                          "SELECT * FROM a TABLESAMPLE 10 ROWS",
                          "SELECT (SELECT random()) FROM a",
                          "WITH t AS (SELECT now() n) SELECT * FROM t",
                          "SELECT * FROM a WHERE x > now() - INTERVAL 1 DAY",
                          "SELECT list_transform([1], x -> random())"}) {
    EXPECT_EQ(test::error_of([&] { engine_->tables_of(sql); }).code(), Code::usage) << sql;
  }
  EXPECT_EQ(test::error_of([&] { engine_->tables_of("DELETE FROM a"); }).message(), "not a SELECT statement");
}

TEST_F(TableTest, AStatementTellsWhatOrdersItsRows) {
  engine_->execute("CREATE TABLE a AS SELECT 1 AS x, 2 AS y; CREATE TABLE b AS SELECT 1 AS x");
  const std::vector<std::pair<std::string, RowOrder>> cases = {
      {"SELECT * FROM a", RowOrder::table},
      {"SELECT x + y AS z, upper('q') FROM a AS t WHERE x > 0", RowOrder::table},
      {"SELECT * FROM a ORDER BY x", RowOrder::stated},
      {"SELECT x FROM a UNION ALL SELECT x FROM b ORDER BY 1", RowOrder::stated},
      {"SELECT x FROM a UNION ALL SELECT x FROM b", RowOrder::none},
      {"SELECT * FROM a JOIN b USING (x)", RowOrder::none},
      {"SELECT * FROM a, b", RowOrder::none},
      {"SELECT sum(x) FROM a", RowOrder::none},
      {"SELECT x, count(*) FROM a GROUP BY x", RowOrder::none},
      {"SELECT x, sum(y) FROM a GROUP BY ALL", RowOrder::none},
      {"SELECT DISTINCT x FROM a", RowOrder::none},
      {"SELECT x FROM a LIMIT 1", RowOrder::none},
      {"SELECT row_number() OVER () FROM a", RowOrder::none},
      {"SELECT unnest([1, 2]) FROM a", RowOrder::none},
      {"SELECT x FROM a WHERE x IN (SELECT x FROM b)", RowOrder::none},
      {"SELECT x FROM a QUALIFY row_number() OVER (PARTITION BY y) = 1", RowOrder::none},
      {"SELECT x FROM (SELECT x FROM a ORDER BY y)", RowOrder::none},
      {"WITH t AS (SELECT x FROM a) SELECT x FROM t", RowOrder::none}};
  for (const auto& [sql, order] : cases) EXPECT_EQ(engine_->facts_of(sql).order, order) << sql;
}

TEST_F(TableTest, AStatementTellsItsTablesAndNames) {
  const SelectFacts facts = engine_->facts_of("select  x+y as z -- c\nFROM a, s.b AS c WHERE a.x > 1");
  EXPECT_EQ(facts.tables, (std::vector<TableUse>{{"a", 27}, {"s.b", 30}}));
  EXPECT_EQ(facts.text, engine_->facts_of("SELECT x + y AS z FROM a, s.b AS c WHERE (a.x > 1)").text);
  EXPECT_NE(facts.text, engine_->facts_of("SELECT x + y AS w FROM a, s.b AS c WHERE a.x > 1").text);
  EXPECT_FALSE(facts.renames_by_place);
  EXPECT_TRUE(engine_->facts_of("SELECT p FROM a AS t(p)").renames_by_place);
  EXPECT_TRUE(engine_->facts_of("SELECT x FROM a UNION SELECT y FROM a").renames_by_place);
  const auto made = std::find_if(facts.made_from.begin(), facts.made_from.end(),
                                 [](const auto& one) { return one.first == "z"; });
  ASSERT_NE(made, facts.made_from.end());
  EXPECT_EQ(made->second, (Lines{"x", "y"}));
}

TEST_F(TableTest, AConfinedEngineWritesOnlyWhatItMay) {
  engine_->execute("CREATE TABLE a AS SELECT range AS x FROM range(10)");
  const auto good = dir_ / "good.parquet";
  engine_->confine({good});
  engine_->write_parquet("SELECT x FROM a WHERE x > 6 -- end", good, "FORMAT parquet");
  EXPECT_EQ(engine_->query("SELECT count(*) FROM read_parquet(" + literal(good.string()) + ")")
                .column(0)
                .values<std::int64_t>()[0],
            3);
  const auto bad = dir_ / "bad.parquet";
  EXPECT_THROW(engine_->write_parquet("SELECT x FROM a", bad, "FORMAT parquet"), Error);
  EXPECT_FALSE(fs::exists(bad));
  for (const char* sql :
       {"SELECT 1) TO 'x'; COPY (SELECT 2", "SELECT 1; SELECT 2", "FROM read_text('/etc/passwd')"})
    EXPECT_EQ(test::error_of([&] { engine_->write_parquet(sql, good, "FORMAT parquet"); }).code(),
              Code::usage)
        << sql;
}

// A name that WITH gives is the table's own inside its definition, as the engine itself has it.
TEST_F(TableTest, AWithNameMayHideTheTableItReads) {
  engine_->execute("CREATE TABLE t AS SELECT 'table' AS x");
  const std::string sql = "WITH t AS (SELECT x || '!' AS x FROM t) SELECT x FROM t";
  EXPECT_EQ(text(sql), "table!");
  EXPECT_EQ(engine_->tables_of(sql), Lines{"t"});
}

/// "name" of a bare column, else the expression, else "?".
Lines outputs(Engine& engine, const std::string& select, const Lines& columns) {
  Lines out;
  for (const Output& one : engine.outputs_of(select, columns))
    out.push_back(!one.column.empty() ? "=" + one.column : one.expression.value_or("?"));
  return out;
}

TEST_F(TableTest, SaysWhatASelectMakesItsColumnsOf) {
  const Lines columns{"date", "A b", "x", "case"};
  EXPECT_EQ(outputs(*engine_, "SELECT *, hour(date) AS h FROM t", columns),
            (Lines{"=date", "=A b", "=x", "=case", "hour(date)"}));
  EXPECT_EQ(
      outputs(*engine_, "SELECT * EXCLUDE (x) REPLACE (date + 1 AS DATE) FROM t WHERE x ORDER BY 1 LIMIT 3",
              columns),
      (Lines{"date + 1", "=A b", "=case"}));
  EXPECT_EQ(
      outputs(*engine_,
              "SELECT f.X, f.\"a B\" + 1, \"case\" // 2, 1e3 * x, -x - -1, 0.50, 'it''s' || x, x::INT, TRUE, "
              "DATE '2024-01-01', extract(hour FROM date) FROM t AS f",
              columns),
      (Lines{"=x", "\"A b\" + 1", "\"case\" // 2", "1000.0e0 * x", "(-x) - (-1)", "0.50", "'it''s' || x",
             "CAST(x AS INTEGER)", "TRUE", "DATE '2024-01-01'", "date_part('hour', date)"}));
  EXPECT_EQ(
      outputs(
          *engine_,
          "SELECT x BETWEEN 1 AND 2, x IS NOT NULL AND NOT x > 3, CASE x WHEN 1 THEN 2 END, x IN (1, NULL) "
          "FROM t",
          columns),
      (Lines{"x BETWEEN 1 AND 2", "(x IS NOT NULL) AND (x <= 3)", "CASE WHEN x = 1 THEN 2 ELSE NULL END",
             "x IN (1, NULL)"}));
}

TEST_F(TableTest, NamesGivenFurtherLeftAreThoseValues) {
  EXPECT_EQ(outputs(*engine_, "SELECT x + 1 AS y, y * 2 AS z, x AS w, w - y, x - 1 AS x, x FROM t", {"x"}),
            (Lines{"x + 1", "(x + 1) * 2", "=x", "(x) - (x + 1)", "x - 1", "=x"}));
  const auto made = engine_->outputs_of("SELECT x + a AS y, y + 1 AS z FROM t", {"a", "x"});
  EXPECT_EQ(made[1].reads, (Lines{"a", "x"}));
}

TEST_F(TableTest, WhatHasOtherPartsHasNoExpression) {
  EXPECT_EQ(outputs(*engine_,
                    "SELECT row_number() OVER (), (SELECT 1), x LIKE 'a', other.x, x[1], TRY_CAST(x AS INT), "
                    "nothing, x FROM "
                    "t",
                    {"x"}),
            (Lines{"?", "?", "?", "?", "?", "?", "?", "=x"}));
}

TEST_F(TableTest, OtherStatementsHaveNoOutputs) {
  for (const char* select : {"SELECT DISTINCT x FROM t", "SELECT x FROM t, u",
                             "SELECT x FROM t JOIN u USING (x)", "SELECT x FROM t GROUP BY x",
                             "SELECT x FROM t GROUP BY ALL", "SELECT x FROM t UNION ALL SELECT x FROM t",
                             "WITH u AS (FROM t) SELECT x FROM u", "SELECT COLUMNS('x') FROM t",
                             "SELECT y FROM t AS t(y)", "SELECT x FROM (SELECT x FROM t)", "SELECT 1 AS x"})
    EXPECT_TRUE(engine_->outputs_of(select, {"x"}).empty()) << select;
}

}  // namespace
}  // namespace mlops::table
