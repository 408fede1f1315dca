#include <mlops/base/error.hpp>
#include <mlops/pipeline/work.hpp>
#include <mlops/pipeline/zoned.hpp>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

namespace mlops::pipeline {
namespace {

class PipelineWork : public testing::Test {
 protected:
  PipelineWork() {
    char name[] = "/tmp/mlops-work-XXXXXX";
    folder_ = ::mkdtemp(name);
    lock_ = folder_ / "schedules/nightly.lock";
  }
  ~PipelineWork() override { std::filesystem::remove_all(folder_); }

  /// Another process that has the work until it is told to end.
  int start_worker() {
    const int child = ::fork();
    if (child == 0) {
      const auto work = Work::take(lock_, 10'000'000);
      for (;;) ::pause();
    }
    while (!is_at_work(lock_)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return child;
  }

  std::filesystem::path folder_;
  std::filesystem::path lock_;
};

TEST_F(PipelineWork, one_has_it_until_it_ends) {
  EXPECT_FALSE(is_at_work(lock_));
  EXPECT_FALSE(std::filesystem::exists(lock_));
  {
    const auto work = Work::take(lock_);
    ASSERT_TRUE(work);
    EXPECT_FALSE(Work::take(lock_));
    EXPECT_TRUE(is_at_work(lock_));
    EXPECT_EQ(worker(lock_), ::getpid());
  }
  EXPECT_FALSE(is_at_work(lock_));
  EXPECT_EQ(worker(lock_), std::nullopt);
  EXPECT_TRUE(Work::take(lock_));
}

TEST_F(PipelineWork, who_waits_gets_it_when_the_other_is_killed_and_only_then) {
  const int other = start_worker();
  EXPECT_FALSE(Work::take(lock_, 20'000));
  ::kill(other, SIGKILL);
  EXPECT_TRUE(Work::take(lock_, 10'000'000));
  ::waitpid(other, nullptr, 0);
}

TEST_F(PipelineWork, who_works_is_asked_to_end) {
  const int other = start_worker();
  while (worker(lock_) != other) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(ask_to_end(lock_));
  int status = 0;
  ::waitpid(other, &status, 0);
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
  EXPECT_FALSE(ask_to_end(lock_));
}

TEST_F(PipelineWork, a_number_that_another_process_has_now_is_not_believed) {
  const auto work = Work::take(lock_);
  std::ofstream(lock_) << ::getppid() << "\n";
  EXPECT_EQ(worker(lock_), std::nullopt);
  EXPECT_FALSE(ask_to_end(lock_));
  std::ofstream(lock_) << "nonsense\n";
  EXPECT_FALSE(ask_to_end(lock_));
  std::ofstream(lock_) << "-1\n";
  EXPECT_FALSE(ask_to_end(lock_));
}

TEST(PipelineZoned, times_stand_with_the_offset_of_their_day) {
  const auto at = [](const char* zone, const char* time) {
    return local_text({.name = "x", .at = "daily", .tz = zone}, *Time::parse(time));
  };
  EXPECT_EQ(at("", "2026-11-21T03:17:00Z"), "2026-11-21T03:17:00+00:00");
  EXPECT_EQ(at("America/New_York", "2026-03-08T06:59:00Z"), "2026-03-08T01:59:00-05:00");
  EXPECT_EQ(at("America/New_York", "2026-03-08T07:00:00Z"), "2026-03-08T03:00:00-04:00");
  EXPECT_EQ(at("Asia/Kathmandu", "2026-01-01T00:00:00Z"), "2026-01-01T05:45:00+05:45");
}

}  // namespace
}  // namespace mlops::pipeline
