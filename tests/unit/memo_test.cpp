#include <gtest/gtest.h>
#include <mlops/memo/memo.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace mlops::memo {
namespace {

namespace stdfs = std::filesystem;

class MemoTest : public testing::Test {
 protected:
  MemoTest() { stdfs::create_directories(dir); }
  ~MemoTest() override { stdfs::remove_all(dir); }

  static json::Object question(int number) { return {{"asked", "fresh"}, {"number", number}}; }
  std::string answer(int number) {
    const auto found = Memo(dir).find(question(number));
    return found ? found->text_or("?") : "";
  }

  stdfs::path dir = stdfs::temp_directory_path() / fmt::format("memo_test_{}", ::getpid());
};

TEST_F(MemoTest, KnowsWhatWasKept) {
  EXPECT_EQ(answer(1), "");
  Memo memo(dir);
  memo.keep(question(1), "one");
  memo.keep(question(2), "two");
  memo.keep(question(1), "other");
  EXPECT_EQ(answer(1), "other");
  EXPECT_EQ(answer(2), "two");
  EXPECT_EQ(memo.find(question(2))->text_or(""), "two");
}

TEST_F(MemoTest, TwoAtOnceLoseNothing) {
  Memo first(dir), second(dir);
  EXPECT_FALSE(first.find(question(1)));
  EXPECT_FALSE(second.find(question(1)));
  first.keep(question(1), "one");
  second.keep(question(2), "two");
  EXPECT_EQ(answer(1), "one");
  EXPECT_EQ(answer(2), "two");
}

TEST_F(MemoTest, AFileThatIsReplacedHasAnotherStamp) {
  const auto write = [&](const std::string& text) { std::ofstream(dir / "table.so") << text; };
  EXPECT_TRUE(stamps_of({dir / "none"}).empty());
  write("one");
  const json::Array before = stamps_of({dir / "none", dir});
  EXPECT_EQ(before.size(), 1u);
  EXPECT_EQ(json::dump(stamps_of({dir})), json::dump(before));
  write("other");
  EXPECT_NE(json::dump(stamps_of({dir})), json::dump(before));
}

TEST_F(MemoTest, TheOldestGoes) {
  Memo memo(dir);
  for (int i = 0; i < 210; ++i) memo.keep(question(i), std::to_string(i));
  EXPECT_EQ(answer(0), "");
  EXPECT_EQ(answer(209), "209");
  EXPECT_EQ(answer(15), "15");
}

TEST_F(MemoTest, WhatCannotBeReadOrWrittenIsNotKnown) {
  Memo(dir).keep(question(1), "one");
  std::ofstream(dir / "memo.json") << "{\"torn";
  EXPECT_EQ(answer(1), "");
  Memo(dir).keep(question(1), "one");
  EXPECT_EQ(answer(1), "one");
  Memo nowhere(dir / "no" / "folder");
  nowhere.keep(question(1), "one");
  EXPECT_FALSE(Memo(dir / "no" / "folder").find(question(1)));
}

TEST_F(MemoTest, FilesAreKnownByTheirBytes) {
  std::ofstream(dir / "a.sql") << "SELECT 1";
  const auto before = digest_of(dir / "a.sql");
  std::ofstream(dir / "a.sql") << "SELECT 2";
  EXPECT_TRUE(before);
  EXPECT_NE(digest_of(dir / "a.sql"), before);
  EXPECT_FALSE(digest_of(dir / "b.sql"));
}

}  // namespace
}  // namespace mlops::memo
