/// Two tables side by side: random ones compared with a plain comparison, and the cases that have a name.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/dataset/diff.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/table/engine.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "error_of.hpp"

namespace mlops::dataset {
namespace {

using test::error_of;
using RowState = TableDiff::RowState;
using ColumnState = TableDiff::ColumnState;
using Row = std::vector<std::string>;  ///< Each value as the one SQL literal that stands for it here.

struct Made {
  std::string name;
  std::string type;
};

class TableDiffTest : public ::testing::Test {
 protected:
  TableSide table(const std::string& name, const std::vector<Made>& columns, const std::vector<Row>& rows) {
    const std::filesystem::path file = folder_.path() / fmt::format("{}.parquet", ++made_);
    std::string list;
    std::string names;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      list += fmt::format("{}c{}::{} AS {}", i == 0 ? "" : ", ", i, columns[i].type,
                          table::identifier(columns[i].name));
      names += fmt::format("{}c{}", i == 0 ? "" : ", ", i);
    }
    std::string values;
    for (const Row& row : rows.empty() ? std::vector<Row>{Row(columns.size(), "NULL")} : rows)
      values += fmt::format("{}({})", values.empty() ? "" : ", ", fmt::join(row, ", "));
    engine_->execute(fmt::format("COPY (SELECT {} FROM (VALUES {}) t({}) {}) TO {} (FORMAT parquet)", list,
                                 values, names, rows.empty() ? "LIMIT 0" : "",
                                 table::literal(file.string())));
    TableSide side{.name = name, .parquet = [file] { return file; }, .rows = rows.size()};
    for (const Made& column : columns)
      side.columns.push_back({.name = column.name, .original = column.name, .type = column.type});
    return side;
  }

  TableDiff compare(const TableSide& before, const TableSide& after, const TableDiffRequest& request = {}) {
    return diff(store_.objects(), engines_, {.threads = 2}, before, after, request);
  }

