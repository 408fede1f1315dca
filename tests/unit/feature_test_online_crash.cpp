// The online store under several processes, kills, full disks, and files that are not what they ought to be.
#include <mlops/base/error.hpp>
#include <mlops/db/database.hpp>
#include <mlops/feature/online.hpp>
#include <mlops/fs/temporary.hpp>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <fstream>
#include <thread>

#include "error_of.hpp"
#include "faults.hpp"
#include "feature_facts.hpp"

namespace mlops::feature::test {
namespace {

using mlops::test::Arm;
using mlops::test::error_of;
using mlops::test::Fault;

constexpr std::int64_t hour_us = 3'600'000'000;
const View counted = [] {
  View view{.name = "v", .key = {{"k", "k", KeyKind::text}}, .from = "t", .at = "at"};
  view.inputs = {{"CAST((n) AS BIGINT)", "BIGINT"}};
  view.columns = {
      {.name = "sum",
       .text = "sum(n) over 1000h",
       .definition = {.aggregate = Aggregate::sum, .expression = "n", .window_us = 1000 * hour_us},
       .input = 0,
       .type = "BIGINT"}};
  return view;
}();

/// Of one key, with these numbers.
Columns numbered(std::int64_t first, std::int64_t count) {
  Cells<std::int64_t> numbers;
  for (std::int64_t i = 0; i < count; ++i) numbers.push_back(first + i);
  return ColumnsOf()
      .texts("key0", Cells<std::string>(numbers.size(), "a"))
      .add("at", {.kind = Kind::timestamp}, Cells<std::int64_t>(numbers.size(), hour_us), "TIMESTAMP")
      .integers("input0", numbers)
      .build();
}

class OnlineStoresLive : public testing::Test {
 protected:
  fs::TemporaryFolder folder_{std::filesystem::temp_directory_path()};
  std::filesystem::path file_ = folder_.path() / "online.db";
  std::int64_t id_ = 0;

  void SetUp() override {
    OnlineStore store(file_, OnlineStore::Mode::write);
    id_ = store.materialize(counted, {}, numbered(0, 0), {}, {hour_us}).view.id;
  }
  std::vector<std::int64_t> numbers() {
    OnlineStore store(file_, OnlineStore::Mode::read);
    const Columns events = store.events_of(store.find(counted, {}));
    const auto values = events.column(2).values<std::int64_t>();
    std::vector<std::int64_t> out(values.begin(), values.end());
    std::sort(out.begin(), out.end());
    return out;
  }
};

std::vector<std::int64_t> up_to(std::int64_t end) {
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < end; ++i) out.push_back(i);
  return out;
}

/// Another process; what it throws, it fails with.
template <typename Work>
pid_t process(Work work) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    work();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    ::_exit(1);
  }
  ::_exit(0);
}

int status_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST_F(OnlineStoresLive, lose_nothing_and_take_nothing_twice_from_processes_at_once) {
  std::vector<pid_t> children;
  for (std::int64_t part = 0; part < 3; ++part) {
    children.push_back(process([&] {
      OnlineStore store(file_, OnlineStore::Mode::write);
      for (std::int64_t i = 0; i < 40; ++i) {
        const std::int64_t number = part * 40 + i;
        for (int again = 0; again < 2; ++again)
          store.push({{id_, numbered(number, 1)}}, std::to_string(number), {hour_us});
      }
    }));
  }
  children.push_back(process([&] {
    OnlineStore store(file_, OnlineStore::Mode::write);
    for (std::uint8_t i = 1; i <= 20; ++i) {
      // The version has a growing part of what is pushed, now or later: those are in both for a while.
      store.materialize(counted, {}, numbered(0, i), {.bytes = {i}}, {hour_us});
    }
  }));
  OnlineImage image(file_);
  const auto live = image.view(counted, {});
  std::uint64_t refreshed = 0;
  for (const pid_t child : children) {
    while (::waitpid(child, nullptr, WNOHANG) == 0) refreshed += image.refresh();
  }
  image.refresh();
  OnlineStore store(file_, OnlineStore::Mode::write);
  store.materialize(counted, {}, numbered(0, 120), {.bytes = {99}}, {hour_us});
  EXPECT_EQ(numbers(), up_to(120));
  EXPECT_EQ(store.views()[0].pushed, 0u);
  EXPECT_TRUE(image.refresh());
  EXPECT_EQ(live->events(), 120u);
  EXPECT_GT(refreshed, 0u);
}

