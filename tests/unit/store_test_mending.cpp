#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/copy.hpp>
#include <mlops/fs/lock.hpp>
#include <mlops/store/store.hpp>
#include <mlops/store/tree.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace mlops::store {
namespace {

namespace stdfs = std::filesystem;
using Batch = Objects::Batch;

std::string read(const stdfs::path& file) {
  std::string bytes(stdfs::file_size(file), '\0');
  std::ifstream(file, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

/// As a disk damages it: the name stays.
void write(const stdfs::path& file, const std::string& bytes) {
  stdfs::remove(file);
  std::ofstream(file, std::ios::binary) << bytes;
}

class MendingTest : public testing::Test {
 protected:
  MendingTest() { stdfs::create_directories(dir); }
  ~MendingTest() override { stdfs::remove_all(dir); }

  std::string random_bytes(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; i += 8) {
      const std::uint64_t word = random();
      std::memcpy(bytes.data() + i, &word, std::min<std::size_t>(8, size - i));
    }
    return bytes;
  }
  /// 100 objects, some that shrink and some that do not.
  void put_pack(int seed) {
    Objects objects(root);
    Batch batch(objects);
    for (int i = 0; i < 100; ++i) {
      const std::string bytes =
          i % 2 == 0 ? random_bytes(500) : std::string(1000, 'a') + std::to_string(seed + i);
      all[batch.put(bytes)] = bytes;
    }
    batch.commit();
  }
  stdfs::path put_whole(const std::string& bytes) {
    const Digest digest = Objects(root).put(bytes);
    all[digest] = bytes;
    return path_of(digest);
  }
  /// A version of a file and the next, as a recipe; the second's digest.
  Digest put_versions() {
    Objects objects(root);
    std::string bytes = random_bytes(17 << 20);
    write(dir / "one", bytes);
    Batch first(objects);
    const Digest base = first.put_file(dir / "one");
    first.commit();
    all[base] = bytes;
    bytes.insert(5 << 20, "something new");
    write(dir / "two", bytes);
    Batch second(objects);
    const Digest next = second.put_file(dir / "two", {.look = nullptr, .base = base});
    second.commit();
    all[next] = bytes;
    return next;
  }

  stdfs::path path_of(const Digest& digest) const {
    return root / "objects/sha256" / digest.hex().substr(0, 2) / digest.hex().substr(2);
  }
  stdfs::path recipe_of(const Digest& digest) const {
    return root / "recipes" / digest.hex().substr(0, 2) / digest.hex().substr(2);
  }
  std::vector<stdfs::path> files_below(const std::string& folder) const {
    std::vector<stdfs::path> out;
    if (!stdfs::exists(root / folder)) return out;
    for (const auto& entry : stdfs::recursive_directory_iterator(root / folder)) {
      if (entry.is_regular_file()) out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  std::vector<Fault> faults() const {
    NoProgress progress;
    return Store(root, Store::Mode::open).fsck(progress);
  }
  static std::size_t unrepaired(const std::vector<Fault>& faults) {
    return static_cast<std::size_t>(
        std::count_if(faults.begin(), faults.end(), [](const Fault& fault) { return !fault.repaired; }));
  }
  /// How many come back as they went; the others are told, and none is another.
  std::size_t whole() const {
    const Objects objects(root);
    std::size_t count = 0;
    for (const auto& [digest, bytes] : all) {
      try {
        EXPECT_TRUE(objects.get(digest) == bytes);
        ++count;
      } catch (const Error& e) {
        EXPECT_EQ(e.code(), Code::corrupt) << e.message();
      }
    }
    return count;
  }

  std::mt19937_64 random{11};
  std::map<Digest, std::string> all;
  const stdfs::path dir =
      stdfs::path(testing::TempDir()) / ("mending-" + std::to_string(::getpid()) + "-" +
                                         testing::UnitTest::GetInstance()->current_test_info()->name());
  const stdfs::path root = dir / ".mlops";
  Store store{root, Store::Mode::create};
};

TEST_F(MendingTest, APackWithADamagedIndexIsMadeAnewOfItsFrames) {
  put_pack(0);
  const stdfs::path pack = files_below("packs").at(0);
  const std::string good = read(pack);
  // The footer's mark, its number, its digest; the rest, the keys; the header of the frame that is skipped.
  for (const std::size_t from_end : {1U, 12U, 40U, 60U, 4800U, 4852U, 4856U}) {
    std::string bad = good;
    bad[bad.size() - from_end] ^= 0x10;
    write(pack, bad);
    const auto found = faults();
    ASSERT_EQ(found.size(), 1U) << from_end;
    EXPECT_TRUE(found[0].repaired);
    EXPECT_EQ(found[0].fix, "its 100 objects were written anew") << from_end;
    EXPECT_EQ(whole(), 100U);
    EXPECT_TRUE(read(pack) == good);
    EXPECT_TRUE(faults().empty());
  }
  EXPECT_TRUE(files_below("lost").empty());
}

TEST_F(MendingTest, WhatIsLeftOfAPackThatLostMoreIsKept) {
  put_pack(0);
  const stdfs::path pack = files_below("packs").at(0);
  const std::string good = read(pack);
  write(pack, good.substr(0, good.size() / 2));
  const auto found = faults();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].repaired);
  EXPECT_FALSE(stdfs::exists(pack));
  EXPECT_EQ(files_below("lost"), std::vector{root / "lost" / pack.filename()});
  EXPECT_GT(whole(), 30U);
  EXPECT_TRUE(faults().empty()) << "nothing names what is gone";
}

TEST_F(MendingTest, ADamagedFileGoesWhereAPackHasTheObject) {
  put_pack(0);
  const auto& [digest, bytes] = *all.begin();
  stdfs::create_directories(path_of(digest).parent_path());
  write(path_of(digest), bytes + "x");
  EXPECT_EQ(whole(), 99U);
  const auto found = faults();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].repaired);
  EXPECT_FALSE(stdfs::exists(path_of(digest)));
  EXPECT_EQ(whole(), 100U);
  EXPECT_TRUE(faults().empty());
}