  fs::TemporaryFolder folder_{std::filesystem::temp_directory_path()};
  store::Store store_{folder_.path() / ".mlops", store::Store::Mode::create};
  Engines engines_{{ENGINES_DIR}};
  std::unique_ptr<table::Engine> engine_ = table::open(engines_, {.threads = 1});
  int made_ = 0;
};

/// Odd names, nested values, bytes, nulls and what is not a number.
const std::vector<Made> shape = {{"k0", "BIGINT"},
                                 {"select \"it\"", "VARCHAR"},
                                 {"v1", "DOUBLE"},
                                 {"Größe, m", "BIGINT[]"},
                                 {"c0", "BLOB"}};
const std::vector<std::vector<std::string>> pools = {
    {"1", "2", "3", "4", "5", "6"},
    {"'a'", "''", "'it''s'"},
    {"NULL", "'NaN'::DOUBLE", "0.5::DOUBLE", "'inf'::DOUBLE"},
    {"NULL", "[1, NULL]", "[1]", "[]"},
    {"NULL", "'\\x00a'", "'\\x00'"}};

std::vector<Row> random_rows(std::mt19937& random, bool by_key) {
  std::map<std::string, Row> unique;
  std::vector<Row> out;
  for (auto i = random() % 9; i > 0; --i) {
    Row row;
    for (std::size_t c = 0; c < pools.size(); ++c) {
      // Without a key rows have to meet now and then.
      const std::size_t choices = by_key || c < 3 ? pools[c].size() : 1;
      row.push_back(pools[c][random() % (by_key ? choices : std::min<std::size_t>(choices, 2))]);
    }
    if (by_key) unique[row[0] + row[1]] = row;
    else out.push_back(row);
  }
  for (const auto& [key, row] : unique) out.push_back(row);
  return out;
}

TEST_F(TableDiffTest, RandomTablesByKey) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 random(seed);
    const std::vector<Row> before = random_rows(random, true);
    const std::vector<Row> after = random_rows(random, true);
    std::map<std::string, Row> old_rows;
    std::map<std::string, Row> new_rows;
    for (const Row& row : before) old_rows[row[0] + row[1]] = row;
    for (const Row& row : after) new_rows[row[0] + row[1]] = row;
    std::uint64_t added = 0;
    std::uint64_t changed = 0;
    std::map<std::string, std::uint64_t> by_column;
    for (const auto& [key, row] : new_rows) {
      const auto was = old_rows.find(key);
      added += was == old_rows.end() ? 1 : 0;
      if (was == old_rows.end() || was->second == row) continue;
      ++changed;
      for (std::size_t c = 2; c < shape.size(); ++c)
        by_column[shape[c].name] += was->second[c] != row[c] ? 1 : 0;
    }
    std::erase_if(by_column, [](const auto& column) { return column.second == 0; });
    const TableDiff out = compare(table("old", shape, before), table("new", shape, after),
                                  {.key = {shape[1].name, "k0"}, .rows = 100});
    EXPECT_EQ(out.added, added);
    EXPECT_EQ(out.removed, old_rows.size() - (new_rows.size() - added));
    EXPECT_EQ(out.changed, changed);
    EXPECT_EQ(out.same(), new_rows.size() - added - changed);
    std::map<std::string, std::uint64_t> told;
    for (const auto& column : out.columns) told[column.column] = column.rows;
    EXPECT_EQ(told, by_column);
    EXPECT_TRUE(out.schema.empty());
    ASSERT_EQ(out.rows.size(), out.added + out.removed + out.changed);
    for (const auto& row : out.rows) {
      const std::string text = "'" + (*row.key.find(shape[1].name)).text_or("") + "'";
      const std::string key =
          fmt::format("{}{}", row.key.find("k0")->int_or(0), text == "'it's'" ? "'it''s'" : text);
      EXPECT_EQ(old_rows.contains(key), row.state != RowState::added);
      EXPECT_EQ(new_rows.contains(key), row.state != RowState::removed);
      if (row.state != RowState::changed) continue;
      for (std::size_t c = 2; c < shape.size(); ++c)
        EXPECT_EQ(row.after.find(shape[c].name) != nullptr, old_rows[key][c] != new_rows[key][c]);
    }
  }
}

TEST_F(TableDiffTest, RandomTablesAsTheyAre) {
  std::uint64_t several = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 random(seed);
    const std::vector<Row> before = random_rows(random, false);
    const std::vector<Row> after = random_rows(random, false);
    std::map<Row, std::int64_t> copies;
    for (const Row& row : after) ++copies[row];
    for (const Row& row : before) --copies[row];
    std::int64_t added = 0;
    std::int64_t removed = 0;
    std::size_t kinds = 0;
    for (const auto& [row, count] : copies) {
      (count > 0 ? added : removed) += std::abs(count);
      kinds += count != 0 ? 1 : 0;
    }
    const TableDiff out = compare(table("old", shape, before), table("new", shape, after), {.rows = 100});
    EXPECT_EQ(out.added, static_cast<std::uint64_t>(added));
    EXPECT_EQ(out.removed, static_cast<std::uint64_t>(removed));
    EXPECT_EQ(out.rows.size(), kinds);
    std::uint64_t counted = 0;
    for (const auto& row : out.rows) {
      counted += row.count;
      several += row.count > 1 ? 1 : 0;
    }
    EXPECT_EQ(counted, out.added + out.removed);
  }
  EXPECT_GT(several, 0U);
}

TEST_F(TableDiffTest, RowsAreLimitedAndCountsAreNot) {
  std::vector<Row> rows;
  for (int i = 0; i < 500; ++i) rows.push_back({fmt::format("{}", i), "'x'"});
  const std::vector<Made> two = {{"id", "BIGINT"}, {"x", "VARCHAR"}};
  const TableSide none = table("none", two, {});
  const TableSide many = table("many", two, rows);
  const TableDiff by_key = compare(none, many, {.key = {"id"}, .rows = 3});
  EXPECT_EQ(by_key.added, 500U);
  ASSERT_EQ(by_key.rows.size(), 3U);
  EXPECT_EQ(by_key.rows[2].key.find("id")->int_or(-1), 2);
  EXPECT_EQ(compare(many, none, {.rows = 0}).removed, 500U);
  EXPECT_TRUE(compare(many, none, {.rows = 0}).rows.empty());
}

