/// Two versions of files side by side: random folders and texts compared with plain ways to do the same.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/worktree/diff.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace mlops::worktree {
namespace {

using store::TreeFile;

class FolderDiffTest : public ::testing::Test {
 protected:
  using Files = std::map<std::string, TreeFile>;

  /// A file with one of a few contents.
  TreeFile file(const std::string& path, int content, std::uint32_t mode = 0644) {
    return {.path = path,
            .mode = mode,
            .size = static_cast<std::uint64_t>(content),
            .digest = *Digest::parse(fmt::format("sha256:{:064x}", content))};
  }

  Pin pin_of(const Files& files) {
    store::Tree tree;
    for (const auto& [path, one] : files) tree.files.push_back(one);
    return {.digest = store::put_tree(store_.objects(), tree), .folder = true, .files = files.size()};
  }

  std::vector<Change> changes(const Files& before, const Files& after) {
    std::vector<Change> out;
    counted_ = diff(store_.objects(), pin_of(before), pin_of(after),
                    [&](const Change& change) { out.push_back(change); });
    return out;
  }

  Files random_files(std::mt19937& random) {
    Files out;
    const auto below = [&](unsigned n) { return static_cast<int>(random() % n); };
    for (int i = below(12); i > 0; --i) {
      const std::string path =
          fmt::format("{}{}", below(2) == 0 ? "e.d/" : "", static_cast<char>('a' + below(10)));
      out[path] = file(path, below(6), below(4) == 0 ? 0755 : 0644);
    }
    return out;
  }

  fs::TemporaryFolder folder_{std::filesystem::temp_directory_path()};
  store::Store store_{folder_.path() / ".mlops", store::Store::Mode::create};
  Changes counted_;
};

/// What was told makes the old folder the new one, and no file is told that is the same.
TEST_F(FolderDiffTest, RandomFoldersBecomeEachOther) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 random(seed);
    const Files before = random_files(random);
    const Files after = random_files(random);
    Files made = before;
    std::string last;
    std::int64_t bytes = 0;
    std::set<std::string> told_before;
    std::multiset<Digest> added;
    std::multiset<Digest> removed;
    for (const Change& change : changes(before, after)) {
      const TreeFile& told = change.after ? *change.after : *change.before;
      EXPECT_LT(last, told.path);
      last = told.path;
      if (change.before) {
        EXPECT_EQ(before.at(change.before->path), *change.before);
        EXPECT_TRUE(told_before.insert(change.before->path).second);  // One file is not renamed to two.
        made.erase(change.before->path);
        bytes -= static_cast<std::int64_t>(change.before->size);
      }
      if (change.after) {
        made[change.after->path] = *change.after;
        bytes += static_cast<std::int64_t>(change.after->size);
      }
      switch (change.state()) {
        case ChangeState::added:
          EXPECT_FALSE(before.contains(told.path));
          added.insert(told.digest);
          break;
        case ChangeState::removed:
          EXPECT_FALSE(after.contains(told.path));
          removed.insert(told.digest);
          break;
        case ChangeState::modified:
          EXPECT_NE(*change.before, *change.after);
          break;
        case ChangeState::renamed:
          EXPECT_EQ(change.before->digest, change.after->digest);
          EXPECT_FALSE(after.contains(change.before->path));
          EXPECT_FALSE(before.contains(change.after->path));
          break;
      }
    }
    EXPECT_EQ(made, after);
    EXPECT_EQ(counted_.bytes, bytes);
    EXPECT_EQ(counted_.any(), before != after);
    // Nothing that could be a rename is told as added and removed.
    for (const Digest& digest : added) EXPECT_FALSE(removed.contains(digest));
  }
}

TEST_F(FolderDiffTest, ARenameKeepsItsNewModeAndStandsAtItsNewName) {
  const auto told = changes({{"z", file("z", 1)}}, {{"a", file("a", 1, 0755)}, {"b", file("b", 2)}});
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].state(), ChangeState::renamed);
  EXPECT_EQ(told[0].before, file("z", 1));
  EXPECT_EQ(told[0].after, file("a", 1, 0755));
  EXPECT_EQ(told[1].state(), ChangeState::added);
}

