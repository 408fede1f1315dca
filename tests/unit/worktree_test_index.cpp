/// What is noted of files that were read: by a comparison, which notes only when it had to read something.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/folder.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/worktree/worktree.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "src/index.hpp"

namespace mlops::worktree {
namespace {

class IndexTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories(folder_.path() / "data");
    std::ofstream(folder_.path() / "data" / name) << bytes;
  }
  /// Once the file is so old that its stamp tells of each write.
  void age(const std::string& name) const {
    const Youth youth(folder_.path());
    while (youth.young(fs::find_look(folder_.path() / "data" / name)->stamp)) std::this_thread::yield();
  }
  std::map<std::string, Digest> noted() const {
    std::map<std::string, Digest> out;
    IndexReader reader(index_path(store_, "data"));
    while (const auto known = reader.next_before("\x7f")) out[known->path] = known->digest;
    return out;
  }

  fs::TemporaryFolder folder_{std::filesystem::temp_directory_path()};
  store::Store store_{folder_.path() / ".mlops", store::Store::Mode::create};
  NoProgress progress_;
  const Place place_{.store = store_, .root = folder_.path(), .threads = 2, .progress = progress_};
};

TEST_F(IndexTest, AComparisonNotesWhatItReadAndKeepsTheRest) {
  constexpr int files = 9'000;  // More than are looked at together.
  std::map<std::string, Digest> all;
  for (int i = 0; i < files; ++i) {
    const std::string name = fmt::format("{:05}", i);
    write(name, name);
    all[name] = crypto::sha256(name);
  }
  age("08999");
  const Pin pin = add(place_, "data", {}).version.pin;
  EXPECT_EQ(noted(), all);
  write("08500", "other");
  age("08500");
  const Digest other = crypto::sha256("other");
  EXPECT_EQ(compare(place_, "data", pin, [](const Difference&) {}).differences, 1U);
  all["08500"] = other;
  EXPECT_EQ(noted(), all);
}

TEST_F(IndexTest, AFileThatWasNotThereIsNotNoted) {
  for (const std::string name : {"a", "b", "c"}) write(name, name);
  age("c");
  const Pin pin = add(place_, "data", {}).version.pin;
  std::filesystem::remove(folder_.path() / "data/a");
  write("c", "C");
  age("c");
  EXPECT_EQ(compare(place_, "data", pin, [](const Difference&) {}).differences, 2U);
  EXPECT_EQ(noted(), (std::map<std::string, Digest>{{"b", crypto::sha256("b")}, {"c", crypto::sha256("C")}}));
}

/// A power cut may have taken what nobody had synced. Stamps of more than ten minutes ago tell still.
TEST_F(IndexTest, AfterAnotherBootYoungFilesAreReadAgain) {
  write("old", "old");
  write("young", "young");
  age("young");
  const auto young = fs::find_look(folder_.path() / "data/young");
  ASSERT_TRUE(young);
  constexpr std::int64_t minute = 60'000'000'000;
  fs::Stamp old = young->stamp;
  old.modified_ns = old.changed_ns -= 11 * minute;
  IndexWriter index(store_, "data");
  index.add({"old", 0644, old, crypto::sha256("old")});
  index.add({"young", 0644, young->stamp, crypto::sha256("young")});
  index.finish();
  EXPECT_EQ(noted().size(), 2U);
  const auto file = index_path(store_, "data");
  std::fstream(file, std::ios::in | std::ios::out).seekp(8) << "00000000-0000-0000-0000-000000000000";
  EXPECT_EQ(noted(), (std::map<std::string, Digest>{{"old", crypto::sha256("old")}}));
}

}  // namespace
}  // namespace mlops::worktree
