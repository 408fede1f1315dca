// The online store: what is materialized, pushed, pruned, and followed by images of it.
#include <mlops/base/error.hpp>
#include <mlops/feature/join.hpp>
#include <mlops/feature/online.hpp>
#include <mlops/fs/temporary.hpp>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "columns.hpp"
#include "error_of.hpp"

namespace mlops::feature {
namespace {

constexpr std::int64_t hour = 3'600'000'000;

View airport() {
  View view{.name = "airport", .key = {{"airport", "origin"}}, .from = "departures", .at = "landed"};
  view.inputs = {{"CAST((delay) AS DOUBLE)", "DOUBLE"}};
  view.columns = {{.name = "flights",
                   .text = "count() over 3h",
                   .definition = {.aggregate = Aggregate::count, .window_us = 3 * hour},
                   .type = "BIGINT"},
                  {.name = "delay",
                   .text = "mean(delay) over 1h",
                   .definition = {.aggregate = Aggregate::mean, .expression = "delay", .window_us = hour},
                   .input = 0,
                   .type = "DOUBLE"}};
  return view;
}

Columns events(const test::Cells<std::string>& keys, const test::Cells<std::int64_t>& at,
               const test::Cells<double>& delay) {
  return test::ColumnsOf()
      .texts("key0", keys)
      .add("at", {.kind = Kind::timestamp}, at, "TIMESTAMP")
      .numbers("input0", delay)
      .build();
}

class OnlineStores : public testing::Test {
 protected:
  fs::TemporaryFolder folder_{testing::TempDir()};
  std::filesystem::path file_ = folder_.path() / "online.db";
  Digest version(std::uint8_t number) { return {.bytes = {number}}; }
};

TEST_F(OnlineStores, take_versions_and_pushes) {
  EXPECT_EQ(test::error_of([&] { OnlineStore(file_, OnlineStore::Mode::read); }).id(), "features.not_online");
  OnlineStore store(file_, OnlineStore::Mode::write);
  const auto made = store.materialize(airport(), {{"delay", "BIGINT"}},
                                      events({"ORD", "ORD", {}}, {40 * hour, 41 * hour, hour}, {5, -0.0, 1}),
                                      version(1), {100 * hour});
  EXPECT_EQ(made.view.events, 2u);
  EXPECT_EQ(made.view.complete_from_us, 17 * hour);
  OnlineImage image(file_);
  const auto live = image.view(airport(), {});
  EXPECT_FALSE(image.refresh());
  const auto pushed = store.push(
      {{made.view.id, events({"ORD", "JFK", "JFK"}, {42 * hour, 42 * hour, {}}, {7, {}, 1})}}, "a", {0});
  EXPECT_EQ(pushed.events, 2u);
  EXPECT_EQ(pushed.without, 1u);
  EXPECT_TRUE(store.push({{made.view.id, events({"ORD"}, {42 * hour}, {7})}}, "a", {1}).again);
  EXPECT_TRUE(image.refresh());
  Found found;
  const std::vector<std::size_t> columns = {0, 1};
  live->look_up("ORD", 42 * hour, columns, found);
  EXPECT_EQ(found.values[0].integer, 3);
  EXPECT_EQ(found.values[1].real, 3.5);
  const auto next = store.materialize(
      airport(), {}, events({"ORD", "ORD", "ORD"}, {40 * hour, 41 * hour, 42 * hour}, {5, 0, 7}), version(2),
      {100 * hour});
  EXPECT_EQ(next.superseded, 1u);
  EXPECT_EQ(next.view.events, 4u);
  EXPECT_EQ(next.view.pushed, 1u);
  EXPECT_TRUE(image.refresh());
  EXPECT_EQ(live->events(), 4u);
  EXPECT_EQ(store.views().size(), 1u);
  EXPECT_EQ(store.events_of(next.view, "ORD").rows(), 3u);
  EXPECT_TRUE(store.materialize(airport(), {}, events({}, {}, {}), version(2), {0}).unchanged);
}

}  // namespace
}  // namespace mlops::feature