TEST_F(OnlineStoresLive, have_what_was_acknowledged_when_they_are_killed_at_any_moment) {
  std::mt19937_64 random(1);
  std::int64_t acknowledged = 0;
  for (int round = 0; round < 12; ++round) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const std::int64_t first = acknowledged;
    const pid_t child = process([&] {
      OnlineStore store(file_, OnlineStore::Mode::write);
      for (std::int64_t i = first;; ++i) {
        store.push({{id_, numbered(i, 1)}}, std::to_string(i), {hour_us});
        if (::write(pipe[1], "x", 1) != 1) ::_exit(1);
        if (i % 5 == 4)
          store.materialize(counted, {}, numbered(0, i), {.bytes = {static_cast<std::uint8_t>(i)}},
                            {hour_us});
      }
    });
    ::close(pipe[1]);
    char byte = 0;
    const auto answers = static_cast<int>(random() % 12);
    for (int i = 0; i < answers && ::read(pipe[0], &byte, 1) == 1; ++i) ++acknowledged;
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
    ::kill(child, SIGKILL);
    status_of(child);
    while (::read(pipe[0], &byte, 1) == 1) ++acknowledged;
    ::close(pipe[0]);
    // One more may be there, that nobody was told of; sent again under its id it is not taken twice.
    OnlineStore store(file_, OnlineStore::Mode::write);
    store.push({{id_, numbered(acknowledged, 1)}}, std::to_string(acknowledged), {hour_us});
    ++acknowledged;
    ASSERT_EQ(numbers(), up_to(acknowledged)) << "round " << round;
  }
}

/// One push and one version, at every call that changes the disk.
TEST_F(OnlineStoresLive, are_whole_wherever_a_process_dies) {
  std::int64_t pushed = 0;
  for (int call = 1;; ++call) {
    const std::int64_t next = pushed;
    const pid_t child = process([&] {
      OnlineStore store(file_, OnlineStore::Mode::write);
      const Arm arm(call % 2 == 0 ? Fault::die : Fault::tear, call);
      store.push({{id_, numbered(next, 1)}}, std::to_string(next), {hour_us});
      store.materialize(counted, {}, numbered(0, next), {.bytes = {static_cast<std::uint8_t>(call), 1}},
                        {hour_us});
      if (arm.struck()) ::_exit(2);
    });
    const int status = status_of(child);
    OnlineStore(file_, OnlineStore::Mode::write)
        .push({{id_, numbered(next, 1)}}, std::to_string(next), {hour_us});
    ++pushed;
    ASSERT_EQ(numbers(), up_to(pushed)) << "call " << call;
    if (status == 0) break;
    ASSERT_TRUE(WIFSIGNALED(status)) << "call " << call;
    ASSERT_LT(call, 200);
  }
}

TEST_F(OnlineStoresLive, say_that_the_disk_is_full_and_take_nothing) {
  int busy = 0;
  bool struck = true;
  for (int call = 1; struck; ++call) {
    const auto before = numbers();
    bool taken = false;
    {
      OnlineStore store(file_, OnlineStore::Mode::write);
      const Arm arm(Fault::since, call, ENOSPC);
      try {
        taken = store.push({{id_, numbered(call, 1)}}, "", {hour_us}).events == 1;
      } catch (const Error& e) {
        // SQLite tells of an fsync that fails as of any other fault of the disk.
        EXPECT_TRUE(e.code() == Code::busy || e.code() == Code::failed) << e.message();
        busy += e.code() == Code::busy;
      }
      struck = arm.struck();
    }
    EXPECT_EQ(numbers().size(), before.size() + taken) << "call " << call;
  }
  EXPECT_GT(busy, 0);
}

