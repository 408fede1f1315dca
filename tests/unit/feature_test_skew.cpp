/// The answers of a LiveView beside those of the join.
#include <mlops/feature/skew.hpp>

#include <gtest/gtest.h>

#include "feature_facts.hpp"

namespace mlops::feature::test {
namespace {

constexpr std::int64_t an_hour = 3'600'000'000;

View landings_by_airport() {
  View view{
      .name = "airport", .key = {{"airport", "origin", KeyKind::text}}, .from = "flights", .at = "landed"};
  view.inputs = {{"delay", "DOUBLE"}};
  view.columns = {{.name = "flights",
                   .text = "count() over 3h",
                   .definition = {.aggregate = Aggregate::count, .window_us = 3 * an_hour},
                   .type = "BIGINT"},
                  {.name = "delay",
                   .text = "mean(delay) over 1h",
                   .definition = {.aggregate = Aggregate::mean, .expression = "delay", .window_us = an_hour},
                   .input = 0,
                   .type = "DOUBLE"}};
  return view;
}

Columns landed(const Cells<std::string>& keys, const Cells<std::int64_t>& at, const Cells<double>& delay) {
  return ColumnsOf()
      .texts("key0", keys)
      .add("at", {.kind = Kind::timestamp}, at, "TIMESTAMP")
      .numbers("input0", delay)
      .build();
}

const Side three = {landings_by_airport(),
                    landed({"ORD", "ATL", "ORD"}, {1 * an_hour, 2 * an_hour, 3 * an_hour}, {5, 0.1, 7})};

TEST(Skew, EqualEventsHaveEqualAnswers) {
  const Compared found = compare(three, three, 0, 10 * an_hour);
  EXPECT_EQ(found.questions, 3);
  EXPECT_EQ(found.values, 6);
  EXPECT_EQ(found.differing, 0);
}

TEST(Skew, AnEventMoreIsFoundAtItsOwnMomentAndAtThoseThatSeeIt) {
  const Side more = {three.view,
                     landed({"ORD", "ATL", "ORD", "ATL"},
                            {1 * an_hour, 2 * an_hour, 3 * an_hour, 5 * an_hour / 2}, {5, 0.1, 7, 9})};
  for (const auto& [offline, online] : {std::pair(&three, &more), std::pair(&more, &three)}) {
    const Compared found = compare(*offline, *online, 0, 10 * an_hour);
    EXPECT_EQ(found.questions, 4);
    EXPECT_EQ(found.differing, 2);
    ASSERT_EQ(found.examples.size(), 2);
    EXPECT_EQ(found.examples[0].key.front().text, "ATL");
    EXPECT_EQ(found.examples[0].time_us, 5 * an_hour / 2);
    EXPECT_EQ(found.examples[0].column, "flights");
    EXPECT_EQ(found.examples[0].offline.integer + found.examples[0].online.integer, 3);
  }
}

TEST(Skew, TheLastBitCounts) {
  const Side other = {three.view, landed({"ORD", "ATL", "ORD"}, {1 * an_hour, 2 * an_hour, 3 * an_hour},
                                         {5, std::nextafter(0.1, 1), 7})};
  const Compared found = compare(three, other, 0, 10 * an_hour);
  EXPECT_EQ(found.differing, 1);
  EXPECT_EQ(found.examples.front().column, "delay");
}

TEST(Skew, MomentsOutsideAreNotAsked) {
  const Side ahead = {
      three.view, landed({"ORD", "ATL", "ORD", "ORD"}, {1 * an_hour, 2 * an_hour, 3 * an_hour, 4 * an_hour},
                         {5, 0.1, 7, 8})};
  EXPECT_EQ(compare(three, ahead, 0, 3 * an_hour).differing, 0);
  EXPECT_EQ(compare(three, ahead, 2 * an_hour, 3 * an_hour).questions, 2);
  EXPECT_EQ(compare(three, ahead, 5 * an_hour, 6 * an_hour).questions, 0);
}

TEST(Skew, AColumnThatIsNotOnlineDiffersEverywhere) {
  Side less = three;
  less.view.columns.pop_back();
  const Compared found = compare(three, less, 0, 10 * an_hour);
  EXPECT_EQ(found.values, 6);
  EXPECT_EQ(found.differing, 3);
}

}  // namespace
}  // namespace mlops::feature::test
