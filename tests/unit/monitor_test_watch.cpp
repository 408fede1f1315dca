/// Windows of a log, against what the same rows say when they are counted by hand.
#include <mlops/base/error.hpp>

#include "monitor_test_watch.hpp"

#include <sys/stat.h>

#include <cmath>
#include <limits>
#include <random>

namespace mlops::monitor {
namespace {

using mlops::test::Cells;
using mlops::test::ColumnsOf;

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t day_us = 24 * 60 * minute_us;

Time at(const std::string& text) { return *Time::parse(text); }

// ---- windows
// ----------------------------------------------------------------------------------------------

TEST(Windows, TheNewestIsTheLastThatIsOver) {
  const Window day = newest_window(at("2026-11-21T14:33:58Z"), day_us);
  EXPECT_EQ(day.from.text() + " " + day.to.text(), "2026-11-20T00:00:00Z 2026-11-21T00:00:00Z");
  const Window sharp = newest_window(at("2026-11-21T00:00:00Z"), day_us);
  EXPECT_EQ(sharp.to.text(), "2026-11-21T00:00:00Z");
  const Window before_1970 = newest_window(at("1969-12-31T23:59:59Z"), day_us);
  EXPECT_EQ(before_1970.to.text(), "1969-12-31T00:00:00Z");
}

TEST_F(WatchTest, WindowsAreThoseInWhichSomethingWasAnswered) {
  const model::Version version = add(of_age());
  const Time begin = clock_.now();
  const std::vector<std::int64_t> pauses = {4 * 60, 3 * 3600, 0};
  for (std::size_t i = 0; i < pauses.size(); ++i) {
    PredictionLog log(options(), clock_);
    answer(log, version, ages({1}), fmt::format("r{}", i));
    ASSERT_TRUE(log.finish(patience_));
    clock_.turn(pauses[i]);
  }
  std::vector<std::string> seen;
  for (const Window& one : windows_of(folder_, "churn", {clock_.now().us + 5 * minute_us}, 5 * minute_us))
    seen.push_back(one.from.text());
  EXPECT_EQ(seen, (std::vector<std::string>{"2026-11-18T11:05:00Z", "2026-11-18T11:10:00Z",
                                            "2026-11-18T14:10:00Z"}));
  EXPECT_EQ(windows_of(folder_, "churn", clock_.now(), 5 * minute_us).size(), 2u) << "the last is not over";
  EXPECT_EQ(windows_of(folder_, "churn", {begin.us + day_us}, day_us).size(), 1u);
  EXPECT_TRUE(windows_of(folder_, "other", clock_.now(), day_us).empty());
}

TEST_F(WatchTest, WindowsOfAFileWhoseEndsAreLongOrNotOursAreFound) {
  add(of_age());
  const std::filesystem::path folder = folder_ / "churn";
  std::filesystem::create_directories(folder);
  const auto line = [](const std::string& time, std::size_t length) {
    return "{\"schema\":\"mlops.prediction/1\",\"time\":\"" + time + "\",\"x\":\"" +
           std::string(length, 'x') + "\"}\n";
  };
  std::ofstream(folder / "20261118T100000Z-ffffffff-0001.jsonl")
      << line("2026-11-18T10:00:00Z", 1) << line("2026-11-18T10:01:00Z", 100'000);
  std::ofstream(folder / "20261117T100000Z-ffffffff-0001.jsonl")
      << line("2026-11-17T10:00:00Z", 1) << "nothing of ours\n";
  EXPECT_EQ(windows_of(folder_, "churn", at("2026-11-20T00:00:00Z"), day_us).size(), 2u);
  EXPECT_EQ(windows_of(folder_, "churn", at("2026-11-20T00:00:00Z"), minute_us).size(), 3u);
}

TEST_F(WatchTest, MomentsAreAsideWhereAllColumnsAreAsked) {
  const predict::Package package =
      prior({{.name = "x", .type = "DOUBLE"},
             {.name = "day", .type = "DATE", .encoding = Encoding::date},
             {.name = "at", .type = "TIMESTAMP", .encoding = Encoding::timestamp}});
  const Type stamp = {.kind = Kind::timestamp, .unit = TimeUnit::us};
  const auto rows = [&](std::int64_t day) {
    const std::int64_t us = day * day_us;
    return ColumnsOf()
        .numbers("x", {1, 2, 3})
        .dates("day", {static_cast<std::int32_t>(day), static_cast<std::int32_t>(day), {}})
        .add<std::int64_t>("at", stamp, Cells<std::int64_t>{us, us + 1, {}}, "TIMESTAMP")
        .build();
  };
  const model::Version version = add(package, rows(20'000));
  {
    PredictionLog log(options(), clock_);
    answer(log, version, rows(20'700), "r");
  }
  const Watch seen = watched(request({"psi(*) < 0.1", "drift(*) < 0.1", "ks(*) < 0.1",
                                      "psi(day) > 1 and drift(at) > 0.5 and ks(at) > 0.5"}));
  for (const WatchResult& one : seen.results) EXPECT_FALSE(one.fails()) << one.assertion << one.verdict.seen;
  ASSERT_EQ(seen.columns.size(), 5u);
  EXPECT_FALSE(seen.columns[0].moves_on());
  EXPECT_TRUE(seen.columns[1].moves_on() && seen.columns[2].moves_on());
}

// ---- rows of the window as a table
// ----------------------------------------------------------------------------------------------

TEST_F(WatchTest, CountsWhatWasAnswered) {
  const model::Version first = add(of_age(), ages({1, 2, 3}));
  const model::Version second = add(prior({{.name = "age", .type = "BIGINT"}}), ages({1, 2, 3}));
  {
    PredictionLog log(options(), clock_);
    answer(log, first, ages({1, 2}), "a");
    clock_.turn(1);
    answer(log, second, ages({3, 4, 5}), "b");
  }
  const Watch seen = watched(request({"rows = 5", "count(age) = 3", "max(age) = 5", "prediction = 0"}));
  EXPECT_EQ(seen.rows, 5u);
  EXPECT_EQ(seen.requests, 2u);
  EXPECT_EQ(seen.torn, 0u);
  EXPECT_EQ(seen.version, "churn@v2");
  EXPECT_EQ(seen.versions,
            (std::vector<std::pair<std::string, std::uint64_t>>{{"churn@v1", 2}, {"churn@v2", 3}}));
  EXPECT_FALSE(seen.fails()) << seen.summary();
  EXPECT_EQ(seen.summary(), "4 assertions hold");
}

TEST_F(WatchTest, TheTableHasWhatTheModelSawToTheLastBit) {
  const predict::Package package =
      prior({{.name = "whole", .type = "BIGINT", .nullable = true},
             {.name = "mixed", .type = "BIGINT"},
             {.name = "real", .type = "DOUBLE", .nullable = true},
             {.name = "single", .type = "FLOAT"},
             {.name = "flag", .type = "BOOLEAN", .encoding = Encoding::flag},
             {.name = "city", .type = "VARCHAR", .encoding = Encoding::category, .categories = {"Lima"}},
             {.name = "code", .type = "BIGINT", .encoding = Encoding::category, .categories = {"7"}},
             {.name = "day", .type = "DATE", .encoding = Encoding::date},
             {.name = "at", .type = "TIMESTAMP", .encoding = Encoding::timestamp},
             {.name = "clock", .type = "TIME", .encoding = Encoding::time}});
  const model::Version version = add(package);
  const Type stamp = {.kind = Kind::timestamp, .unit = TimeUnit::us};
  const Type time = {.kind = Kind::time, .unit = TimeUnit::us};
  const Columns rows =
      ColumnsOf()
          .numbers("whole", {9'007'199'254'740'994.0, -41, {}})
          .numbers("mixed", {1, 2.5, 3})
          .numbers("real", {0.1 + 0.2, -0.0, {}})
          .numbers("single", {0.1, 1, 2})
          .flags("flag", {true, false, {}})
          .texts("city", {"a\"b,\n\\", "", {}})
          .integers("code", {9'007'199'254'740'993, 7, {}})
          .dates("day", {-1, 11503, {}})
          .add<std::int64_t>("at", stamp, Cells<std::int64_t>{993'904'496'789'013, -1, {}}, "TIMESTAMP")
          .add<std::int64_t>("clock", time, Cells<std::int64_t>{45'296'000'001, 0, {}}, "TIME")
          .build();
  {
    PredictionLog log(options(), clock_);
    answer(log, version, rows, "r");
  }
  for (const std::string& seen : judged({"whole in {9007199254740994, -41}",
                                         "null(whole) = 1/3",
                                         "mixed in {1, 2.5, 3}",
                                         "share(real = 0) = 50%",
                                         "max(real) > 0.3 and max(real) < 0.3000000000000001",
                                         "null(flag) = 1/3",
                                         "share(flag) = 50%",
                                         "share(city = '') = 50%",
                                         "null(city) = 1/3",
                                         "match(city, /^a\"b,\\n\\\\$/) = 50%",
                                         "distinct(code) = 2",
                                         "code in {9007199254740993, 7}",
                                         "not code in {9007199254740992}",

                                         "min(day) = '1969-12-31'",
                                         "max(at) = '2001-06-30T12:34:56.789013'",
                                         "min(at) = '1969-12-31T23:59:59.999999'",
                                         "null(clock) = 1/3",
                                         "request = 'r'",
                                         "max(row) = 3",
                                         "model = 'churn@v1'",
                                         "min(time) = '2026-11-18T11:06:40.123456'",
                                         "probability = 0.25"}))
    EXPECT_TRUE(seen.starts_with("pass")) << seen;
}

TEST_F(WatchTest, AnInputWinsOverAColumnOfOurs) {
  const model::Version version =
      add(prior({{.name = "Time", .type = "BIGINT"}, {.name = "row", .type = "BIGINT"}}));
  {
    PredictionLog log(options(), clock_);
    answer(log, version, ColumnsOf().integers("Time", {5}).integers("row", {6}).build(), "r");
  }
  EXPECT_EQ(judged("Time = 5 and row = 6 and request = 'r'"), "pass: the one row; the one row; the one row");
}

// ---- beside training
// ----------------------------------------------------------------------------------------------

std::vector<stats::NumberCount> counted(const std::vector<double>& values) {
  std::map<double, std::uint64_t> counts;
  for (const double value : values) ++counts[value];
  std::vector<stats::NumberCount> out;
  for (const auto& [value, count] : counts) out.push_back({value, count});
  return out;
}

TEST_F(WatchTest, ShiftsAreThoseOfTheFullCounts) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> before(0, 1), after(0.5, 2);
  std::vector<double> trained, served;
  Cells<double> trained_cells, served_cells;
  Cells<std::string> trained_city, served_city;
  const std::vector<std::string> cities = {"Lima", "Quito", "La Paz"};
  for (int i = 0; i < 5000; ++i) {
    trained.push_back(before(random));
    trained_cells.push_back(trained.back());
    trained_city.push_back(i % 50 == 0 ? std::optional<std::string>() : cities[i % 2]);
  }
  for (int i = 0; i < 3000; ++i) {
    served.push_back(after(random));
    served_cells.push_back(served.back());
    served_city.push_back(cities[i % 3]);
  }
  const auto rows = [](Cells<double> numbers, Cells<std::string> texts) {
    return ColumnsOf().numbers("x", numbers).texts("city", texts).build();
  };
  const model::Version version = add(prior({{.name = "x", .type = "DOUBLE"},
                                            {.name = "city",
                                             .type = "VARCHAR",
                                             .encoding = Encoding::category,
                                             .categories = {"Lima", "Quito"}}}),
                                     rows(trained_cells, trained_city));
  {
    PredictionLog log(options(), clock_);
    for (int i = 0; i < 3; ++i) {
      const auto part = [&](const auto& all) {
        return std::decay_t<decltype(all)>(all.begin() + i * 1000, all.begin() + (i + 1) * 1000);
      };
      answer(log, version, rows(part(served_cells), part(served_city)), fmt::format("r{}", i));
    }
  }
  const Watch seen =
      watched(request({"psi(x) < 0.05", "drift(city) < 0.9", "psi(*) < 10", "psi(probability) = 0"}));
  ASSERT_EQ(seen.columns.size(), 4u);
  const auto r = counted(trained), c = counted(served);
  const stats::Bins bins = stats::bins_of_numbers(r, trained.size());
  const auto a = stats::counts_in(bins, r, 0), b = stats::counts_in(bins, c, 0);
  EXPECT_EQ(seen.columns[0].shift.psi, stats::psi(a, b));
  EXPECT_EQ(seen.columns[0].shift.drift, stats::jensen_shannon(a, b));
  EXPECT_NE(seen.columns[0].shift.ks, std::nullopt);
  EXPECT_EQ(seen.columns[1].name, "city");
  const std::vector<std::uint64_t> before_city = {2400, 2500, 0, 100}, after_city = {1000, 1000, 1000, 0};
  EXPECT_EQ(seen.columns[1].reference.counts, before_city);
  EXPECT_EQ(seen.columns[1].shift.counts, after_city);
  EXPECT_EQ(seen.columns[1].shift.psi, stats::psi(before_city, after_city));
  std::vector<std::string> outcomes;
  for (const WatchResult& one : seen.results) outcomes.emplace_back(expect::name_of(one.verdict.outcome));
  EXPECT_EQ(outcomes, (std::vector<std::string>{"fail", "pass", "pass", "pass"}));
}

TEST_F(WatchTest, WithoutABaselineEverythingElseIsThere) {
  const model::Version version = add(of_age());
  {
    PredictionLog log(options(), clock_);
    answer(log, version, ages({1, 2}), "a");
  }
  EXPECT_EQ(
      judged({"psi(age) < 0.1", "psi(*) < 0.1", "max(age) = 2"}),
      (std::vector<std::string>{"skip: churn@v1 has no baseline of its training",
                                "skip: churn@v1 has no baseline of its training", "pass: max(age) = 2"}));
}

TEST_F(WatchTest, AWindowWithoutAnswersSaysSo) {
  add(of_age(), ages({1, 2, 3}));
  const Watch seen = watched(request({"rows = 0", "age > 0", "psi(age) < 0.1", "auc > 0.5"}));
  EXPECT_EQ(seen.note, "nothing was answered");
  EXPECT_EQ(seen.version, "");
  std::vector<std::string> results;
  for (const WatchResult& one : seen.results)
    results.push_back(fmt::format("{}: {}", expect::name_of(one.verdict.outcome), one.verdict.seen));
  EXPECT_EQ(results, (std::vector<std::string>{"pass: rows = 0", "skip: nothing was answered",
                                               "skip: nothing was answered", "skip: no truth is declared"}));
}

// ---- files that change while they are read
// ----------------------------------------------------------------------------------------------

TEST_F(WatchTest, WhatAKillLeftIsCountedAndNothingElseIsLost) {
  const model::Version version = add(of_age(), ages({1, 2, 3}));
  {
    PredictionLog log(options(), clock_);
    answer(log, version, ages({1, 2, 3}), "a");
  }
  const std::vector<std::string> whole = lines();
  const std::filesystem::path first = segments(folder_, "churn").front().path;
  for (const std::size_t cut : {std::size_t{1}, std::size_t{20}, whole[0].size() / 2, whole[0].size() - 1}) {
    const std::filesystem::path other = folder_ / "churn" / "20261118T110641Z-ffffffff-0001.jsonl";
    std::ofstream(other) << whole[0] << '\n' << whole[1].substr(0, cut);
    const Watch seen = watched(request({"rows = 4"}));
    EXPECT_EQ(seen.rows, 4u) << cut;
    EXPECT_EQ(seen.torn, 1u) << cut;
    EXPECT_FALSE(seen.fails()) << seen.results[0].verdict.seen;
  }
  std::ofstream(first, std::ios::app)
      << "{\"schema\":\"mlops.prediction/1\",\"time\":\"2026-11-18T11:07:00Z\"}\n"
      << "nothing of ours\n";
  EXPECT_EQ(watched(request()).torn, 3u);
}

TEST_F(WatchTest, WhatIsNoFileIsLeftAlone) {
  const model::Version version = add(of_age(), ages({1, 2, 3}));
  {
    PredictionLog log(options(), clock_);
    answer(log, version, ages({1, 2, 3}), "a");
  }
  std::filesystem::create_directory(folder_ / "churn" / "20261118T110641Z-ffffffff-0001.jsonl");
  ASSERT_EQ(mkfifo((folder_ / "churn" / "20261118T110641Z-ffffffff-0002.jsonl").c_str(), 0600), 0);
  EXPECT_EQ(segments(folder_, "churn").size(), 1u);
  EXPECT_EQ(watched(request()).rows, 3u);
}

TEST_F(WatchTest, FilesMayComeAndGoMeanwhile) {
  const model::Version version = add(of_age(), ages({1, 2, 3}));
  {
    PredictionLog log(options(), clock_);
    answer(log, version, ages({1, 2, 3}), "a");
  }
  const std::string line = lines().front();
  std::atomic<bool> over = false;
  std::thread others([&] {
    for (int round = 0; !over; ++round) {
      const auto file = folder_ / "churn" / fmt::format("20261118T110641Z-0000000{}-0001.jsonl", round % 5);
      std::ofstream(file) << line << '\n';
      std::filesystem::remove(folder_ / "churn" /
                              fmt::format("20261118T110641Z-0000000{}-0001.jsonl", (round + 2) % 5));
    }
  });
  for (int i = 0; i < 5; ++i) {
    EXPECT_NO_THROW({
      const Watch seen = watched(request({"rows >= 3"}));
      EXPECT_FALSE(seen.fails());
      windows_of(folder_, "churn", clock_.now(), minute_us);
    });
  }
  over = true;
  others.join();
}

// ---- what is kept
// ----------------------------------------------------------------------------------------------

TEST_F(WatchTest, AWatchIsKeptOnceAndFoundAgain) {
  const model::Version version = add(of_age(), ages({1, 2, 3}));
  {
    PredictionLog log(options(), clock_);
    answer(log, version, ages({2, 3, 9}), "a");
  }
  const WatchRequest wanted = request({"psi(age) < 0.1", "rows = 3"});
  const Watch seen = watched(wanted);
  keep(store_, seen, "me");
  clock_.turn(60);
  Watch again = watched(wanted);
  EXPECT_EQ(again.time.us, seen.time.us + 60'000'000);
  keep(store_, again, "me");
  EXPECT_EQ(store_.references().history({"watches", "churn"}).size(), 1u) << "it says the same";
  WatchRequest before = wanted;
  before.window = {{wanted.window.from.us - day_us}, {wanted.window.to.us - day_us}};
  keep(store_, watched(before), "me");
  again.rows = 4;
  keep(store_, again, "me");
  const std::vector<Watch> found = watches(store_, "churn");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].rows, 0u);
  EXPECT_EQ(found[1].rows, 4u);
  EXPECT_EQ(to_record(found[1]), to_record(again));
  EXPECT_EQ(found[1].columns[0].shift.counts, seen.columns[0].shift.counts);
  EXPECT_EQ(found[1].results, again.results);
  EXPECT_EQ(watches(store_, "churn", 1).size(), 1u);
  EXPECT_TRUE(watches(store_, "other").empty());
}

TEST_F(WatchTest, SeveralMayKeepAtOnce) {
  add(of_age(), ages({1, 2, 3}));
  const Watch seen = watched(request({"rows = 0"}));
  const auto keep_many = [&](std::int64_t first) {
    store::Store store(dir_ / ".mlops", store::Store::Mode::open);
    for (std::int64_t i = 0; i < 20; ++i) {
      Watch one = seen;
      one.window = {{(first + i) * day_us}, {(first + i + 1) * day_us}};
      EXPECT_NO_THROW(keep(store, one, "me"));
    }
  };
  std::thread other([&] { keep_many(100); });
  keep_many(0);
  other.join();
  EXPECT_EQ(watches(store_, "churn").size(), 40u);
}

TEST_F(WatchTest, WindowsOfAnotherLengthAreNotBesideTheNewest) {
  add(of_age(), ages({1, 2, 3}));
  Watch seen = watched(request({"rows = 0"}));
  seen.window = {{700 * day_us + 23 * hour_us}, {701 * day_us}};
  keep(store_, seen, "me");
  seen.window = {{693 * day_us}, {700 * day_us}};
  keep(store_, seen, "me");
  const std::vector<Watch> found = watches(store_, "churn");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].window, seen.window) << "a week, though an hour of it is younger";
}

TEST_F(WatchTest, OnlyTheWindowsThatAreAskedForAreRead) {
  add(of_age(), ages({1, 2, 3}));
  Watch seen = watched(request({"rows = 0"}));
  keep(store_, seen, "me");
  const Digest first = store_.references().find({"watches", "churn"})->digest;
  for (const int hours : {2, 4}) {
    Watch one = seen;
    one.window = {{seen.window.from.us + hours * hour_us}, {seen.window.to.us + hours * hour_us}};
    keep(store_, one, "me");
  }
  std::filesystem::remove(store_.objects().file(first));
  EXPECT_THROW(watches(store_, "churn"), Error);
  EXPECT_EQ(watches(store_, "churn", 2).size(), 2u);
  const auto newest = watches(store_, "churn", 1, Time{seen.window.to.us + 2 * hour_us});
  ASSERT_EQ(newest.size(), 1u);
  EXPECT_EQ(newest[0].window.from.us, seen.window.from.us + 2 * hour_us);
  EXPECT_NO_THROW(keep(store_, newest[0], "me")) << "old records are not looked at";
}

TEST_F(WatchTest, ABaselineIsReadAsItWasWritten) {
  const Columns rows = ColumnsOf()
                           .numbers("x", {0.1, -0.0, 1e300, {}, std::numeric_limits<double>::infinity()})
                           .texts("city", {"Li\"ma", "", "Li\"ma", {}, "ñ"})
                           .flags("flag", {true, false, {}, true, true})
                           .build();
  const predict::Signature asked =
      prior({{.name = "x", .type = "DOUBLE"},
             {.name = "city", .type = "VARCHAR", .encoding = Encoding::category},
             {.name = "flag", .type = "BOOLEAN", .encoding = Encoding::flag},
             {.name = "city", .type = "VARCHAR", .encoding = Encoding::category, .pii = true}})
          .signature;
  const std::vector<std::uint32_t> train = {0, 1, 2, 3, 4};
  const Baseline made = BaselineMaker(rows, train).make(asked, std::vector<double>{0.25, 0.75, std::nan("")});
  ASSERT_EQ(made.inputs.size(), 3u) << "no personal data";
  EXPECT_EQ(made.inputs[0].reference.nulls, 2u) << "what the model takes as null";
  EXPECT_EQ(made.inputs[1].reference.bins.texts, (std::vector<std::string>{"", "Li\"ma", "ñ"}));
  EXPECT_EQ(made.inputs[2].reference.counts, (std::vector<std::uint64_t>{1, 3, 0, 1}));
  EXPECT_EQ(made.answers[1].reference.nulls, 1u);
  const std::string text = baseline_json(made);
  EXPECT_EQ(baseline_json(baseline_from(text)), text);
  EXPECT_THROW(baseline_from("{}"), Error);
  EXPECT_THROW(baseline_from(R"({"mlops_baseline":2,"inputs":[],"answers":[]})"), Error);
  EXPECT_THROW(baseline_from(R"({"mlops_baseline":1,"inputs":[{"name":"x"}],"answers":[]})"), Error);
}

}  // namespace
}  // namespace mlops::monitor