TEST_F(TableDiffTest, EqualDigestsAreKnownWithoutALook) {
  TableSide one = table("one", {{"id", "BIGINT"}}, {{"1"}});
  one.table = Digest();
  one.parquet = []() -> std::filesystem::path { throw error(Code::internal, "it was read"); };
  const TableDiff out = compare(one, one, {.key = {"id"}});
  EXPECT_TRUE(out.identical);
  EXPECT_FALSE(out.any());
  EXPECT_EQ(out.same(), 1U);
}

TEST_F(TableDiffTest, ColumnsThatCameWentAndMoved) {
  const TableSide before =
      table("old", {{"a", "BIGINT"}, {"b", "BIGINT"}, {"c", "BIGINT"}, {"gone", "VARCHAR"}},
            {{"1", "2", "3", "'x'"}});
  const TableSide after = table("new", {{"c", "BIGINT"}, {"a", "BIGINT"}, {"b", "DOUBLE"}, {"fresh", "DATE"}},
                                {{"3", "1", "2", "NULL"}});
  const TableDiff out = compare(before, after);
  ASSERT_EQ(out.schema.size(), 4U);
  EXPECT_EQ(out.schema[0].column, "c");
  EXPECT_EQ(out.schema[0].state, ColumnState::moved);
  EXPECT_EQ(out.schema[0].place_before, 3U);
  EXPECT_EQ(out.schema[0].place_after, 1U);
  EXPECT_EQ(out.schema[1].column, "b");
  EXPECT_EQ(out.schema[1].state, ColumnState::retyped);
  EXPECT_EQ(out.schema[1].type_before, "BIGINT");
  EXPECT_EQ(out.schema[2].state, ColumnState::added);
  EXPECT_EQ(out.schema[3].column, "gone");
  EXPECT_EQ(out.schema[3].state, ColumnState::removed);
  EXPECT_EQ(out.added + out.removed, 0U);  // What both have is the same.
  EXPECT_TRUE(out.any());
}

TEST_F(TableDiffTest, TablesWithNothingInCommon) {
  const TableDiff out =
      compare(table("old", {{"a", "BIGINT"}}, {{"1"}}), table("new", {{"b", "BIGINT"}}, {{"1"}, {"2"}}));
  EXPECT_FALSE(out.comparable);
  EXPECT_EQ(out.added, 2U);
  EXPECT_EQ(out.removed, 1U);
}

struct Retyped {
  std::string type_before;
  std::string before;
  std::string type_after;
  std::string after;
  bool same;
};