TEST_F(FolderDiffTest, RenamesAreLookedForAmongTwentyThousand) {
  const auto moved = [&](const std::string& folder, int count) {
    Files out;
    for (int i = 0; i < count; ++i) {
      const std::string path = fmt::format("{}/{:05}", folder, i);
      out.emplace(path, file(path, i + 1));
    }
    return out;
  };
  changes(moved("a", 20'000), moved("b", 20'000));
  EXPECT_EQ(counted_.renamed, 20'000U);
  EXPECT_EQ(counted_.added + counted_.removed, 0U);
  changes(moved("a", 20'001), moved("b", 20'001));
  EXPECT_EQ(counted_.renamed, 0U);
  EXPECT_EQ(counted_.added, 20'001U);
  EXPECT_EQ(counted_.removed, 20'001U);
}

TEST_F(FolderDiffTest, SingleFilesDifferInContentAndMode) {
  Pin one{.digest = *Digest::parse(fmt::format("sha256:{:064x}", 1)), .bytes = 5};
  Pin other = one;
  const auto told = [&] {
    std::vector<ChangeState> out;
    diff(store_.objects(), one, other, [&](const Change& change) { out.push_back(change.state()); });
    return out;
  };
  EXPECT_EQ(told(), std::vector<ChangeState>{});
  other.executable = true;
  EXPECT_EQ(told(), std::vector<ChangeState>{ChangeState::modified});
}

TEST_F(FolderDiffTest, ATreeThatIsNotThereIsAFault) {
  Pin gone{.digest = *Digest::parse(fmt::format("sha256:{:064x}", 7)), .folder = true};
  EXPECT_THROW(diff(store_.objects(), pin_of({}), gone, [](const Change&) {}), Error);
}

// ---- lines

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::string line;
  for (const char c : text) {
    line += c;
    if (c == '\n') out.push_back(std::exchange(line, ""));
  }
  if (!line.empty()) out.push_back(line);
  return out;
}

std::size_t longest_common(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::vector<std::size_t>> best(a.size() + 1, std::vector<std::size_t>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;)
      best[i][j] = a[i] == b[j] ? best[i + 1][j + 1] + 1 : std::max(best[i + 1][j], best[i][j + 1]);
  }
  return best[0][0];
}

std::string random_text(std::mt19937& random) {
  std::string out;
  for (auto i = random() % 30; i > 0; --i) out += fmt::format("{}\n", static_cast<char>('a' + random() % 3));
  if (random() % 3 == 0 && !out.empty()) out.pop_back();
  return out;
}

std::string whole(const ContentDiff::Line& line) { return line.text + (line.unended ? "" : "\n"); }

/// The old lines with the hunks put in, each looked at where it says that it stands.
std::vector<std::string> patched(const std::vector<std::string>& before,
                                 const std::vector<ContentDiff::Hunk>& hunks) {
  std::vector<std::string> out;
  std::size_t at = 0;
  for (const ContentDiff::Hunk& hunk : hunks) {
    const std::size_t first = hunk.first_before - (hunk.count_before == 0 ? 0 : 1);
    while (at < first) out.push_back(before[at++]);
    EXPECT_EQ(out.size(), hunk.first_after - (hunk.count_after == 0 ? 0 : 1));
    std::size_t taken = at;
    std::size_t made = out.size();
    for (const ContentDiff::Line& line : hunk.lines) {
      if (line.sign != '+') {
        EXPECT_EQ(before.at(at), whole(line));
        ++at;
      }
      if (line.sign != '-') out.push_back(whole(line));
    }
    EXPECT_EQ(at - taken, hunk.count_before);
    EXPECT_EQ(out.size() - made, hunk.count_after);
  }
  while (at < before.size()) out.push_back(before[at++]);
  return out;
}

TEST(LinesDiffTest, RandomTextsBecomeEachOtherByTheFewestLines) {
  for (unsigned seed = 0; seed < 2'000; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 random(seed);
    const std::string before = random_text(random);
    const std::string after = random_text(random);
    const auto a = lines_of(before);
    const auto b = lines_of(after);
    const std::size_t fewest = a.size() + b.size() - 2 * longest_common(a, b);
    const auto hunks = diff_lines(before, after, fewest);
    ASSERT_TRUE(hunks);
    EXPECT_EQ(patched(a, *hunks), b);
    std::size_t differ = 0;
    for (const auto& hunk : *hunks) {
      for (const auto& line : hunk.lines) differ += line.sign == ' ' ? 0 : 1;
    }
    EXPECT_EQ(differ, fewest);
    if (fewest > 0) {
      EXPECT_FALSE(diff_lines(before, after, fewest - 1));
    }
  }
}

TEST(LinesDiffTest, LinesAroundWhatDiffersAreShownOnce) {
  const std::string before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n";
  std::string after = before;
  after.replace(after.find("4\n"), 1, "four");
  after.replace(after.find("\n11\n") + 1, 2, "eleven");
  const auto apart = diff_lines(before, after, 10);
  ASSERT_EQ(apart->size(), 1U);  // Six lines between: neither is shown twice.
  EXPECT_EQ(apart->front().count_before, 14U);
  after = before;
  after.replace(after.find("4\n"), 1, "four");
  after.replace(after.find("\n12\n") + 1, 2, "twelve");
  EXPECT_EQ(diff_lines(before, after, 10)->size(), 2U);
}

// ---- contents

class ContentDiffTest : public ::testing::Test {
 protected:
  ContentDiff compare(const std::string& before, const std::string& after) {
    return diff_contents(store_.objects(), store_.objects().put(before), store_.objects().put(after));
  }
  fs::TemporaryFolder folder_{std::filesystem::temp_directory_path()};
  store::Store store_{folder_.path() / ".mlops", store::Store::Mode::create};
};

TEST_F(ContentDiffTest, TextsAreComparedByLines) {
  const ContentDiff out = compare("a\nb\nc\n", "a\nB\nc\nd");
  EXPECT_EQ(out.kind, ContentDiff::Kind::text);
  EXPECT_EQ(out.first_byte, 2U);
  EXPECT_EQ(out.first_line, 2U);
  EXPECT_EQ(out.lines_removed, 1U);
  EXPECT_EQ(out.lines_added, 2U);
  EXPECT_TRUE(out.hunks.at(0).lines.back().unended);
  EXPECT_EQ(compare("a\n", "a\n").kind, ContentDiff::Kind::same);
}

TEST_F(ContentDiffTest, BinaryFilesAreToldByTheirFirstByte) {
  const std::string zeros(3'000'000, '\0');
  std::string other = zeros;
  other[2'500'000] = 1;
  EXPECT_EQ(compare(zeros, other).kind, ContentDiff::Kind::binary);
  EXPECT_EQ(compare(zeros, other).first_byte, 2'500'000U);
  EXPECT_EQ(compare(zeros, zeros + "x").first_byte, 3'000'000U);
  EXPECT_EQ(compare("", zeros).first_byte, 0U);
}

TEST_F(ContentDiffTest, LargeAndVeryDifferentTextsAreToldByTheirFirstLine) {
  std::string large;
  while (large.size() < 9'000'000) large += "a line of some text\n";
  std::string other = large;
  other[20 * 400'000] = 'A';
  const ContentDiff out = compare(large, other);
  EXPECT_EQ(out.kind, ContentDiff::Kind::large);
  EXPECT_EQ(out.first_line, 400'001U);
  EXPECT_TRUE(out.hunks.empty());
  std::string one = "the same\n";
  std::string two = one;
  for (int i = 0; i < 3'000; ++i) one += fmt::format("{}\n", i);
  for (int i = 0; i < 3'000; ++i) two += fmt::format("{}\n", -1 - i);
  EXPECT_EQ(compare(one, two).kind, ContentDiff::Kind::large);
  EXPECT_EQ(compare(one, two).first_line, 2U);
}

}  // namespace
}  // namespace mlops::worktree
