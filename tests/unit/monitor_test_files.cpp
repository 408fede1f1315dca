/// Segments: when one begins, what is kept of them, and what happens where they cannot be written.
#include "faults.hpp"
#include "monitor_test.hpp"

#include <set>

namespace mlops::monitor {
namespace {

class FilesTest : public MonitorTest {
 protected:
  const score::Scorer scorer_{of_age(), {}, engines_};

  /// Hands a row over and waits until it is written or dropped.
  void log_row(PredictionLog& log, Lane& lane, std::int64_t age) {
    const LogFigures before = log.figures();
    ASSERT_TRUE(put(log, lane, scorer_, ages({age})));
    ASSERT_TRUE(eventually([&] {
      const LogFigures now = log.figures();
      return now.rows + now.unwritten > before.rows + before.unwritten;
    }));
  }
  std::vector<std::int64_t> logged() const {
    std::vector<std::int64_t> out;
    for (const json::Value& row : rows()) out.push_back(row["inputs"]["age"].int_or(-1));
    return out;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const Segment& one : segments(folder_, "churn")) out.push_back(one.path.filename().string());
    return out;
  }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(folder_ / "churn");
    std::ofstream(folder_ / "churn" / name) << text;
  }
};

TEST_F(FilesTest, EveryThreadsRowsAreThereWhenTheLogEnds) {
  constexpr int threads = 4;
  constexpr int each = 2000;
  {
    PredictionLog log(options(), clock_);
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i) {
      all.emplace_back([&, &lane = log.lane(), i] {
        for (int n = 0; n < each; ++n) EXPECT_TRUE(put(log, lane, scorer_, ages({i * each + n})));
      });
    }
    for (std::thread& one : all) one.join();
    EXPECT_TRUE(log.finish(patience_));
    EXPECT_EQ(log.figures().rows, threads * each);
    EXPECT_EQ(log.figures().behind + log.figures().unwritten, 0u);
    std::uint64_t bytes = 0;
    for (const Segment& one : segments(folder_, "churn")) bytes += one.bytes;
    EXPECT_EQ(log.figures().bytes, bytes);
  }
  const auto seen = logged();
  EXPECT_EQ(seen.size(), threads * each);
  EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), threads * each);
}

TEST_F(FilesTest, WhatIsHandedOverIsWrittenSoonAndNotOnlyAtTheEnd) {
  PredictionLog log(options(), clock_);
  ASSERT_TRUE(put(log, log.lane(), scorer_, ages({1})));
  EXPECT_TRUE(eventually([&] { return logged() == std::vector<std::int64_t>{1}; }));
}

TEST_F(FilesTest, AFileBeginsEachHourAndWhenOneIsFull) {
  LogOptions small = options();
  small.segment_bytes = 400;  // a line has some 300
  PredictionLog log(small, clock_);
  Lane& lane = log.lane();
  log_row(log, lane, 1);
  log_row(log, lane, 2);
  EXPECT_EQ(names().size(), 1u);
  log_row(log, lane, 3);
  EXPECT_EQ(names().size(), 2u) << "the first is full";
  clock_.turn(3600);
  log_row(log, lane, 4);
  ASSERT_EQ(names().size(), 3u) << "another hour";
  EXPECT_EQ(names()[0].substr(0, 17), "20261118T110640Z-");
  EXPECT_EQ(names()[2].substr(0, 17), "20261118T120640Z-");
  EXPECT_EQ(logged(), (std::vector<std::int64_t>{1, 2, 3, 4})) << "in the order of their names";
  EXPECT_EQ(segments(folder_, "churn")[2].begun.text(), "2026-11-18T12:06:40Z");
}

TEST_F(FilesTest, TwoProcessesShareNoFile) {
  PredictionLog one(options(), clock_);
  PredictionLog other(options(), clock_);
  log_row(one, one.lane(), 1);
  log_row(other, other.lane(), 2);
  EXPECT_EQ(names().size(), 2u);
  auto seen = logged();
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (std::vector<std::int64_t>{1, 2}));
}

TEST_F(FilesTest, OthersThanTheOwnerMayNotReadIt) {
  PredictionLog log(options(), clock_);
  log_row(log, log.lane(), 1);
  const auto rights = std::filesystem::status(segments(folder_, "churn").at(0).path).permissions();
  EXPECT_EQ(rights & std::filesystem::perms::others_all, std::filesystem::perms::none);
}