TEST_F(TableDiffTest, ValuesOfAnotherTypeAreTheSameWhereTheyMeanTheSame) {
  const std::vector<Retyped> cases = {
      {"INTEGER", "7", "BIGINT", "7", true},
      {"BIGINT", "9007199254740993", "DOUBLE", "9007199254740992", false},
      {"BIGINT", "9007199254740992", "DOUBLE", "9007199254740992", true},
      {"BIGINT", "1", "DOUBLE", "1.5", false},
      {"BIGINT", "100", "DECIMAL(10,2)", "100.00", true},
      {"DECIMAL(10,1)", "0.1", "DECIMAL(12,3)", "0.100", true},
      {"DECIMAL(10,0)", "100", "DECIMAL(10,2)", "1", false},
      {"DECIMAL(10,2)", "0.25", "DOUBLE", "0.25", true},
      {"BIGINT", "0", "DOUBLE", "-0.0", true},
      {"BIGINT", "5", "VARCHAR", "'5'", true},
      {"BIGINT", "5", "VARCHAR", "'n/a'", false},
      {"DATE", "'2026-11-01'", "TIMESTAMP", "'2026-11-01 00:00:00'", true},
      {"DATE", "'2026-11-01'", "TIMESTAMP", "'2026-11-01 00:00:01'", false},
      {"BIGINT", "NULL", "VARCHAR", "NULL", true},
      {"BIGINT", "NULL", "VARCHAR", "''", false},
      {"DECIMAL(4,1)[]", "[1.5]", "VARCHAR", "'[1.5]'", true},
      {"BOOLEAN", "true", "VARCHAR", "'true'", true},
  };
  for (const Retyped& one : cases) {
    SCOPED_TRACE(fmt::format("{} {} and {} {}", one.type_before, one.before, one.type_after, one.after));
    const TableSide before = table("old", {{"id", "BIGINT"}, {"x", one.type_before}}, {{"1", one.before}});
    const TableSide after = table("new", {{"id", "INTEGER"}, {"x", one.type_after}}, {{"1", one.after}});
    EXPECT_EQ(compare(before, after, {.key = {"id"}}).changed, one.same ? 0U : 1U);
    EXPECT_EQ(compare(before, after).added, one.same ? 0U : 1U);
  }
}

TEST_F(TableDiffTest, AKeyNamesOneRowOfEachTable) {
  const std::vector<Made> two = {{"id", "BIGINT"}, {"day", "DATE"}};
  const TableSide good = table("good", two, {{"1", "'2026-11-01'"}, {"2", "NULL"}});
  TableSide twice = table("twice", two, {{"2", "'2026-11-01'"}, {"1", "NULL"}, {"2", "'2026-11-02'"}});
  EXPECT_EQ(error_of([&] { compare(good, twice, {.key = {"id"}}); }).message(),
            "the key does not name one row: id 2 stands in 2 rows of twice");
  EXPECT_EQ(error_of([&] { compare(twice, good, {.key = {"id"}}); }).id(), "diff.key");
  EXPECT_EQ(error_of([&] {
              compare(good, twice, {.key = {"id", "day"}});
            }).message(),
            "'day' cannot be a key: it is null in 1 row of good");
  twice.columns[0].pii = true;
  EXPECT_EQ(error_of([&] { compare(good, twice, {.key = {"id"}}); }).message(),
            "the key does not name one row: id *** stands in 2 rows of twice");
  EXPECT_EQ(error_of([&] { compare(good, good, {.key = {"ide"}}); }).hint(), "similar columns exist: `id`");
  EXPECT_EQ(error_of([&] {
              compare(good, good, {.key = {"id", "id"}});
            }).message(),
            "'id' is named twice in the key");
}

TEST_F(TableDiffTest, PersonalDataOfEitherTableIsMaskedInBoth) {
  const std::vector<Made> two = {{"id", "BIGINT"}, {"who", "VARCHAR"}};
  TableSide before = table("old", two, {{"1", "'ana'"}, {"2", "'bob'"}, {"3", "NULL"}});
  TableSide after = table("new", two, {{"1", "'eve'"}, {"3", "'dan'"}, {"4", "'kim'"}});
  after.columns[1].pii = true;
  for (const TableDiffRequest& request : {TableDiffRequest{.key = {"id"}}, TableDiffRequest{}}) {
    const TableDiff out = compare(before, after, request);
    EXPECT_EQ(out.changed, request.key.empty() ? 0U : 2U);
    for (const auto& row : out.rows) {
      for (const json::Object* side : {&row.before, &row.after}) {
        const json::Value* who = side->find("who");
        if (who != nullptr && !who->is_null()) {
          EXPECT_EQ(who->text_or(""), "***");
        }
      }
    }
  }
  EXPECT_TRUE(compare(before, after, {.key = {"id"}}).rows[1].before.find("who")->is_null());
}

}  // namespace
}  // namespace mlops::dataset
