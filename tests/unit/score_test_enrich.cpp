/// Views of a project joined to rows: the file's texts, versions in a store, and what comes out.
#include <mlops/base/clock.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/dataset/ingest.hpp>
#include <mlops/manifest/manifest.hpp>
#include <mlops/score/enrich.hpp>

#include <fmt/core.h>

#include "score_test.hpp"

namespace mlops::score {
namespace {

using test::error_of;

class EnrichTest : public ScoreTest {
 protected:
  /// Sources are files of the folder, each ingested as it is named for the first time.
  void declare(const std::string& yaml) { manifest_ = manifest::parse("mlops: 1\n" + yaml, "mlops.yaml"); }

  const dataset::Version& version(const std::string& source) {
    const auto known = versions_.find(source);
    if (known != versions_.end()) return known->second;
    const manifest::SourceSpec* spec = manifest_.find_source(source);
    dataset::Workshop shop{
        .engines = engines_, .resources = {.threads = 2}, .clock = clock_, .progress = progress_};
    const auto report = dataset::ingest(
        store(), shop,
        {.source = *spec, .base = dir_, .pinned = {}, .accept_schema = false, .who = "t", .input = {}});
    return versions_.emplace(source, report.version).first->second;
  }

  ViewUse use(const manifest::FeatureUse& one) {
    const manifest::FeatureSpec& view = *manifest_.find_feature(one.use);
    return {
        .use = one, .view = view, .table = *manifest_.find_table(view.from), .version = version(view.from)};
  }

  /// What is joined to the rows of a SELECT with a column t, one text a row.
  std::vector<std::string> joined(const std::string& rows, const std::vector<manifest::FeatureUse>& uses) {
    const auto db = engine();
    const Columns asked = db->query(rows);
    const Columns all = with_features(asked, enriched(asked, uses), {});
    std::vector<std::string> out;
    for (std::size_t row = 0; row < all.rows(); ++row) {
      std::string line;
      for (std::size_t i = asked.width(); i < all.width(); ++i)
        line += (line.empty() ? "" : " ") + shown(all.column(i), row);
      out.push_back(line);
    }
    return out;
  }

  Enriched enriched(const Columns& rows, const std::vector<manifest::FeatureUse>& uses,
                    const std::string& time = "t") {
    std::vector<ViewUse> views;
    for (const manifest::FeatureUse& one : uses) views.push_back(use(one));
    const EnrichPlace place{.store = store(), .engines = engines_, .resources = {.threads = 2}};
    return enrich(place, rows, time, views);
  }

  Error refused(const std::string& rows, const std::vector<manifest::FeatureUse>& uses,
                const std::string& time = "t") {
    const Columns asked = engine()->query(rows);
    return error_of([&] { enriched(asked, uses, time); });
  }

  static std::string shown(const Column& column, std::size_t row) {
    if (!column.valid(row)) return "-";
    if (column.type().kind == Kind::int64) return fmt::format("{}", column.values<std::int64_t>()[row]);
    if (column.type().kind == Kind::float64) return fmt::format("{}", column.values<double>()[row]);
    return std::string(column.text(row));
  }

  store::Store& store() {
    if (!store_) store_ = std::make_unique<store::Store>(dir_ / ".mlops", store::Store::Mode::create);
    return *store_;
  }

  manifest::Manifest manifest_;

