// Look-ups in memory against the join and against loops over every event.
#include <mlops/base/error.hpp>
#include <mlops/feature/join.hpp>
#include <mlops/feature/live.hpp>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "columns.hpp"
#include "error_of.hpp"

namespace mlops::feature {
namespace {

TEST(LiveView, begins_with_nothing) {
  View view{.name = "v", .key = {{"k", "k"}}, .from = "t", .at = "at"};
  view.columns.push_back({.name = "n",
                          .text = "count() over 1h",
                          .definition = {.aggregate = Aggregate::count, .window_us = 3'600'000'000},
                          .type = "BIGINT"});
  LiveView live(view, 0);
  const std::vector<std::size_t> columns = {0};
  Found found;
  live.look_up("a", 5, columns, found);
  EXPECT_EQ(found.values[0].integer, 0);
  EXPECT_EQ(test::error_of([&] { live.look_up("a", -1, columns, found); }).id(), "features.forgotten");
  live.add(test::ColumnsOf()
               .texts("key0", {"a", "a", "b", {}})
               .add<std::int64_t>("at", {.kind = Kind::timestamp}, {1, 7, 2, 3})
               .build());
  EXPECT_EQ(live.events(), 3u);
  EXPECT_EQ(live.keys(), 2u);
  live.look_up("a", 5, columns, found);
  EXPECT_EQ(found.values[0].kind, Value::Kind::integer);
  EXPECT_EQ(found.values[0].integer, 1);
  EXPECT_EQ(found.newest_us, 1);
}

}  // namespace
}  // namespace mlops::feature
