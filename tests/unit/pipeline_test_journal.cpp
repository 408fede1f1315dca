/// Journals that are killed, torn, full, and grown.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <mlops/base/crc.hpp>
#include <mlops/base/error.hpp>
#include <mlops/pipeline/due.hpp>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "error_of.hpp"
#include "faults.hpp"

namespace mlops::pipeline {
namespace {

using Event = Entry::Event;

Entry tick_entry(Event event, Outcome outcome = Outcome::done) {
  return {.event = event, .time = {1}, .due = {1}, .outcome = outcome};
}

class JournalFiles : public testing::Test {
 protected:
  JournalFiles() {
    char name[] = "/tmp/mlops-journal-XXXXXX";
    root_ = ::mkdtemp(name);
  }
  ~JournalFiles() override { std::filesystem::remove_all(root_); }

  std::filesystem::path folder() const { return root_ / "schedules"; }
  std::filesystem::path file() const { return folder() / "x.jsonl"; }
  std::filesystem::path older() const { return folder() / "x.1.jsonl"; }
  Journal journal() const { return {folder(), "x"}; }
  std::string text() const {
    std::ostringstream out;
    out << std::ifstream(file(), std::ios::binary).rdbuf();
    return out.str();
  }
  void put(const std::string& text) const { std::ofstream(file(), std::ios::binary) << text; }