TEST_F(MendingTest, ADamagedFileThatIsTheOnlyCopyStays) {
  const stdfs::path path = put_whole("the only copy");
  write(path, "the only coPy");
  for (int run = 0; run < 2; ++run) {
    const auto found = faults();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_FALSE(found[0].repaired);
    EXPECT_FALSE(found[0].fix.empty());
  }
  EXPECT_EQ(read(path), "the only coPy");
}

TEST_F(MendingTest, APackLosesADamagedFrameWhereAnotherCopyIs) {
  put_pack(0);
  const stdfs::path pack = files_below("packs").at(0);
  std::string bad = read(pack);
  bad[30] ^= 1;
  bad[bad.size() - 4900] ^= 1;  // Another frame: the last.
  write(pack, bad);
  const auto found = faults();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(unrepaired(found), 2U);
  EXPECT_EQ(whole(), 98U);
  // One comes again, and the other stays what it is.
  for (const auto& [digest, bytes] : all) {
    if (found[0].what.find(digest.hex()) != std::string::npos) Objects(root).put(bytes);
  }
  const auto again = faults();
  ASSERT_EQ(again.size(), 2U);
  EXPECT_TRUE(again[0].repaired);
  EXPECT_FALSE(again[1].repaired);
  EXPECT_EQ(again[1].what, found[1].what);
  EXPECT_EQ(faults().size(), 1U);
  EXPECT_EQ(files_below("packs").size(), 1U);
  EXPECT_EQ(whole(), 99U);
}

TEST_F(MendingTest, ARecipeIsWholeAgainWhenWhatItIsMadeOfIs) {
  const Digest two = put_versions();
  ASSERT_TRUE(stdfs::exists(recipe_of(two)));
  const auto file = files_below("objects").at(0);
  const std::string good = read(file);
  std::string bad = good;
  bad[bad.size() / 2] ^= 1;
  write(file, bad);
  EXPECT_EQ(unrepaired(faults()), 2U) << "the file and what is made of it";
  EXPECT_EQ(whole(), 0U);
  write(file, good);
  EXPECT_TRUE(faults().empty());
}

TEST_F(MendingTest, ADamagedRecipeGivesWayToTheFileThatIsPutAgain) {
  const Digest two = put_versions();
  const std::string good = read(recipe_of(two));
  for (const std::string& bad : {std::string("no JSON"), good.substr(0, 50), std::string()}) {
    write(recipe_of(two), bad);
    const auto found = faults();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_FALSE(found[0].repaired);
    EXPECT_EQ(whole(), 1U);
    Objects objects(root);
    Batch batch(objects);
    const Digest one = all.begin()->first == two ? all.rbegin()->first : all.begin()->first;
    EXPECT_EQ(batch.put_file(dir / "two", {.look = nullptr, .base = one}), two);
    batch.commit();
    EXPECT_EQ(whole(), 2U);
    EXPECT_EQ(unrepaired(faults()), 0U);
    EXPECT_FALSE(stdfs::exists(recipe_of(two)));
    EXPECT_TRUE(faults().empty());
    stdfs::remove(path_of(two));
  }
}