TEST_F(FilesTest, ATornLineIsSkippedAndCounted) {
  write("20261118T110640Z-0a1b2c3d-0001.jsonl", "{\"row\":1}\n{\"row\":2}\n{\"ro");
  write("20261118T120640Z-0a1b2c3d-0002.jsonl", "");
  write("notes.txt", "not ours\n");
  write("20261118T110640Z.jsonl", "nor this\n");
  const auto all = segments(folder_, "churn");
  ASSERT_EQ(all.size(), 2u);
  std::vector<std::string> seen;
  const Lines lines = read(all[0], [&](std::string_view line) { seen.emplace_back(line); });
  EXPECT_EQ(seen, (std::vector<std::string>{"{\"row\":1}", "{\"row\":2}"}));
  EXPECT_EQ(lines.whole, 2u);
  EXPECT_EQ(lines.torn, 1u);
  EXPECT_EQ(read(all[1], [](std::string_view) { FAIL(); }).torn, 0u);
  EXPECT_TRUE(segments(folder_, "nobody").empty());
}

TEST_F(FilesTest, LinesAreWholeAcrossThePortionsThatAreRead) {
  std::string text;
  for (int i = 0; i < 50'000; ++i)
    text += fmt::format("{{\"row\":{},\"x\":\"{}\"}}\n", i, std::string(i % 90, 'x'));
  write("20261118T110640Z-0a1b2c3d-0001.jsonl", text);
  std::string back;
  const auto all = segments(folder_, "churn");
  EXPECT_EQ(read(all.at(0), [&](std::string_view line) { (back += line) += '\n'; }).whole, 50'000u);
  EXPECT_EQ(back, text);
}

TEST_F(FilesTest, WhatIsOlderThanWantedGoes) {
  write("20261018T100000Z-0a1b2c3d-0001.jsonl", "old\n");
  write("20261019T110000Z-0a1b2c3d-0001.jsonl", "of 30 days and six minutes\n");
  write("20261117T110000Z-0a1b2c3d-0001.jsonl", "young\n");
  PredictionLog log(options(), clock_);
  log_row(log, log.lane(), 1);
  EXPECT_EQ(names().size(), 3u) << "its last line may be an hour younger than its first";
  EXPECT_EQ(names()[0], "20261019T110000Z-0a1b2c3d-0001.jsonl");
}

TEST_F(FilesTest, AStoppedClockTellsTheTimeOfAnswersAndNamesTheirFile) {
  const FixedClock june(*Time::parse("2001-06-30T12:00:00.5Z"));
  PredictionLog log(options(), june, clock_);
  log_row(log, log.lane(), 1);
  clock_.turn(7200);
  log_row(log, log.lane(), 2);
  ASSERT_EQ(names().size(), 1u) << "its hour never ends";
  EXPECT_EQ(names()[0].substr(0, 17), "20010630T120000Z-");
  for (const json::Value& row : rows()) EXPECT_EQ(row["time"].text_or(""), "2001-06-30T12:00:00.500Z");
}

TEST_F(FilesTest, NothingIsForgottenBeforeItIsOldByBothClocks) {
  write("20010520T100000Z-0a1b2c3d-0001.jsonl", "old in June\n");
  write("20010605T100000Z-0a1b2c3d-0001.jsonl", "young in June\n");
  write("20261117T110000Z-0a1b2c3d-0001.jsonl", "young in fact\n");
  const FixedClock june(*Time::parse("2001-06-30T12:00:00Z"));
  {
    PredictionLog log(options(), june, clock_);
    log_row(log, log.lane(), 1);
  }
  EXPECT_EQ(names().size(), 3u) << "with the one that was written";
  EXPECT_EQ(names()[0].substr(0, 8), "20010605");
  const FixedClock far(*Time::parse("2099-01-01"));
  {
    PredictionLog log(options(), far, clock_);
    log_row(log, log.lane(), 2);
  }
  EXPECT_EQ(names().size(), 2u) << "what is old in fact is gone, what is young is not";
  EXPECT_EQ(names()[0].substr(0, 8), "20261117");
}

TEST_F(FilesTest, WhatIsMoreThanWantedGoesTheOldestFirst) {
  for (int day = 10; day < 18; ++day)
    write(fmt::format("202611{}T100000Z-0a1b2c3d-0001.jsonl", day), std::string(1000, 'x'));
  PredictionLog log(options(1, {.bytes = 4000}), clock_);
  log_row(log, log.lane(), 1);
  std::uint64_t bytes = 0;
  for (const Segment& one : segments(folder_, "churn")) bytes += one.bytes;
  EXPECT_LE(bytes, 4000u);
  ASSERT_EQ(names().size(), 4u);
  EXPECT_EQ(names()[0].substr(0, 8), "20261115") << "and there is room for what is written next";
}

TEST_F(FilesTest, ALogNeverGrowsBeyondWhatIsKept) {
  PredictionLog log(options(1, {.bytes = 20'000}), clock_);
  Lane& lane = log.lane();
  for (std::int64_t i = 0; i < 60; ++i) {
    log_row(log, lane, i);
    put(log, lane, scorer_, ages({i, i, i, i, i}));
  }
  ASSERT_TRUE(log.finish(patience_));
  std::uint64_t bytes = 0;
  for (const Segment& one : segments(folder_, "churn")) bytes += one.bytes;
  EXPECT_GT(log.figures().bytes, 60'000u);
  EXPECT_LE(bytes, 22'000u) << "the last file may be beyond its part by what came at once";
  EXPECT_EQ(logged().back(), 59);
}

TEST_F(FilesTest, AFolderThatWasTakenAwayIsMadeAgain) {
  PredictionLog log(options(), clock_);
  Lane& lane = log.lane();
  log_row(log, lane, 1);
  std::filesystem::remove_all(dir_);
  log_row(log, lane, 2);
  EXPECT_EQ(logged(), std::vector<std::int64_t>{2});
  std::filesystem::rename(folder_, dir_ / "elsewhere");
  log_row(log, lane, 3);
  EXPECT_EQ(logged(), std::vector<std::int64_t>{3}) << "not into what was moved away";
}

TEST_F(FilesTest, OnAFullDiskRowsAreDroppedAndCountedUntilThereIsRoom) {
  LogOptions quick = options();
  quick.retry = std::chrono::milliseconds(20);
  PredictionLog log(quick, clock_);
  Lane& lane = log.lane();
  log_row(log, lane, 1);
  EXPECT_EQ(log.news(), std::nullopt);
  {
    const test::Arm full(test::Fault::since, 1, ENOSPC);
    log_row(log, lane, 2);
    EXPECT_TRUE(eventually([&] { return log.figures().failing; }));
    const auto told = log.news();
    ASSERT_TRUE(told);
    EXPECT_NE(told->find("predictions are not logged, requests are answered on"), std::string::npos) << *told;
    EXPECT_NE(told->find("no space left"), std::string::npos) << *told;
    log_row(log, lane, 3);
    EXPECT_EQ(log.news(), std::nullopt) << "once is enough";
  }
  EXPECT_EQ(log.figures().unwritten, 2u);
  ASSERT_TRUE(eventually([&] {
    put(log, lane, scorer_, ages({4}));
    return !log.figures().failing;
  }));
  std::optional<std::string> told;
  EXPECT_TRUE(eventually([&] { return (told = log.news()).has_value(); }));
  EXPECT_NE(told.value_or("").find("predictions are logged again; "), std::string::npos) << told.value_or("");
  ASSERT_TRUE(log.finish(patience_));
  const auto seen = logged();
  EXPECT_EQ(seen.front(), 1);
  EXPECT_EQ(seen.back(), 4);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 2), 0);
  EXPECT_EQ(log.figures().rows, seen.size());
}

TEST_F(FilesTest, AWriteThatFailsLeavesNoPartOfALine) {
  const std::filesystem::path held = folder_ / "churn";
  LogOptions quick = options();
  quick.retry = std::chrono::milliseconds(0);
  PredictionLog log(quick, clock_);
  Lane& lane = log.lane();
  log_row(log, lane, 1);
  // The file system takes half of it and says that it is full: as far as the log knows nothing is there.
  const auto file = segments(folder_, "churn").at(0);
  {
    const test::Arm full(test::Fault::once, 1, ENOSPC);
    log_row(log, lane, 2);
  }
  log_row(log, lane, 3);
  EXPECT_EQ(read(file, [](std::string_view) {}).torn, 0u);
  EXPECT_EQ(logged(), (std::vector<std::int64_t>{1, 3}));
}

TEST_F(FilesTest, AFileInPlaceOfTheFolderStopsNobody) {
  std::ofstream(folder_.string()) << "in the way";
  LogOptions quick = options();
  quick.retry = std::chrono::milliseconds(20);
  PredictionLog log(quick, clock_);
  Lane& lane = log.lane();
  log_row(log, lane, 1);
  EXPECT_TRUE(eventually([&] { return log.figures().failing; }));
  EXPECT_EQ(log.figures().unwritten, 1u);
  std::filesystem::remove(folder_);
  ASSERT_TRUE(eventually([&] {
    put(log, lane, scorer_, ages({2}));
    return log.figures().rows > 0;
  }));
}

TEST_F(FilesTest, WhereTheWriterDoesNotKeepUpRequestsAreDroppedWhole) {
  LogOptions slow = options();
  slow.interval = std::chrono::hours(1);
  slow.buffered_bytes = 1;
  PredictionLog log(slow, clock_);
  Lane& lane = log.lane();
  const Columns rows = ages(std::vector<std::int64_t>(1000, 7));
  std::uint64_t taken = 0;
  while (put(log, lane, scorer_, rows)) ++taken;
  EXPECT_GT(taken, 100u) << "4 MB are there for each thread";
  EXPECT_LT(taken, 1000u);
  EXPECT_EQ(log.figures().behind, 1000u);
  EXPECT_NE(log.news().value_or("").find("the disk does not keep up"), std::string::npos);
  ASSERT_TRUE(log.finish(patience_));
  EXPECT_EQ(log.figures().rows, taken * 1000);
}

}  // namespace
}  // namespace mlops::monitor
