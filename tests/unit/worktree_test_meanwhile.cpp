/// What others do to the work tree and the store at the same time. The call below stands in front of libc's.
#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/worktree/worktree.hpp>

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace {
std::function<void(const char* to)> before_rename;
}

extern "C" int renameat2(int from_folder, const char* from, int to_folder, const char* to,
                         unsigned flags) noexcept {
  if (before_rename) before_rename(to);
  return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

namespace mlops::worktree {
namespace {

class MeanwhileTest : public ::testing::Test {
 protected:
  ~MeanwhileTest() override { before_rename = nullptr; }

  static void write(const std::filesystem::path& file, const std::string& bytes) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << bytes;
  }

  fs::TemporaryFolder folder_{std::filesystem::temp_directory_path()};
  store::Store store_{folder_.path() / ".mlops", store::Store::Mode::create};
  NoProgress progress_;
  const Place place_{.store = store_, .root = folder_.path(), .threads = 2, .progress = progress_};
};

TEST_F(MeanwhileTest, AFileThatAppearsIsNotOverwritten) {
  for (int i = 0; i < 100; ++i) write(folder_.path() / "data" / std::to_string(i), std::to_string(i * i));
  const Pin pin = add(place_, "data", {}).version.pin;
  const auto file = folder_.path() / "data/42";
  std::filesystem::remove(file);
  before_rename = [&](const char* to) {
    if (to == file) write(file, "of somebody else");
  };
  try {
    checkout(place_, "data", pin, {});
    FAIL() << "expected an error";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::conflict);
    EXPECT_NE(e.message().find("data/42"), std::string::npos) << e.message();
  }
  EXPECT_EQ(fs::read_file(file), "of somebody else");
  checkout(place_, "data", pin, {.force = true});
  EXPECT_EQ(fs::read_file(file), "1764");
}

/// At the same moment of the clock they even make the same record.
TEST_F(MeanwhileTest, OfManyWhoAddTheSameOneMakesTheVersion) {
  constexpr int many = 4;
  constexpr int rounds = 50;
  std::vector<Pin> pins;
  for (int round = 1; round <= rounds; ++round) {
    write(folder_.path() / "data", std::to_string(round));
    pins.push_back(add(place_, "data", {.time = Time(round)}).version.pin);
  }
  std::vector<std::atomic<int>> fresh(rounds);
  std::barrier together(many);
  std::vector<std::thread> threads;
  for (int i = 0; i < many; ++i) {
    threads.emplace_back([&] {
      store::Store store(store_.root(), store::Store::Mode::open);
      for (int round = 0; round < rounds; ++round) {
        together.arrive_and_wait();
        const Added added = publish(store, "others", pins[static_cast<std::size_t>(round)], {});
        EXPECT_EQ(added.version.number, round + 1);
        if (added.fresh) ++fresh[static_cast<std::size_t>(round)];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::atomic<int>& one : fresh) EXPECT_EQ(one, 1);
}

}  // namespace
}  // namespace mlops::worktree