TEST_F(MendingTest, AnyFlippedBitIsFoundAndNoOtherBytesComeBack) {
  put_pack(0);
  put_pack(1000);
  put_whole("a small one");
  put_whole(random_bytes(400'000));
  put_versions();
  const std::size_t count = all.size();
  std::vector<stdfs::path> files = files_below("objects");
  for (const char* folder : {"packs", "recipes"}) {
    for (const auto& file : files_below(folder)) files.push_back(file);
  }
  for (int round = 0; round < 36; ++round) {
    const stdfs::path& file = files[static_cast<std::size_t>(round) % files.size()];
    const std::string good = read(file);
    std::string bad = good;
    bad[random() % bad.size()] ^= static_cast<char>(1 << random() % 8);
    write(file, bad);
    const std::size_t before = whole();
    const auto found = faults();
    // A bit of a frame that means nothing to zstd may flip unseen; what it holds is the same then.
    EXPECT_TRUE(!found.empty() || before == count) << file;
    const std::size_t least = unrepaired(found) == 0 ? count : before;
    EXPECT_GE(whole(), least) << file;
    write(file, good);
    for (const auto& other : files_below("packs")) {
      if (std::find(files.begin(), files.end(), other) == files.end()) stdfs::remove(other);
    }
  }
  EXPECT_TRUE(faults().empty());
}

TEST_F(MendingTest, FaultsComeInOneOrder) {
  put_pack(0);
  std::vector<stdfs::path> wholes;
  for (int i = 0; i < 50; ++i) wholes.push_back(put_whole("object " + std::to_string(i)));
  for (const auto& path : wholes) write(path, "x");
  const stdfs::path pack = files_below("packs").at(0);
  std::string bad = read(pack);
  for (std::size_t at = 30; at + 5000 < bad.size(); at += 2000) bad[at] ^= 1;
  write(pack, bad);
  const auto first = faults();
  EXPECT_GT(first.size(), 60U);
  for (int run = 0; run < 3; ++run) {
    const auto again = faults();
    ASSERT_EQ(again.size(), first.size());
    for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(again[i].what, first[i].what);
  }
}

TEST_F(MendingTest, NothingIsMendedWhileACollectionIsAtWork) {
  put_pack(0);
  const stdfs::path pack = files_below("packs").at(0);
  std::string bad = read(pack);
  bad.back() ^= 1;
  write(pack, bad);
  {
    stdfs::create_directories(root / "locks");
    const fs::File lock(root / "locks" / "gc", fs::File::Mode::append);
    ASSERT_TRUE(fs::try_lock(lock));
    EXPECT_EQ(unrepaired(faults()), 1U);
  }
  EXPECT_EQ(unrepaired(faults()), 0U);
  EXPECT_EQ(whole(), 100U);
}

/// On a file system that shares blocks only; `TEST_TMPDIR` says where.
TEST_F(MendingTest, AFileThatSharesItsBlocksIsWhatItWasAtOneMoment) {
  const std::string bytes = random_bytes(2 << 20);
  write(dir / "source", bytes);
  {
    const fs::File from(dir / "source");
    fs::File to(dir / "shared", fs::File::Mode::create_new);
    if (!fs::reflink(from, to)) GTEST_SKIP() << "the file system shares no blocks";
  }
  const auto put_while_written_to = [&] {
    return store.objects().put_file(dir / "source", [&](std::string_view) {
      std::fstream(dir / "source", std::ios::in | std::ios::out | std::ios::binary) << "written meanwhile";
    });
  };
  EXPECT_EQ(put_while_written_to(), crypto::sha256(bytes)) << "a fresh one: the copy is read";
  std::this_thread::sleep_for(std::chrono::milliseconds(3100));
  EXPECT_THROW(put_while_written_to(), Error) << "an old one is read itself";
  std::this_thread::sleep_for(std::chrono::milliseconds(3100));
  EXPECT_EQ(store.objects().put_file(dir / "source"), crypto::sha256(read(dir / "source")));
  EXPECT_TRUE(faults().empty());
}

TEST_F(MendingTest, TreesAreReadAsStreamsHoweverTheirPathsLook) {
  Objects& objects = store.objects();
  const Digest lost = crypto::sha256("lost");
  Tree tree;
  std::vector<Digest> files;
  for (int i = 0; i < 12000; ++i) {
    const std::string bytes = std::to_string(i % 50);
    files.push_back(i < 50 ? objects.put(bytes) : files[static_cast<std::size_t>(i % 50)]);
    tree.files.push_back({.path = std::to_string(i) + "/\"digest\":\"" + lost.text() + "\\",
                          .mode = 0644,
                          .size = bytes.size(),
                          .digest = files.back()});
  }
  const Digest raw = put_tree(objects, tree);
  ASSERT_GT(objects.size(raw), 2U << 20) << "more than a window";
  // Data that looks like a tree at its ends, and one that is written in another way, name nothing.
  const Digest data =
      objects.put("{\"files\":[\"" + lost.text() + "\"],\"tree\":1} {\"files\":[],\"tree\":1}");
  const Digest loose = objects.put("{\"files\":[ {\"digest\":\"" + lost.text() + "\"}],\"tree\":1}");
  store.publish({.name = {"sources", "things"},
                 .expected = {},
                 .record = {{"kind", "thing/1"}, {"raw", json::Array{raw.text(), data.text(), loose.text()}}},
                 .time = {},
                 .who = "test"});
  EXPECT_TRUE(faults().empty());
  stdfs::remove(path_of(files[7]));
  const auto found = faults();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].what, "object " + files[7].text() + " is missing: the tree " + raw.text() + " names it");
}

}  // namespace
}  // namespace mlops::store