 private:
  std::filesystem::path root_;
};

constexpr std::int64_t hour_us = 3600 * 1'000'000LL;

Entry begun(std::int64_t number, std::uint64_t attempt = 1) {
  return {.event = Event::begun,
          .time = {number * hour_us + 1},
          .due = {number * hour_us},
          .attempt = attempt,
          .who = "ana"};
}

Entry ended(std::int64_t number, Outcome outcome, std::string why = {}) {
  return {.event = Event::ended,
          .time = {number * hour_us + 2'128'000},
          .due = {number * hour_us},
          .missed = 3,
          .outcome = outcome,
          .exit_code = outcome == Outcome::rejected ? 3 : 0,
          .why = std::move(why),
          .who = "ana",
          .wall_s = 2.25,
          .facts = {{"steps", json::Array{json::Object{{"address", "data/x"}}}}, {"n", 1}}};
}

TEST_F(JournalFiles, EntriesAreReadAsTheyWereWritten) {
  EXPECT_TRUE(journal().entries().empty());
  EXPECT_FALSE(std::filesystem::exists(folder())) << "to look makes nothing";
  std::vector<Entry> all = {{.event = Event::armed, .time = {1}, .who = "ana"}, begun(1, 2)};
  for (const Outcome outcome : {Outcome::done, Outcome::fresh, Outcome::skipped, Outcome::rejected,
                                Outcome::failed, Outcome::late, Outcome::lost})
    all.push_back(ended(2, outcome, "it said \"no\"\n{ü}"));
  all.push_back({.event = Event::paused, .time = {3}, .why = "holidays"});
  all.push_back({.event = Event::resumed, .time = {4}});
  for (const Entry& one : all) journal().append(one);
  EXPECT_EQ(journal().entries(), all);
}

TEST_F(JournalFiles, ALineIsJsonClosedByTheCrcOfAllBeforeIt) {
  journal().append(begun(1));
  const std::string body =
      R"({"time": "1970-01-01T01:00:00.000001Z", "event": "begun", "due": "1970-01-01T01:00:00Z", )"
      R"("attempt": 1, "missed": 0, "who": "ana")";
  char crc[32];
  std::snprintf(crc, sizeof crc, ", \"crc\": \"%08x\"}\n", crc32c(body));
  EXPECT_EQ(text(), body + crc);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
}

TEST_F(JournalFiles, ATornLineIsCutByTheNextWriter) {
  journal().append(begun(1));
  const std::string whole = text();
  journal().append(ended(1, Outcome::done));
  const std::string both = text();
  for (std::size_t size = whole.size(); size < both.size(); ++size) {
    put(both.substr(0, size));
    ASSERT_EQ(journal().entries(), std::vector{begun(1)}) << size;
    journal().append(ended(1, Outcome::failed));
    ASSERT_EQ(journal().entries(), (std::vector{begun(1), ended(1, Outcome::failed)})) << size;
  }
}

TEST_F(JournalFiles, DamagedLinesAreLeftOut) {
  for (int i = 1; i <= 3; ++i) journal().append(begun(i));
  std::string damaged = text();
  const std::size_t second = damaged.find('\n') + 1;
  for (std::size_t i = second; i < damaged.find('\n', second); i += 3) {
    std::string one = damaged;
    one[i] = static_cast<char>(one[i] ^ 1);
    put(one);
    ASSERT_EQ(journal().entries(), (std::vector{begun(1), begun(3)})) << i;
  }
}

TEST_F(JournalFiles, AFullDiskLosesNothingThatWasThere) {
  for (int calls = 1;; ++calls) {
    std::filesystem::remove_all(folder());
    journal().append(begun(1));
    bool struck = false;
    {
      const test::Arm arm(test::Fault::since, calls, ENOSPC);
      try {
        journal().append(ended(1, Outcome::done));
      } catch (const Error& fault) {
        EXPECT_EQ(fault.code(), Code::busy) << fault.message();
      }
      struck = arm.struck();
    }
    if (!struck) {
      EXPECT_GT(calls, 2);
      break;
    }
    const auto seen = journal().entries();
    ASSERT_FALSE(seen.empty());
    ASSERT_EQ(seen.front(), begun(1));
    journal().append(begun(2));
    ASSERT_EQ(journal().entries().back(), begun(2));
  }
}

/// `calls`-th call that changes the disk is not made: the process is gone. The number that said so.
bool dies(const Journal& journal, int calls, test::Fault fault) {
  const pid_t child = ::fork();
  if (child == 0) {
    const test::Arm arm(fault, calls);
    Journal(journal).append(ended(7, Outcome::done));
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status);
}

TEST_F(JournalFiles, AKilledWriterLosesNothingThatWasThere) {
  for (const auto fault : {test::Fault::die, test::Fault::tear}) {
    for (int calls = 1; calls < 100; ++calls) {
      std::filesystem::remove_all(folder());
      journal().append(begun(7));
      if (!dies(journal(), calls, fault)) break;
      ASSERT_EQ(journal().entries().front(), begun(7));
      journal().append(begun(8));
      ASSERT_EQ(journal().entries().back(), begun(8));
      ASSERT_GE(journal().entries().size(), 2u);
    }
  }
}

/// So long that the next line begins a new file.
std::vector<Entry> fill(Journal journal, std::uintmax_t bytes, const std::filesystem::path& file) {
  std::vector<Entry> out;
  const auto add = [&](Entry entry) {
    journal.append(entry);
    out.push_back(std::move(entry));
  };
  add({.event = Event::paused, .time = {1}, .why = "long ago"});
  add(begun(1));
  add(ended(1, Outcome::done));
  for (int i = 2; std::filesystem::file_size(file) < bytes; ++i) {
    add(begun(i));
    add(ended(i, i % 2 == 0 ? Outcome::failed : Outcome::skipped, std::string(3000, 'w')));
  }
  return out;
}

TEST_F(JournalFiles, ANewFileBeginsWithWhatTheStateNeeds) {
  std::vector<Entry> all = fill(journal(), 128'000, file());
  for (int round = 0; round < 3; ++round) {
    journal().append(begun(1000 + round));
    all.push_back(begun(1000 + round));
    EXPECT_LT(std::filesystem::file_size(file()), 100'000u);
    const auto kept = journal().entries();
    ASSERT_GE(kept.size(), 20u);
    EXPECT_TRUE(std::equal(kept.rbegin(), kept.rbegin() + 20, all.rbegin()));
    const State was = state_of(all);
    const State now = state_of(kept);
    EXPECT_TRUE(now.paused);
    EXPECT_EQ(now.last_good, was.last_good);
    EXPECT_EQ(now.last, was.last);
    EXPECT_EQ(now.open, was.open);
    EXPECT_EQ(now.seen_to, was.seen_to);
    for (int i = 0; std::filesystem::file_size(file()) < 128'000; ++i) {
      all.push_back(ended(2000 + 100 * round + i, Outcome::skipped, std::string(3000, 'w')));
      journal().append(all.back());
    }
  }
}

TEST_F(JournalFiles, KilledBetweenTwoFilesNothingIsLostOrThereTwice) {
  const std::vector<Entry> all = fill(journal(), 128'000, file());
  const std::string full = text();
  int killed = 0;
  for (int calls = 1; calls < 100; ++calls) {
    std::filesystem::remove_all(folder());
    std::filesystem::create_directories(folder());
    put(full);
    if (!dies(journal(), calls, test::Fault::die)) break;
    ++killed;
    auto seen = journal().entries();
    if (seen.back() == ended(7, Outcome::done)) seen.pop_back();
    ASSERT_EQ(seen, all) << calls;
    journal().append(begun(100'000));
    ASSERT_EQ(journal().entries().back(), begun(100'000));
  }
  EXPECT_GT(killed, 6);
}

TEST_F(JournalFiles, WritersTakeTurnsAlsoWhereAFileIsFull) {
  const std::size_t before = fill(journal(), 127'000, file()).size();
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([this, writer] {
      for (int i = 0; i < 25; ++i) journal().append(begun(10'000 + 100 * writer + i));
    });
  }
  for (std::thread& one : writers) one.join();
  EXPECT_TRUE(std::filesystem::exists(older()));
  EXPECT_EQ(journal().entries().size(), before + 100);
}

/// The journal of these, the line at `place` unreadable but for its beginning.
std::string with_damage(std::string text, std::size_t place) {
  std::size_t at = 0;
  for (; place > 0; --place) at = text.find('\n', at) + 1;
  text.replace(text.find("\"crc\"", at), 5, "\"crk\"");
  return text;
}

TEST_F(JournalFiles, DamageIsNewsUntilItCannotMatter) {
  struct {
    std::vector<Entry> entries;
    std::size_t damaged;
    std::uint64_t wanted;
  } const cases[] = {
      {{tick_entry(Event::begun), tick_entry(Event::ended)}, 1, 1},
      {{tick_entry(Event::begun), tick_entry(Event::ended), tick_entry(Event::ended, Outcome::failed)}, 0, 0},
      {{tick_entry(Event::begun), tick_entry(Event::ended, Outcome::failed)}, 0, 1},
      {{tick_entry(Event::paused), tick_entry(Event::ended)}, 0, 1},
      {{tick_entry(Event::paused), tick_entry(Event::ended), tick_entry(Event::resumed)}, 0, 0},
  };
  for (const auto& one : cases) {
    std::filesystem::remove_all(folder());
    for (const Entry& entry : one.entries) journal().append(entry);
    EXPECT_EQ(journal().damaged(), 0u);
    put(with_damage(text(), one.damaged));
    EXPECT_EQ(journal().damaged(), one.wanted) << text();
  }
}

}  // namespace
}  // namespace mlops::pipeline
