#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/store/collect.hpp>
#include <mlops/store/store.hpp>
#include <mlops/store/tree.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>

namespace mlops::store {
namespace {

namespace stdfs = std::filesystem;
using namespace std::chrono_literals;

class CollectTest : public testing::Test {
 protected:
  CollectTest() { stdfs::create_directories(dir); }
  ~CollectTest() override { stdfs::remove_all(dir); }

  /// Names the tree of these objects.
  void publish(const std::vector<Digest>& digests) {
    Tree tree;
    for (const Digest& digest : digests)
      tree.files.push_back(
          {.path = digest.hex(), .mode = 0644, .size = *store->objects().size(digest), .digest = digest});
    const Digest raw = put_tree(store->objects(), tree);
    const auto now = store->references().find(name);
    store->publish({.name = name,
                    .expected = now ? std::optional(now->digest) : std::nullopt,
                    .record = {{"kind", "thing/1"}, {"raw", raw.text()}, {"number", ++published_}},
                    .time = {},
                    .who = "test"});
  }

  /// All that is in the store was written an hour ago, and all who wrote it are gone.
  void age() {
    store = nullptr;
    for (const auto& entry : stdfs::recursive_directory_iterator(root)) {
      if (entry.is_regular_file()) stdfs::last_write_time(entry.path(), entry.last_write_time() - 1h);
    }
    store = std::make_unique<Store>(root, Store::Mode::open);
  }

  Collected collect(bool dry_run = false) {
    NoProgress progress;
    return store::collect(*store, {.grace_s = 0, .delay_s = 0, .dry_run = dry_run}, progress);
  }
  bool sound() {
    NoProgress progress;
    return store->fsck(progress).empty();
  }
  std::size_t packs() const {
    return static_cast<std::size_t>(
        std::distance(stdfs::directory_iterator(root / "packs"), stdfs::directory_iterator()));
  }

  const ReferenceName name = {"sources", "things"};
  const stdfs::path dir =
      stdfs::path(testing::TempDir()) / ("collect-" + std::to_string(::getpid()) + "-" +
                                         testing::UnitTest::GetInstance()->current_test_info()->name());
  const stdfs::path root = dir / ".mlops";
  std::unique_ptr<Store> store = std::make_unique<Store>(root, Store::Mode::create);

