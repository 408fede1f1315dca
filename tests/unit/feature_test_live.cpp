// Look-ups in memory against the join and against loops over every event.
#include <mlops/base/error.hpp>
#include <mlops/feature/live.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "error_of.hpp"
#include "feature_facts.hpp"

namespace mlops::feature::test {
namespace {

using mlops::test::error_of;

const std::vector<Keys> kinds_of_keys = {
    {KeyKind::text},
    {KeyKind::integer},
    {},
    {KeyKind::text, KeyKind::text},
    {KeyKind::integer, KeyKind::text, KeyKind::boolean},
    {KeyKind::date, KeyKind::timestamp},
};

/// All that is true so far, and where it is looked up.
struct Followed {
  Facts facts;
  LiveView live;
  std::vector<Fact> known = {};
  std::vector<Columns> batches = {};

  void add(std::vector<Fact> more) {
    batches.push_back(columns_of(live.view(), more));
    live.add(batches.back());
    known.insert(known.end(), more.begin(), more.end());
  }
};

TEST(LiveView, begins_with_nothing) {
  const View view = view_of({KeyKind::text}, false, {});
  const LiveView live(view, 0);
  Found found;
  live.look_up("a", 5, all_columns(view), found);
  EXPECT_EQ(said(found.values[0]), "0");
  EXPECT_EQ(said(found.values[2]), "null");
  EXPECT_FALSE(found.newest_us);
  const Error early = error_of([&] { live.look_up("a", -1, all_columns(view), found); });
  EXPECT_EQ(early.id(), "features.forgotten");
  EXPECT_EQ(early.code(), Code::usage);
}

TEST(LiveView, gives_what_the_join_and_loops_over_every_event_give) {
  std::size_t asked = 0;
  for (std::uint64_t seed = 0; seed < 48; ++seed) {
    const bool known = seed % 3 != 0;
    const auto ttl = seed % 2 == 0 ? std::optional<std::int64_t>(25) : std::nullopt;
    const View view = view_of(kinds_of_keys[seed % kinds_of_keys.size()], known, ttl);
    Followed all{.facts = Facts(view, seed, 600, 3), .live = LiveView(view, -100)};
    for (int batch = 0; batch < 6; ++batch) {
      // In the order of time with some that come late, or in any order.
      all.add(all.facts.facts(30, seed % 4 == 0 ? 0 : batch * 100, seed % 4 == 0 ? 600 : 130));
      if (batch == 3 && seed % 2 == 1) all.live.forget_before(all.facts.below(500));
      const auto questions = all.facts.questions(400, all.live.complete_from());
      expect_equal(all.live, all.known, concatenate(all.batches), questions, 10);
      if (testing::Test::HasFatalFailure()) FAIL() << "seed " << seed << ", batch " << batch;
      asked += questions.size();
    }
  }
  EXPECT_GE(asked, 100'000u);
}

/// Many blocks of one key, and several levels of their summaries.
TEST(LiveView, does_not_differ_where_a_key_has_many_events) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const View view = view_of({}, seed % 2 == 1, {});
    Followed all{.facts = Facts(view, seed, 2000, 1), .live = LiveView(view, -100)};
    for (int batch = 0; batch < 4; ++batch) {
      all.add(all.facts.facts(2000, seed < 2 ? batch * 400 : 0, seed < 2 ? 500 : 2000));
      if (batch == 2) all.live.forget_before(400);
      expect_equal(all.live, all.known, concatenate(all.batches),
                   all.facts.questions(100, all.live.complete_from()), 20);
      if (testing::Test::HasFatalFailure()) FAIL() << "seed " << seed << ", batch " << batch;
    }
  }
}

TEST(LiveView, forgets_what_nobody_can_ask_for) {
  const View view = view_of({KeyKind::text}, false, {});
  Followed all{.facts = Facts(view, 1, 100'000, 40), .live = LiveView(view, 0)};
  all.add(all.facts.facts(5000, 0, 100'000));
  all.live.forget_before(99'000);
  EXPECT_LE(all.live.events(), 5000u * 3 / 100);
  EXPECT_EQ(all.live.keys(), 40u);
  EXPECT_EQ(all.live.complete_from(), 99'000);
  all.live.forget_before(50'000);
  EXPECT_EQ(all.live.complete_from(), 99'000);
}

/// What readers on other threads may ask while the writer goes on: questions whose past is complete.
struct Watched {
  View view = view_of({KeyKind::text}, false, 25);
  Facts facts{view, 7, 8'000, 5};
  std::vector<Question> questions = facts.questions(3000, 0);
  std::atomic<std::int64_t> complete_to = -1;
  std::atomic<std::int64_t> forgotten_to = 0;
  std::atomic<std::uint64_t> answers = 0;
  std::atomic<std::uint64_t> wrong = 0;
  std::atomic<bool> ends = false;

  void ask(const LiveView& live, const Columns& offline, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto columns = all_columns(view);
    KeyBytes bytes(1);
    Found found;
    while (!ends) {
      const std::size_t row = random() % questions.size();
      const Question& question = questions[row];
      if (question.time > complete_to) continue;
      try {
        live.look_up(bytes_of(view, question.key, bytes), question.time, columns, found);
      } catch (const Error&) {
        if (question.time >= forgotten_to) ++wrong;
        continue;
      }
      for (std::size_t i = 0; i < columns.size(); ++i)
        wrong += !same(cell(offline.column(i), row), found.values[i]);
      ++answers;
    }
  }
};

TEST(LiveView, answers_threads_while_one_writes) {
  Watched watched;
  std::vector<std::vector<Fact>> batches;
  for (std::int64_t at = 0; at < 8'000; at += 100) {
    batches.push_back(watched.facts.facts(60, at, 100));
    for (Fact& fact : batches.back()) fact.x = fact.x && std::isfinite(*fact.x) ? fact.x : std::nullopt;
  }
  std::vector<Columns> parts;
  for (const auto& batch : batches) parts.push_back(columns_of(watched.view, batch));
  const Columns offline = joined(watched.view, concatenate(parts), watched.questions);
  LiveView live(watched.view, 0);
  std::vector<std::thread> readers;
  for (std::uint64_t seed = 0; seed < 3; ++seed)
    readers.emplace_back([&, seed] { watched.ask(live, offline, seed); });
  for (std::size_t i = 0; i < parts.size(); ++i) {
    live.add(parts[i]);
    watched.complete_to = static_cast<std::int64_t>(i) * 100 + 99;
    if (i % 20 == 5) {
      watched.forgotten_to = watched.complete_to - 2000;
      live.forget_before(watched.forgotten_to);
    }
    if (i % 20 == 10) {
      LiveView fresh(watched.view, live.complete_from());
      for (std::size_t part = 0; part <= i; ++part) fresh.add(parts[part]);
      live.take(std::move(fresh));
    }
    const std::uint64_t before = watched.answers;
    while (watched.answers < before + 5) std::this_thread::yield();
  }
  watched.ends = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(watched.wrong, 0u);
  EXPECT_GE(watched.answers, 400u);
}

TEST(LiveView, refuses_sums_beyond_BIGINT) {
  const View view = view_of({}, false, {});
  LiveView live(view, 0);
  const Fact great{.key = std::vector<Part>(), .at = 1, .n = INT64_MAX};
  live.add(columns_of(view, {great, great}));
  Found found;
  const std::vector<std::size_t> sum = {4};
  const std::vector<std::size_t> mean = {5};
  EXPECT_EQ(error_of([&] { live.look_up("", 2, sum, found); }).code(), Code::usage);
  live.look_up("", 2, mean, found);
  EXPECT_EQ(found.values[0].real, static_cast<double>(INT64_MAX));
  live.look_up("", 2000, sum, found);
  EXPECT_EQ(said(found.values[0]), "null");
}

}  // namespace
}  // namespace mlops::feature::test
