// Views as versions in a store: what makes one, what does not, and how they are found.
#include <mlops/base/error.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/feature/sets.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace mlops::feature {
namespace {

ViewColumn column(const std::string& name, const std::string& text, const std::string& type = "DOUBLE") {
  ViewColumn out{.name = name, .text = text, .definition = std::get<Definition>(parse(text)), .type = type};
  if (!out.definition.expression.empty()) out.input = 0;
  return out;
}

View airport() {
  return {.name = "airport",
          .key = {{"airport", "origin", KeyKind::text}},
          .from = "departures",
          .at = "landed",
          .inputs = {{"CAST((delay) AS BIGINT)", "BIGINT"}},
          .columns = {column("delay_1h", "mean(delay) over 1h"), column("flights", "count() over 3h")}};
}

class Sets : public testing::Test {
 protected:
  Sets() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store_.emplace(folder_ / ".mlops", store::Store::Mode::create);
  }
  ~Sets() override { std::filesystem::remove_all(folder_); }

  std::vector<Step> applied(const std::vector<View>& views, const char* time = "2026-11-01T00:00:00Z") {
    return apply(*store_, views, *Time::parse(time), "ana");
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() /
      (std::string("mlops-sets-") + testing::UnitTest::GetInstance()->current_test_info()->name());
  std::optional<store::Store> store_;
};

TEST_F(Sets, the_same_definition_is_applied_once) {
  EXPECT_EQ(plan(*store_, {airport()})[0].kind, Step::Kind::create);
  const auto first = applied({airport()});
  EXPECT_EQ(first[0].kind, Step::Kind::create);
  EXPECT_EQ(first[0].version->address(), "features/airport@v1");
  View spaced = airport();
  spaced.columns[0] = column("delay_1h", "mean( delay )  over 60m");
  const auto second = applied({spaced});
  EXPECT_EQ(second[0].kind, Step::Kind::none);
  EXPECT_EQ(second[0].version->record, first[0].version->record);
  EXPECT_EQ(history(*store_, "airport").size(), 1u);
}

TEST_F(Sets, a_change_is_a_version_and_says_what_changed) {
  applied({airport()});
  View other = airport();
  other.columns[0] = column("delay_1h", "mean(delay) over 2h");
  const auto planned = plan(*store_, {other});
  EXPECT_EQ(planned[0].kind, Step::Kind::change);
  EXPECT_EQ(planned[0].changes,
            (std::vector<Change>{{"column delay_1h", "mean(delay) over 1h", "mean(delay) over 2h"}}));
  EXPECT_EQ(history(*store_, "airport").size(), 1u);
  const auto made = applied({other}, "2026-11-02T00:00:00Z");
  EXPECT_EQ(made[0].version->number, 2);
  EXPECT_EQ(made[0].version->previous, history(*store_, "airport")[0].record);
  EXPECT_EQ(resolve(*store_, "airport").view, other);
  EXPECT_EQ(resolve(*store_, "features/airport@v1").view, airport());
  EXPECT_EQ(resolve(*store_, "airport@{1}").number, 1);
  EXPECT_EQ(resolve(*store_, "airport@2026-11-01T12:00:00Z").number, 1);
  EXPECT_EQ(resolve(*store_, made[0].version->record.text()).number, 2);
  EXPECT_EQ(resolve(*store_, "airport").who, "ana");
}

TEST_F(Sets, a_view_that_went_from_the_file_stays_in_the_store) {
  applied({airport()});
  View second = airport();
  second.name = "zone";
  const auto steps = applied({second});
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0].kind, Step::Kind::gone);
  EXPECT_EQ(steps[0].version->number, 1);
  EXPECT_EQ(steps[1].kind, Step::Kind::create);
  EXPECT_EQ(latest(*store_).size(), 2u);
}

TEST_F(Sets, the_store_knows_their_records) {
  applied({airport()});
  View other = airport();
  other.ttl_us = 1'000'000;
  applied({other});
  NoProgress silent;
  EXPECT_TRUE(store_->fsck(silent).empty());
  EXPECT_EQ(store_->reindex(silent), 2u);
  const auto events = store_->catalogue().events("features/airport");
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].kind, "view-version");
  EXPECT_EQ(events[0].summary, "2 columns of departures by airport");
  for (const store::Usage& usage : store_->usage()) {
    if (usage.kind == "records") {
      EXPECT_EQ(usage.count, 2u);
    }
    if (usage.kind == "unreferenced") {
      EXPECT_EQ(usage.count, 0u);
    }
  }
}

TEST_F(Sets, what_is_not_there_is_told) {
  applied({airport()});
  const auto fault = [&](const char* address) {
    try {
      resolve(*store_, address);
    } catch (const Error& e) {
      return e.message() + " | " + e.hint();
    }
    return std::string();
  };
  EXPECT_EQ(fault("airprot"), "no view 'airprot' was applied | a similar view was: `airport`");
  EXPECT_EQ(fault("airport@v2"), "features/airport has no version v2: it has 1 version | ");
  EXPECT_EQ(fault("airport@v0"), "features/airport has no version v0: it has 1 version | ");
  EXPECT_EQ(fault("airport@{1}"), "features/airport has no version {1}: it has 1 version | ");
  EXPECT_EQ(fault("airport@2020-01-01"),
            "features/airport has no version 2020-01-01: it has 1 version | the first is of "
            "2026-11-01T00:00:00Z");
  EXPECT_NE(fault("airport@champion").find("selects no version"), std::string::npos);
}

TEST_F(Sets, a_record_of_another_kind_is_corrupt) {
  ViewVersion version{.view = airport(), .time = *Time::parse("2026-11-01")};
  json::Object record = to_record(version);
  EXPECT_EQ(from_record(record, {}).view, airport());
  record.set("name", "other");
  EXPECT_THROW(from_record(record, {}), Error);
  record.set("kind", "view-version/2");
  EXPECT_THROW(from_record(record, {}), Error);
}

TEST(Changes, every_part_has_its_line) {
  const View before = airport();
  View after = before;
  after.from = "flights";
  after.at = "date";
  after.known = "landed";
  after.ttl_us = 3'600'000'000;
  after.key = {{"airport", "destination", KeyKind::text}, {"day", "day", KeyKind::date}};
  after.columns = {column("flights", "count() over 3h"), column("latest", "delay")};
  EXPECT_EQ(changes(before, after),
            (std::vector<Change>{{"from", "departures", "flights"},
                                 {"key airport", "origin (text)", "destination (text)"},
                                 {"key day", "", "day (date)"},
                                 {"at", "landed", "date"},
                                 {"known", "", "landed"},
                                 {"ttl", "", "1h"},
                                 {"column delay_1h", "mean(delay) over 1h", ""},
                                 {"column latest", "", "delay"}}));
}

TEST(Changes, types_and_order_count_where_texts_are_the_same) {
  const View before = airport();
  View typed = before;
  typed.inputs[0] = {"CAST((delay) AS DOUBLE)", "DOUBLE"};
  EXPECT_EQ(
      changes(before, typed),
      (std::vector<Change>{{"column delay_1h", "mean(delay) over 1h as DOUBLE of CAST((delay) AS BIGINT)",
                            "mean(delay) over 1h as DOUBLE of CAST((delay) AS DOUBLE)"}}));
  View turned = before;
  std::swap(turned.columns[0], turned.columns[1]);
  EXPECT_EQ(changes(before, turned),
            (std::vector<Change>{{"columns", "delay_1h, flights", "flights, delay_1h"}}));
}

}  // namespace
}  // namespace mlops::feature