TEST_F(OnlineStoresLive, say_what_is_wrong_with_a_file) {
  const auto opened = [&](OnlineStore::Mode mode) {
    return error_of([&] { OnlineStore(file_, mode).views(); });
  };
  { db::Database(file_, db::Database::Mode::write).execute("PRAGMA user_version = 9"); }
  EXPECT_EQ(opened(OnlineStore::Mode::read).code(), Code::usage);
  EXPECT_EQ(opened(OnlineStore::Mode::write).hint(), "use the newer program that wrote it");
  {
    db::Database database(file_, db::Database::Mode::write);
    database.execute("PRAGMA user_version = 1; UPDATE views SET definition = '{}'");
  }
  EXPECT_EQ(opened(OnlineStore::Mode::read).code(), Code::corrupt);
  EXPECT_EQ(error_of([&] { OnlineImage(file_).view(counted, {}); }).code(), Code::corrupt);
  std::ofstream(file_) << std::string(8192, 'x');
  EXPECT_EQ(opened(OnlineStore::Mode::read).code(), Code::corrupt);
  EXPECT_EQ(opened(OnlineStore::Mode::write).code(), Code::corrupt);
  std::filesystem::remove(file_);
  std::filesystem::remove(file_.string() + "-wal");
  std::filesystem::remove(file_.string() + "-shm");
  EXPECT_EQ(opened(OnlineStore::Mode::read).id(), "features.not_online");
  EXPECT_FALSE(std::filesystem::exists(file_));
  { const db::Database made(file_, db::Database::Mode::write); }
  EXPECT_EQ(opened(OnlineStore::Mode::read).id(), "features.not_online");
}

TEST_F(OnlineStoresLive, are_refused_on_a_network) {
  mlops::test::plan.filesystem = 0x6969;  // NFS_SUPER_MAGIC
  const Error refused = error_of([&] { OnlineStore(file_, OnlineStore::Mode::write); });
  const Error unread = error_of([&] { const OnlineImage image(file_); });
  mlops::test::plan.filesystem = 0;
  EXPECT_EQ(refused.id(), "features.network");
  EXPECT_EQ(unread.id(), "features.network");
}

TEST_F(OnlineStoresLive, images_outlive_their_file_and_follow_the_next_one) {
  const auto fill = [&](std::int64_t count) {
    OnlineStore store(file_, OnlineStore::Mode::write);
    store.materialize(counted, {}, numbered(0, count), {.bytes = {static_cast<std::uint8_t>(count)}},
                      {hour_us});
  };
  fill(3);
  OnlineImage image(file_);
  const auto live = image.view(counted, {});
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file_.string() + suffix);
  EXPECT_FALSE(image.refresh());
  EXPECT_EQ(live->events(), 3u);
  std::ofstream(file_) << std::string(8192, 'x');
  EXPECT_EQ(error_of([&] { image.refresh(); }).code(), Code::corrupt);
  std::filesystem::remove(file_);
  EXPECT_FALSE(image.refresh()) << "what was open stays open";
  EXPECT_EQ(image.view(counted, {}), live);
  EXPECT_EQ(live->events(), 3u);
  fill(5);
  EXPECT_TRUE(image.refresh());
  EXPECT_FALSE(image.refresh());
  EXPECT_EQ(live->events(), 5u);
  EXPECT_EQ(image.view(counted, {}), live);
  OnlineStore(file_, OnlineStore::Mode::write).drop_unless([](const OnlineView&) { return false; });
  EXPECT_FALSE(image.refresh());
  EXPECT_EQ(live->events(), 5u);
}

}  // namespace
}  // namespace mlops::feature::test