 private:
  int published_ = 0;
};

TEST_F(CollectTest, WhatNothingNamesGoesInTwoRuns) {
  const Digest named = store->objects().put("named");
  const Digest loose = store->objects().put("loose");
  publish({named});
  age();
  const Collected first = collect();
  EXPECT_EQ(first.marked, (Collected::Amount{1, 5}));
  EXPECT_EQ(first.removed, (Collected::Amount{0, 0}));
  EXPECT_EQ(first.kept.objects, 3U) << "with the tree and the record";
  EXPECT_TRUE(store->objects().has(loose));
  age();
  const Collected second = collect();
  EXPECT_EQ(second.removed, (Collected::Amount{1, 5}));
  EXPECT_FALSE(store->objects().has(loose));
  EXPECT_EQ(store->objects().get(named), "named");
  EXPECT_EQ(collect().marked, Collected::Amount{});
  EXPECT_TRUE(sound());
}

TEST_F(CollectTest, TheYoungStay) {
  store->objects().put("loose");
  store = std::make_unique<Store>(root, Store::Mode::open);
  NoProgress progress;
  const Collected seen = store::collect(*store, {}, progress);
  EXPECT_EQ(seen.young, (Collected::Amount{1, 5}));
  EXPECT_FALSE(seen.due);
}

TEST_F(CollectTest, ARehearsalChangesNothing) {
  const Digest loose = store->objects().put("loose");
  age();
  EXPECT_EQ(collect(true).marked.objects, 1U);
  EXPECT_FALSE(stdfs::exists(root / "gc" / "marks"));
  collect();
  age();
  EXPECT_EQ(collect(true).removed.objects, 1U);
  EXPECT_TRUE(store->objects().has(loose));
}

TEST_F(CollectTest, WhatIsNamedAfterItWasMarkedStays) {
  const Digest loose = store->objects().put("loose");
  age();
  collect();
  age();
  publish({loose});
  const Collected seen = collect();
  EXPECT_EQ(seen.removed.objects, 0U);
  EXPECT_EQ(store->objects().get(loose), "loose");
  EXPECT_TRUE(sound());
}

TEST_F(CollectTest, WhatIsMarkedIsWrittenAnewByWhoNeedsIt) {
  store->objects().put("loose");
  age();
  collect();
  age();
  Store other(root, Store::Mode::open);
  const Digest again = other.objects().put("loose");
  const Collected seen = collect();
  EXPECT_EQ(seen.removed.objects, 0U) << "it is not the one that was marked";
  EXPECT_EQ(store->objects().get(again), "loose");
}

TEST_F(CollectTest, WhoNamesWhatIsMarkedTakesTheMarksBack) {
  const Digest loose = store->objects().put("loose");
  store->objects().put("another");
  age();
  ASSERT_EQ(collect().marked.objects, 2U);
  age();
  const auto naming = [&](const Digest& digest) {
    Store other(root, Store::Mode::open);
    other.publish(
        {.name = name, .record = {{"kind", "thing/1"}, {"raw", digest.text()}}, .time = {}, .who = "test"});
  };
  const Digest none = crypto::sha256("none");
  try {
    naming(none);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.id(), "object.missing");
    EXPECT_NE(e.message().find(none.hex()), std::string::npos);
  }
  EXPECT_FALSE(store->references().find(name));
  EXPECT_TRUE(stdfs::exists(root / "gc" / "marks"));
  naming(loose);
  EXPECT_FALSE(stdfs::exists(root / "gc" / "marks"));
  EXPECT_EQ(collect().removed.objects, 0U);
  age();
  EXPECT_EQ(collect().removed.objects, 1U);
  EXPECT_EQ(store->objects().get(loose), "loose");
  EXPECT_TRUE(sound());
}

TEST_F(CollectTest, WhoWroteWhatIsMarkedAnewLeavesTheMarks) {
  store->objects().put("loose");
  age();
  collect();
  age();
  Store other(root, Store::Mode::open);
  const Digest loose = other.objects().put("loose");
  other.publish(
      {.name = name, .record = {{"kind", "thing/1"}, {"raw", loose.text()}}, .time = {}, .who = "test"});
  EXPECT_TRUE(stdfs::exists(root / "gc" / "marks"));
}

TEST_F(CollectTest, WhoBeganBeforeIsWaitedFor) {
  store->objects().put("loose");
  age();
  Store other(root, Store::Mode::open);
  const auto scratch = other.objects().temporary_path();  // It is at work.
  const stdfs::path lock = scratch.parent_path().native() + ".lock";
  EXPECT_EQ(collect().marked.objects, 1U);
  stdfs::last_write_time(lock, stdfs::last_write_time(root / "gc" / "marked") - 1s);
  const Collected seen = collect();
  EXPECT_EQ(seen.removed.objects, 0U);
  EXPECT_TRUE(seen.busy_since);
}

TEST_F(CollectTest, WhatIsNewerThanWhoIsAtWorkIsNotMarked) {
  Store other(root, Store::Mode::open);
  other.objects().put("being put together");
  const Collected seen = collect();
  EXPECT_EQ(seen.young.objects, 1U);
  EXPECT_EQ(seen.marked.objects, 0U);
}

TEST_F(CollectTest, PacksLoseWhatNothingNames) {
  std::vector<Digest> named;
  {
    Objects::Batch batch(store->objects());
    std::mt19937_64 random(3);
    for (int i = 0; i < 300; ++i) {
      std::string bytes(1000, '\0');
      for (char& c : bytes) c = static_cast<char>(random());
      const Digest digest = batch.put(bytes);
      if (i % 3 == 0) named.push_back(digest);
    }
    batch.commit();
  }
  publish(named);
  age();
  EXPECT_EQ(collect().marked.objects, 200U);
  age();
  const Collected seen = collect();
  EXPECT_EQ(seen.removed.objects, 200U);
  EXPECT_EQ(seen.packs_merged, 1U);
  EXPECT_EQ(packs(), 1U);
  for (const Digest& digest : named) EXPECT_TRUE(store->objects().sound(digest));
  EXPECT_TRUE(sound());
  EXPECT_EQ(collect().packs_merged, 0U);
}

TEST_F(CollectTest, SmallPacksBecomeOne) {
  std::vector<Digest> named;
  for (int pack = 0; pack < 20; ++pack) {
    Objects::Batch batch(store->objects());
    for (int i = 0; i < 40; ++i) named.push_back(batch.put(std::to_string(pack) + " " + std::to_string(i)));
    batch.commit();
  }
  publish(named);
  EXPECT_EQ(packs(), 20U);
  EXPECT_EQ(collect().packs_merged, 20U);
  EXPECT_EQ(packs(), 1U);
  for (const Digest& digest : named) EXPECT_TRUE(store->objects().sound(digest));
  EXPECT_TRUE(sound());
}

TEST_F(CollectTest, WhatARecipeIsMadeOfStays) {
  std::mt19937_64 random(3);
  std::string bytes(17 << 20, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  std::ofstream(dir / "one", std::ios::binary) << bytes;
  bytes.insert(5 << 20, "something new");
  std::ofstream(dir / "two", std::ios::binary) << bytes;
  Digest two;
  {
    Objects::Batch batch(store->objects());
    const Digest one = batch.put_file(dir / "one");
    batch.commit();
    two = batch.put_file(dir / "two", {.look = nullptr, .base = one});
    batch.commit();
  }
  publish({two});
  for (int run = 0; run < 2; ++run) {
    age();
    EXPECT_EQ(collect().marked.objects, 0U);
  }
  EXPECT_TRUE(store->objects().get(two) == bytes);
}

TEST_F(CollectTest, NothingGoesWhereSomethingIsMissing) {
  const Digest named = store->objects().put("named");
  publish({named});
  stdfs::remove(root / "objects" / "sha256" / named.hex().substr(0, 2) / named.hex().substr(2));
  age();
  try {
    collect();
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::corrupt);
  }
}

/// What a second name of a file from elsewhere makes an object of: `mlops import dvc` does so.
class CollectLinkTest : public CollectTest {
 protected:
  CollectLinkTest() {
    std::ofstream(elsewhere) << "theirs";
    stdfs::permissions(elsewhere, stdfs::perms::owner_read);
    stdfs::last_write_time(elsewhere, old);
  }

