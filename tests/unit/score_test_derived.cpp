/// Columns that are worked out from others of the row.
#include <mlops/score/derivation.hpp>
#include <mlops/score/derived.hpp>

#include "score_test.hpp"

namespace mlops::score {
namespace {

using test::error_of;

DerivedColumn hour() {
  return {.name = "hour",
          .type = "BIGINT",
          .expression = "hour(date)",
          .reads = {{.name = "moment", .as = "date", .type = "TIMESTAMP"}}};
}

DerivedColumn night() {
  return {.name = "night",
          .type = "BOOLEAN",
          .expression = "hour < 6",
          .reads = {{.name = "hour", .as = "hour", .type = "BIGINT"}}};
}

class DerivedTest : public ScoreTest {
 protected:
  Columns rows(const std::string& select) { return engine()->query(select); }
};

TEST_F(DerivedTest, WhatIsMissingIsMadeInOrder) {
  const Derived derived({hour(), night()});
  const Columns made = derived.complete(rows(
      "SELECT unnest([TIMESTAMP '1969-12-31 23:59:59', TIMESTAMP '2026-01-01 05:00:00', NULL]) AS moment"));
  ASSERT_EQ(made.width(), 3u);
  EXPECT_EQ(made.fields()[1].sql, "BIGINT");
  EXPECT_EQ(made.column(1).values<std::int64_t>()[0], 23);
  EXPECT_EQ(made.column(1).values<std::int64_t>()[1], 5);
  EXPECT_FALSE(made.column(1).valid(2));
  EXPECT_FALSE(made.column(2).boolean(0));
  EXPECT_TRUE(made.column(2).boolean(1));
  EXPECT_FALSE(made.column(2).valid(2));
}

TEST_F(DerivedTest, WhatIsThereIsTakenAsItIs) {
  const Derived derived({hour(), night()});
  const Columns made =
      derived.complete(rows("SELECT 3::BIGINT AS hour, TIMESTAMP '2026-01-01 05:00:00' AS moment"));
  ASSERT_EQ(made.width(), 3u);
  EXPECT_EQ(made.column(0).values<std::int64_t>()[0], 3);
  EXPECT_EQ(made.fields()[2].name, "night");
  EXPECT_EQ(derived.complete(rows("SELECT 1 AS other")).width(), 1u);
}

TEST_F(DerivedTest, TextsThatSpellATimeAreOne) {
  const Derived derived({hour()});
  EXPECT_EQ(
      derived.complete(rows("SELECT '2026-01-01T17:00:00Z' AS moment")).column(1).values<std::int64_t>()[0],
      17);
  const Error fault =
      error_of([&] { derived.complete(rows("SELECT unnest(['2026-01-01', 'soon']) AS moment"), 11); });
  EXPECT_EQ(fault.id(), "signature.mismatch");
  EXPECT_EQ(fault.message(), "column 'moment', row 12: 'soon' is no TIMESTAMP, and 'hour' is made of it");
}

TEST_F(DerivedTest, PersonalDataAreInNoMessage) {
  const Derived derived({hour()}, {{.name = "moment", .type = "TIMESTAMP", .pii = true}});
  const Error fault = error_of([&] { derived.complete(rows("SELECT 'soon' AS moment")); });
  EXPECT_EQ(fault.message(),
            "column 'moment', row 1: a value (masked) is no TIMESTAMP, and 'hour' is made of it");
}

TEST_F(DerivedTest, WhereTheEngineFailsSoDoesThis) {
  const Derived derived(
      {{.name = "root", .type = "DOUBLE", .expression = "sqrt(x)", .reads = {{"x", "x", "DOUBLE"}}}});
  const Error fault = error_of([&] { derived.complete(rows("SELECT unnest([4e0, -1e0]) AS x")); });
  EXPECT_EQ(fault.id(), "derived.value");
  EXPECT_EQ(fault.message(),
            "column 'root', row 2: it cannot be made as sqrt(x): the square root of a negative number");
}

TEST_F(DerivedTest, TheFileIsReadBack) {
  const std::vector<DerivedColumn> columns{hour(), night()};
  EXPECT_EQ(derived_from(derived_json(columns)), columns);
}

TEST_F(DerivedTest, DamagedFilesAreRefused) {
  auto later = std::vector<DerivedColumn>{night(), hour()};
  auto typed = std::vector<DerivedColumn>{hour()};
  typed[0].type = "DOUBLE";
  auto unknown = std::vector<DerivedColumn>{hour()};
  unknown[0].expression = "strftime(date, '%H')";
  auto reads = std::vector<DerivedColumn>{hour()};
  reads[0].reads[0].type = "BLOB";
  auto twice = std::vector<DerivedColumn>{hour(), hour()};
  for (const auto& columns : {later, typed, unknown, reads, twice}) {
    const std::string text = derived_json(columns);
    EXPECT_EQ(error_of([&] { derived_from(text); }).code(), Code::corrupt) << text;
  }
  for (const char* text : {"", "{}", "[]", R"({"mlops_derived": 2, "columns": []})",
                           R"({"mlops_derived": 1})", R"({"mlops_derived": 1, "columns": [{"name": "a"}]})"})
    EXPECT_EQ(error_of([&] { derived_from(text); }).code(), Code::corrupt) << text;
}

TEST_F(DerivedTest, OnlyWhatAgreesWithTheTableIsKept) {
  const Columns table = rows(
      "SELECT TIMESTAMP '2026-01-01' + to_minutes(i * 7) AS moment, hour(moment) AS hour, i % 3000 > 2990 AS "
      "night "
      "FROM range(5000) r(i)");
  EXPECT_EQ(confirmed({hour(), night()}, table), std::vector<DerivedColumn>{hour()});
}

TEST_F(DerivedTest, WhatIsNeededBringsWhatItReads) {
  EXPECT_EQ(needed_for({hour(), night()}, {"night"}), (std::vector<DerivedColumn>{hour(), night()}));
  EXPECT_EQ(needed_for({hour(), night()}, {"hour"}), std::vector<DerivedColumn>{hour()});
  EXPECT_TRUE(needed_for({hour(), night()}, {"moment"}).empty());
}

}  // namespace
}  // namespace mlops::score
