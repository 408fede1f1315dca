// The online store: what is materialized, pushed, pruned, and followed by images of it.
#include <mlops/base/error.hpp>
#include <mlops/feature/online.hpp>
#include <mlops/fs/temporary.hpp>

#include <gtest/gtest.h>

#include <set>

#include "error_of.hpp"
#include "feature_facts.hpp"

namespace mlops::feature::test {
namespace {

using mlops::test::error_of;

constexpr std::int64_t hour = 3'600'000'000;
constexpr std::int64_t day = 24 * hour;
const std::vector<RowColumn> reads = {{"delay", "BIGINT"}, {"origin", "VARCHAR"}};

View airport() {
  View view{
      .name = "airport", .key = {{"airport", "origin", KeyKind::text}}, .from = "departures", .at = "landed"};
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

Columns landings(const Cells<std::string>& keys, const Cells<std::int64_t>& at, const Cells<double>& delay) {
  return ColumnsOf()
      .texts("key0", keys)
      .add("at", {.kind = Kind::timestamp}, at, "TIMESTAMP")
      .numbers("input0", delay)
      .build();
}

class OnlineStores : public testing::Test {
 protected:
  fs::TemporaryFolder folder_{std::filesystem::temp_directory_path()};
  std::filesystem::path file_ = folder_.path() / "online.db";
  std::uint8_t versions_ = 0;
  Digest version() { return {.bytes = {++versions_}}; }
};

/// Every value of every column.
std::string dumped(const Columns& columns) {
  std::string out;
  for (std::size_t row = 0; row < columns.rows(); ++row) {
    for (std::size_t i = 0; i < columns.width(); ++i)
      out += columns.column(i).type().kind == Kind::decimal
                 ? fmt::format("{}:{} ", columns.column(i).values<Int128>()[row].high,
                               columns.column(i).values<Int128>()[row].low)
                 : said(cell(columns.column(i), row)) + " ";
    out += '\n';
  }
  return out;
}

TEST_F(OnlineStores, take_over_versions_and_what_was_pushed_since) {
  OnlineStore store(file_, OnlineStore::Mode::write);
  const auto made = store.materialize(airport(), reads,
                                      landings({"ORD", "ORD", {}}, {40 * hour, 41 * hour, hour}, {5, 6, 1}),
                                      version(), {100 * hour});
  EXPECT_EQ(made.view.events, 2u);
  EXPECT_EQ(made.view.keys, 1u);
  EXPECT_EQ(made.view.newest_us, 41 * hour);
  EXPECT_EQ(made.view.complete_from_us, 17 * hour);
  EXPECT_EQ(made.view.reads, reads);
  OnlineImage image(file_);
  const auto live = image.view(airport(), {});
  EXPECT_FALSE(image.refresh());

  const auto pushed = store.push(
      {{made.view.id, landings({"ORD", "JFK", "JFK"}, {42 * hour, 42 * hour, {}}, {7, {}, 1})}}, "", {0});
  EXPECT_EQ(pushed.events, 2u);
  EXPECT_EQ(pushed.without, 1u);
  EXPECT_TRUE(image.refresh());
  EXPECT_FALSE(image.refresh());
  Found found;
  live->look_up("ORD", 42 * hour, all_columns(airport()), found);
  EXPECT_EQ(found.values[0].integer, 3);
  EXPECT_EQ(found.values[1].real, 6.5);

  // The same event twice in the table, and once pushed: two.
  const auto next = store.materialize(
      airport(), {},
      landings({"ORD", "ORD", "ORD", "ORD"}, {40 * hour, 41 * hour, 42 * hour, 42 * hour}, {5, 6, 7, 7}),
      version(), {100 * hour});
  EXPECT_EQ(next.superseded, 1u);
  EXPECT_EQ(next.view.events, 5u);
  EXPECT_EQ(next.view.pushed, 1u);
  EXPECT_GT(next.view.generation, made.view.generation);
  EXPECT_TRUE(image.refresh());
  EXPECT_EQ(live->events(), 5u);
  EXPECT_EQ(store.views(), (std::vector<OnlineView>{next.view}));
  EXPECT_EQ(dumped(store.events_of(next.view, "JFK")), fmt::format("'JFK' {} null \n", 42 * hour));
}

TEST_F(OnlineStores, know_a_version_again_and_forget_with_the_time) {
  OnlineStore store(file_, OnlineStore::Mode::write);
  const Digest first = version();
  const Columns none = landings({}, {}, {});
  const auto made =
      store.materialize(airport(), reads, landings({"a", "b"}, {0, 10 * day}, {1, 2}), first, {30 * day});
  EXPECT_EQ(made.view.complete_from_us, 9 * day);
  EXPECT_EQ(made.view.events, 2u);  // the latest of `a` is kept: it says how old what is known is
  store.push({{made.view.id, landings({"a", "b"}, {20 * day, 20 * day}, {1, 2})}}, "", {0});
  OnlineImage image(file_);
  const auto live = image.view(airport(), {});
  const auto again = store.materialize(airport(), reads, {}, first, {30 * day});
  EXPECT_TRUE(again.unchanged);
  EXPECT_EQ(again.view.complete_from_us, 19 * day);
  EXPECT_EQ(again.view.pushed, 2u);
  EXPECT_EQ(again.view.generation, made.view.generation);
  EXPECT_TRUE(image.refresh());
  EXPECT_EQ(live->complete_from(), 19 * day);
  EXPECT_EQ(live->events(), again.view.events);
  // Back in time: the version is read again, and supersedes nothing.
  const auto back = store.materialize(
      airport(), reads, landings({"a", "a", "b"}, {0, 20 * day, 10 * day}, {1, 1, 2}), first, {10 * day});
  EXPECT_EQ(back.view.complete_from_us, 9 * day);
  EXPECT_EQ(back.superseded, 0u);
  EXPECT_EQ(back.view.events, 5u);
  EXPECT_TRUE(image.refresh());
  EXPECT_EQ(live->complete_from(), 9 * day);
  EXPECT_EQ(store.materialize(airport(), reads, none, version(), {0}).view.complete_from_us, -day);
}

TEST_F(OnlineStores, keep_a_past_that_was_brought_back_and_lose_none_to_a_wrong_clock) {
  OnlineStore store(file_, OnlineStore::Mode::write);
  const auto made =
      store.materialize(airport(), reads, landings({"a", "a"}, {0, 50 * day}, {1, 1}), version(), {9 * day});
  EXPECT_EQ(made.view.complete_from_us, 8 * day);
  const auto since = [&] { return store.views().at(0).complete_from_us; };
  store.push({{made.view.id, landings({}, {}, {})}}, "", {400 * day});
  store.push({{made.view.id, landings({"a"}, {9 * day}, {1})}}, "", {400 * day});
  EXPECT_EQ(since(), 8 * day);
  store.push({{made.view.id, landings({"a"}, {300 * day}, {1})}}, "", {400 * day});
  EXPECT_EQ(since(), 8 * day + day / 4);
}

TEST_F(OnlineStores, do_not_grow_by_pushes_alone) {
  OnlineStore store(file_, OnlineStore::Mode::write);
  const auto made = store.materialize(airport(), reads, landings({"a"}, {0}, {1}), version(), {400 * day});
  OnlineImage image(file_);
  const auto live = image.view(airport(), {});
  for (std::int64_t i = 1; i <= 1000; ++i)
    store.push({{made.view.id, landings({"a"}, {i * day / 10}, {1})}}, "", {400 * day});
  const auto now = store.views().at(0);
  EXPECT_LT(now.events, 30u);
  EXPECT_GE(now.complete_from_us, 98 * day);
  EXPECT_EQ(now.newest_us, 100 * day);
  EXPECT_TRUE(image.refresh());
  EXPECT_EQ(live->complete_from(), now.complete_from_us);
  EXPECT_EQ(live->events(), now.events);
}

TEST_F(OnlineStores, take_a_push_of_one_id_once_within_a_week) {
  OnlineStore store(file_, OnlineStore::Mode::write);
  const auto id = store.materialize(airport(), reads, landings({}, {}, {}), version(), {0}).view.id;
  const auto push = [&](const char* name, std::int64_t now) {
    return store.push({{id, landings({"a"}, {hour}, {1})}}, name, {now});
  };
  EXPECT_FALSE(push("x", 0).again);
  EXPECT_TRUE(push("x", 7 * day).again);
  EXPECT_FALSE(push("y", 7 * day).again);
  EXPECT_FALSE(push("x", 7 * day + 1).again);
  EXPECT_EQ(push("", 0).events, 1u);
  EXPECT_EQ(store.views()[0].events, 4u);
  EXPECT_EQ(store.views()[0].keys, 1u);
  EXPECT_EQ(error_of([&] {
              store.push({{99, landings({"a"}, {hour}, {1})}}, "z", {0});
            }).id(),
            "features.not_online");
  EXPECT_FALSE(push("z", 0).again);
}

TEST_F(OnlineStores, find_the_definition_that_covers) {
  OnlineStore store(file_, OnlineStore::Mode::write);
  const Columns none = landings({}, {}, {});
  const auto first = store.materialize(airport(), reads, none, version(), {0}).view;
  View other = airport();
  other.columns[1].definition.window_us = 2 * hour;
  other.columns[1].text = "mean(delay) over 2h";
  EXPECT_TRUE(covers(airport(), other, {"flights"}));
  EXPECT_FALSE(covers(airport(), other, {}));
  EXPECT_FALSE(covers(airport(), other, {"delay"}));
  EXPECT_FALSE(covers(airport(), other, {"flights", "gone"}));
  const Error changed = error_of([&] { store.find(other, {}); });
  EXPECT_EQ(changed.id(), "features.changed");
  EXPECT_EQ(changed.code(), Code::conflict);
  EXPECT_EQ(changed.message(),
            "the online store has another view 'airport': column delay is `mean(delay) over 1h` there, `mean("
            "delay) over 2h` is wanted");
  const auto second = store.materialize(other, reads, none, version(), {0}).view;
  EXPECT_EQ(store.find(airport(), {}).id, first.id);
  EXPECT_EQ(store.find(airport(), {"flights"}).id, second.id);
  EXPECT_EQ(store.views().front().id, second.id);
  store.materialize(airport(), reads, none, version(), {0});  // and back
  EXPECT_EQ(store.views().front().id, first.id);
  EXPECT_EQ(store.find(airport(), {"flights"}).id, first.id);
  View elsewhere = airport();
  elsewhere.name = "airprot";
  const Error unknown = error_of([&] { store.find(elsewhere, {}); });
  EXPECT_EQ(unknown.id(), "features.not_online");
  EXPECT_EQ(unknown.hint(), "similar views are there: `airport`");
  OnlineImage image(file_);
  const auto live = image.view(airport(), {});
  EXPECT_EQ(store.drop_unless([&](const OnlineView& one) { return one.id == second.id; }), 1u);
  EXPECT_EQ(store.views().size(), 1u);
  EXPECT_FALSE(image.refresh());
  const auto again = store.materialize(airport(), reads, landings({"a"}, {day}, {1}), version(), {0}).view;
  EXPECT_NE(again.id, first.id);
  EXPECT_TRUE(image.refresh());
  EXPECT_EQ(live->events(), 1u);
  store.push({{again.id, landings({"a"}, {2 * day}, {1})}}, "", {0});
  EXPECT_TRUE(image.refresh());
  EXPECT_EQ(live->events(), 2u);
}

TEST_F(OnlineStores, keep_every_value_to_the_last_bit) {
  const View view = view_of({KeyKind::integer, KeyKind::text}, true, {});
  Facts facts(view, 5, 1000, 4);
  const Columns events = columns_of(view, facts.facts(3000, 0, 1000));
  OnlineStore store(file_, OnlineStore::Mode::write);
  const auto made = store.materialize(view, {}, events, version(), {0}).view;
  std::vector<Columns> there;
  std::string wanted;
  for (std::size_t row = 0; row < events.rows(); ++row) {
    bool exists = true;
    for (std::size_t i = 0; i < 4; ++i) exists = exists && events.column(i).valid(row);
    if (!exists) continue;
    for (std::size_t i = 0; i < events.width(); ++i) wanted += said(cell(events.column(i), row)) + " ";
    wanted += '\n';
  }
  EXPECT_EQ(dumped(store.events_of(made)), wanted);
}

TEST_F(OnlineStores, keep_keys_beyond_BIGINT) {
  View view = airport();
  view.key[0].kind = KeyKind::integer;
  const auto keys = [](const Cells<Int128>& values) {
    return ColumnsOf()
        .add("key0", {.kind = Kind::decimal, .precision = 38}, values, "HUGEINT")
        .add("at", {.kind = Kind::timestamp}, Cells<std::int64_t>(values.size(), hour), "TIMESTAMP")
        .numbers("input0", Cells<double>(values.size(), 1))
        .build();
  };
  OnlineStore store(file_, OnlineStore::Mode::write);
  const auto made =
      store
          .materialize(view, {}, keys({{{7, 0}}, {{7, 1}}, {{UINT64_MAX, 0}}, {{UINT64_MAX, -1}}}), version(),
                       {0})
          .view;
  EXPECT_EQ(made.keys, 4u);
  EXPECT_EQ(dumped(store.events_of(made)),
            fmt::format("0:7 {0} {1} \n1:7 {0} {1} \n0:{2} {0} {1} \n-1:{2} {0} {1} \n", hour, said(real(1)),
                        UINT64_MAX));
  OnlineImage image(file_);
  const auto live = image.view(view, {});
  KeyBytes bytes(1);
  Found found;
  bytes.integer(-1);
  live->look_up(bytes.bytes(), hour, all_columns(view), found);
  EXPECT_EQ(found.values[0].integer, 1);
}

/// What ought to be true after versions and pushes, said plainly.
struct Truth {
  std::vector<Fact> version = {};
  std::vector<Fact> pushed = {};

  static std::string text_of(const View& view, const Fact& fact) { return dumped(columns_of(view, {fact})); }
  static bool exists(const View& view, const Fact& fact) {
    return fact.key && fact.at && (view.known.empty() || fact.known);
  }
  std::uint64_t take(const View& view, const std::vector<Fact>& next) {
    std::multiset<std::string> there;
    for (const Fact& fact : next) {
      if (exists(view, fact)) there.insert(text_of(view, fact));
    }
    std::vector<Fact> stay;
    for (const Fact& fact : pushed) {
      const auto found = there.find(text_of(view, fact));
      if (found == there.end()) stay.push_back(fact);
      else there.erase(found);
    }
    const std::uint64_t superseded = pushed.size() - stay.size();
    version = next;
    pushed = stay;
    return superseded;
  }
  std::vector<Fact> all() const {
    std::vector<Fact> out = version;
    out.insert(out.end(), pushed.begin(), pushed.end());
    return out;
  }
};

/// A table that grows, of which versions are taken over, and rows of it that are pushed before or after.
struct Life {
  View view;
  Facts facts;
  Truth truth = {};
  std::vector<Fact> table = {};

  Columns grow(int step) {
    const auto more = facts.facts(40, step * 60, 90);
    table.insert(table.end(), more.begin(), more.end());
    return columns_of(view, table);
  }
  Columns next_push(int step) {
    std::vector<Fact> some = facts.facts(15, step * 60, 90);
    for (int i = 0; i < 5 && !table.empty(); ++i)
      some.push_back(table[static_cast<std::size_t>(facts.below(static_cast<std::int64_t>(table.size())))]);
    for (const Fact& fact : some) {
      if (Truth::exists(view, fact)) truth.pushed.push_back(fact);
      if (facts.one_in(2)) table.push_back(fact);
    }
    return columns_of(view, some);
  }
};

/// So that much of the past is forgotten.
View short_view(const Keys& keys, bool known, std::optional<std::int64_t> ttl) {
  View view = view_of(keys, known, ttl, hour / 8);
  std::erase_if(view.columns,
                [](const ViewColumn& column) { return column.definition.window_us > 300 * hour / 8; });
  return view;
}

TEST_F(OnlineStores, answer_as_a_join_with_the_version_and_the_pushes_that_it_has_not) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const auto ttl = seed % 2 == 0 ? std::optional(20 * hour) : std::nullopt;
    const Keys keys = seed % 4 < 2 ? Keys{KeyKind::text} : Keys{KeyKind::integer, KeyKind::text};
    const View view = short_view(keys, seed % 3 != 0, ttl);
    Life life{.view = view, .facts = Facts(view, seed, 800, 3, hour / 8)};
    life.view.name = fmt::format("v{}", seed);
    OnlineStore store(file_, OnlineStore::Mode::write);
    auto made = store.materialize(life.view, {}, columns_of(life.view, {}), version(), {}).view;
    OnlineImage image(file_);
    const auto live = image.view(life.view, {});
    for (int step = 0; step < 12; ++step) {
      const Columns grown = life.grow(step);
      if (life.facts.one_in(3)) {
        const auto next = store.materialize(life.view, {}, grown, version(), {40 * day});
        // Some of what the version has was forgotten as a push long ago.
        EXPECT_LE(next.superseded, life.truth.take(life.view, life.table));
      } else {
        store.push({{made.id, life.next_push(step)}}, "", {});
      }
      EXPECT_TRUE(image.refresh());
      const auto all = life.truth.all();
      const auto questions = life.facts.questions(150, live->complete_from());
      expect_equal(*live, all, columns_of(life.view, all), questions, 10);
      OnlineImage fresh(file_);
      EXPECT_EQ(fresh.view(life.view, {})->events(), live->events());
      if (testing::Test::HasFatalFailure()) FAIL() << "seed " << seed << ", step " << step;
    }
    made = store.find(life.view, {});
    EXPECT_EQ(made.events, live->events());
    EXPECT_EQ(made.keys, live->keys());
    EXPECT_EQ(made.events, store.events_of(made).rows());
    EXPECT_GT(made.complete_from_us, 0);
  }
}

}  // namespace
}  // namespace mlops::feature::test