  Digest link() {
    const stdfs::path second = store->objects().temporary_path();
    stdfs::create_hard_link(elsewhere, second);
    return store->objects().adopt(second);
  }
  bool untouched() const { return stdfs::last_write_time(elsewhere) == old; }

  const stdfs::path elsewhere = dir / "elsewhere";
  const stdfs::file_time_type old = stdfs::file_time_type::clock::now() - 1000h;
};

TEST_F(CollectLinkTest, AnOldFileThatIsLinkedStaysWhileItsCommandIsAtWork) {
  publish({store->objects().put("named")});
  const Digest linked = link();
  EXPECT_EQ(stdfs::hard_link_count(elsewhere), 2);
  collect();
  collect();
  EXPECT_TRUE(store->objects().has(linked));
  publish({linked});
  age();
  collect();
  collect();
  EXPECT_EQ(store->objects().get(linked), "theirs");
}

TEST_F(CollectLinkTest, WhatWasMarkedIsNotTakenAwayOnceItIsLinkedAnew) {
  publish({store->objects().put("named")});
  const Digest linked = link();
  store = nullptr;
  store = std::make_unique<Store>(root, Store::Mode::open);
  EXPECT_EQ(collect().marked.objects, 1U);
  store = nullptr;
  store = std::make_unique<Store>(root, Store::Mode::open);
  stdfs::remove(root / "objects/sha256" / linked.hex().substr(0, 2) / linked.hex().substr(2));
  EXPECT_EQ(link(), linked);
  EXPECT_TRUE(untouched());
  Store other(root, Store::Mode::open);
  NoProgress progress;
  store::collect(other, {.grace_s = 0, .delay_s = 0}, progress);
  EXPECT_EQ(store->objects().get(linked), "theirs");
  EXPECT_TRUE(untouched());
}

}  // namespace
}  // namespace mlops::store