 private:
  std::unique_ptr<store::Store> store_;
  std::map<std::string, dataset::Version> versions_;
  FixedClock clock_{Time{1'800'000'000'000'000}};
  NoProgress progress_;
};

using Lines = std::vector<std::string>;

TEST_F(EnrichTest, two_half_past_ones_of_the_night_the_clocks_go_back_are_an_hour_apart) {
  write("rides.csv", "driver,at,rating\n1,2024-11-03T05:30:00Z,0.5\n1,2024-11-03T06:30:00Z,0.25\n");
  declare(R"(
sources: {rides: {from: rides.csv}}
features: {driver: {key: {driver: driver}, from: rides, at: '"at"', columns: {rating: rating, rides_30m: count() over 30m}}}
)");
  EXPECT_EQ(joined("SELECT 1 AS driver, unnest(['2024-11-03T01:30:00-04:00', '2024-11-03T01:30:00-05:00'])"
                   "::TIMESTAMPTZ AS t",
                   {{.use = "driver"}}),
            (Lines{"0.5 1", "0.25 1"}));
  // Without a zone they are UTC.
  EXPECT_EQ(joined("SELECT 1 AS driver, unnest(['2024-11-03 05:30:00', '2024-11-03 05:29:59.999999'])"
                   "::TIMESTAMP AS t",
                   {{.use = "driver"}}),
            (Lines{"0.5 1", "- 0"}));
}

TEST_F(EnrichTest, a_day_of_23_hours_makes_no_window_shorter) {
  write("rides.csv", "driver,at\n1,2024-03-10T05:30:00Z\n");
  declare(R"(
sources: {rides: {from: rides.csv}}
features: {driver: {key: {driver: driver}, from: rides, at: '"at"', columns: {rides_1d: count() over 1d}}}
)");
  // The clocks of New York went forward at 07:00 UTC.
  EXPECT_EQ(
      joined("SELECT 1 AS driver, unnest(['2024-03-11T01:30:00-04:00', '2024-03-11T01:30:00.000001-04:00'])"
             "::TIMESTAMPTZ AS t",
             {{.use = "driver"}}),
      (Lines{"1", "0"}));
}

TEST_F(EnrichTest, parts_of_a_key_are_not_glued_together) {
  write("stays.csv",
        "a,b,n,at,x\nab,c,1,2026-01-01,1\na,bc,1,2026-01-01,2\na,bc,12,2026-01-01,3\n,bc,1,2026-01-01,4\n");
  declare(R"(
sources: {stays: {from: stays.csv}}
features: {pair: {key: {left: a, right: b, number: n}, from: stays, at: '"at"', columns: {x: x, n_1d: count() over 1d}}}
)");
  EXPECT_EQ(joined("SELECT *, TIMESTAMP '2026-01-01' AS t FROM (VALUES ('ab', 'c', 1), ('a', 'bc', 1), ('a', "
                   "'bc', 12), ('abc', '', 1), (NULL, 'bc', 1), ('a', 'bc', 2)) v(a, b, n)",
                   {{.use = "pair"}}),
            (Lines{"1 1", "2 1", "3 1", "- 0", "- 0", "- 0"}));
  // Another column stands for one part; the others keep their names.
  EXPECT_EQ(joined("SELECT 'a' AS a, 'bc' AS other, 12 AS n, TIMESTAMP '2026-01-01' AS t",
                   {{.use = "pair", .key = {{"right", "other"}}}}),
            (Lines{"3 1"}));
}

TEST_F(EnrichTest, a_view_without_a_key_is_one_value_for_all) {
  write("rates.csv", "at,rate\n2026-01-01,1.5\n2026-01-03,2.5\n");
  declare(R"(
sources: {rates: {from: rates.csv}}
features: {market: {key: {}, from: rates, at: '"at"', columns: {rate: rate, mean_3d: mean(rate) over 3d}}}
)");
  EXPECT_EQ(joined("SELECT unnest(['2025-12-31', '2026-01-01', '2026-01-03', '2026-01-05'])::DATE AS t",
                   {{.use = "market"}}),
            (Lines{"- -", "1.5 1.5", "2.5 2", "2.5 2.5"}));
}

TEST_F(EnrichTest, several_views_stand_side_by_side_each_with_its_own_ttl) {
  write("rides.csv", "driver,at,rating\n1,2026-01-01 10:00:00,0.5\n2,2026-01-01 11:00:00,0.25\n");
  write("people.csv", "customer,since,tier\n7,2020-05-01,gold\n8,2026-01-01,new\n");
  declare(R"(
sources: {rides: {from: rides.csv}, people: {from: people.csv}}
features:
  driver: {key: {driver: driver}, from: rides, at: '"at"', online: {ttl: 1h}, columns: {rating: rating, rides_1d: count() over 1d}}
  person: {key: {person: customer}, from: people, at: since, columns: {tier: tier}}
)");
  const std::string rows =
      "SELECT *, TIMESTAMP '2026-01-01 11:30:00' AS t FROM (VALUES (1, 2, 7), (2, 3, 8), (3, 1, NULL)) "
      "v(driver, other, customer)";
  EXPECT_EQ(joined(rows, {{.use = "driver"},
                          {.use = "driver", .key = {{"driver", "other"}}, .as = "before"},
                          {.use = "person"}}),
            (Lines{"- 1 0.25 1 gold", "0.25 1 - 0 new", "- 0 - 1 -"}));
}

TEST_F(EnrichTest, what_cannot_be_joined_says_what_is_missing) {
  write("rides.csv", "driver,at,rating\n1,2026-01-01 10:00:00,0.5\n");
  declare(R"(
sources: {rides: {from: rides.csv}}
features:
  driver: {key: {driver: driver}, from: rides, at: '"at"', columns: {rating: rating}}
  broken: {key: {driver: driver}, from: rides, at: '"at"', columns: {rating: ratin}}
)");
  const std::string row = "SELECT 1 AS driver, 'x' AS name, TIMESTAMP '2026-01-02' AS t, 3 AS n";
  EXPECT_STREQ(refused(row, {{.use = "driver"}}, "").what(),
               "the rows have no time, and features are values as of a moment");
  EXPECT_STREQ(refused(row, {{.use = "driver"}}, "tt").what(),
               "the rows have no column 'tt', which is their time");
  EXPECT_STREQ(refused(row, {{.use = "driver"}}, "n").what(),
               "the column 'n' is INTEGER: a date or a time stamp is wanted");
  EXPECT_STREQ(refused(row, {{.use = "driver", .key = {{"rider", "driver"}}}}).what(),
               "view 'driver' has no entity 'rider'");
  EXPECT_STREQ(
      refused(row, {{.use = "driver", .key = {{"driver", "name"}}}}).what(),
      "the column 'name' of the rows is VARCHAR, and the key 'driver' of view 'driver' is of integers");
  EXPECT_STREQ(refused(row, {{.use = "driver"}, {.use = "driver"}}).what(),
               "two features are called 'driver__rating'");
  const Error broken = refused(row, {{.use = "broken"}});
  EXPECT_EQ(broken.code(), Code::usage);
  EXPECT_EQ(broken.detail().substr(0, broken.detail().find(": ")), "mlops.yaml:6:78");
}

}  // namespace
}  // namespace mlops::score
