#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/store/small.hpp>
#include <mlops/store/store.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace mlops::store {
namespace {

namespace stdfs = std::filesystem;
using Batch = Objects::Batch;

constexpr std::size_t megabyte = 1 << 20;

std::string read(const stdfs::path& file) {
  std::string bytes(stdfs::file_size(file), '\0');
  std::ifstream(file, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

void write(const stdfs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string random_bytes(std::size_t size, std::mt19937_64& random) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; i += 8) {
    const std::uint64_t word = random();
    std::memcpy(bytes.data() + i, &word, std::min<std::size_t>(8, size - i));
  }
  return bytes;
}

class NoProgress final : public Progress {
 public:
  void phase(std::string_view, std::uint64_t, Unit) override {}
  void at(std::uint64_t) override {}
};

class EncodingsTest : public testing::Test {
 protected:
  EncodingsTest() { stdfs::create_directories(dir); }
  ~EncodingsTest() override { stdfs::remove_all(dir); }

  std::size_t files_below(const std::string& folder) const {
    if (!stdfs::exists(root / folder)) return 0;
    const stdfs::recursive_directory_iterator all(root / folder);
    return static_cast<std::size_t>(
        std::count_if(begin(all), end(all), [](const auto& entry) { return entry.is_regular_file(); }));
  }
  std::uint64_t bytes_below(const std::string& folder) const {
    std::uint64_t sum = 0;
    if (!stdfs::exists(root / folder)) return 0;
    for (const auto& entry : stdfs::recursive_directory_iterator(root / folder))
      sum += entry.is_regular_file() ? entry.file_size() : 0;
    return sum;
  }
  std::uint64_t stored() const {
    return bytes_below("objects") + bytes_below("packs") + bytes_below("recipes");
  }
  std::string file_of(const std::string& bytes) {
    const auto path = dir / ("f" + std::to_string(++files_));
    write(path, bytes);
    return path.native();
  }
  /// The second version on top of the first: what it cost, in bytes.
  std::uint64_t cost_of(const std::string& one, const std::string& two) {
    Objects objects(root);
    Batch first(objects);
    const Digest base = first.put_file(file_of(one));
    first.commit();
    const std::uint64_t before = stored();
    Batch second(objects);
    std::string seen;
    const Digest digest =
        second.put_file(file_of(two), {.look = [&](std::string_view bytes) { seen += bytes; }, .base = base});
    EXPECT_EQ(digest, crypto::sha256(two));
    EXPECT_TRUE(seen == two);
    EXPECT_TRUE(read(second.file(digest)) == two);
    second.commit();
    const Objects fresh(root);
    EXPECT_TRUE(fresh.get(digest) == two);
    EXPECT_TRUE(read(fresh.file(digest)) == two);
    EXPECT_EQ(fresh.size(digest), two.size());
    EXPECT_TRUE(fresh.sound(digest));
    return stored() - before;
  }

  const stdfs::path dir =
      stdfs::path(testing::TempDir()) / ("encodings-" + std::to_string(::getpid()) + "-" +
                                         testing::UnitTest::GetInstance()->current_test_info()->name());
  const stdfs::path root = dir / ".mlops";
  Store store{root, Store::Mode::create};
  std::mt19937_64 random{7};

 private:
  int files_ = 0;
};

TEST_F(EncodingsTest, FewSmallObjectsAreFiles) {
  Batch batch(store.objects());
  for (int i = 0; i < 20; ++i) batch.put("object " + std::to_string(i));
  batch.commit();
  EXPECT_EQ(files_below("objects"), 20U);
  EXPECT_EQ(files_below("packs"), 0U);
  EXPECT_EQ(read(root / "format"), "{\"format\":1}\n");
}

TEST_F(EncodingsTest, ManySmallObjectsShareAFile) {
  Batch batch(store.objects());
  std::map<Digest, std::string> all;
  for (int i = 0; i < 1000; ++i) {
    const std::string bytes =
        i % 3 == 0 ? std::string(static_cast<std::size_t>(i), 'x') : random_bytes(i, random);
    all[batch.put_file(file_of(bytes))] = bytes;
    EXPECT_EQ(read(batch.file(crypto::sha256(bytes))), bytes);
  }
  EXPECT_TRUE(batch.holds_new());
  batch.commit();
  EXPECT_FALSE(batch.holds_new());
  EXPECT_EQ(files_below("objects"), 0U);
  EXPECT_EQ(files_below("packs"), 1U);
  EXPECT_EQ(read(root / "format"), "{\"format\":2}\n");
  const Objects objects(root);
  for (const auto& [digest, bytes] : all) {
    EXPECT_EQ(objects.get(digest), bytes);
    EXPECT_EQ(objects.size(digest), bytes.size());
    EXPECT_TRUE(objects.has(digest) && objects.sound(digest));
  }
  EXPECT_EQ(read(objects.file(all.begin()->first)), all.begin()->second);
  std::size_t seen = 0;
  objects.each([&](const Digest& digest, std::uint64_t) { seen += all.count(digest); });
  EXPECT_EQ(seen, all.size());
  EXPECT_FALSE(objects.has(crypto::sha256("another")));
}

TEST_F(EncodingsTest, SmallObjectsAreVisitedInTheOrderOfTheStore) {
  std::vector<std::string> contents;
  std::vector<Digest> digests;
  {
    Batch batch(store.objects());
    for (std::size_t i = 0; i < 1000; ++i) {
      contents.push_back(i % 3 == 0 ? std::string(i, 'x') : random_bytes(1000 + i * 50, random));
      digests.push_back(batch.put(contents.back()));
    }
    batch.commit();
  }
  for (const std::size_t again : {7U, 8U, 7U}) {
    contents.push_back(contents[again]);
    digests.push_back(digests[again]);
  }
  contents.push_back(random_bytes(megabyte, random));
  digests.push_back(store.objects().put(contents.back()));
  digests.push_back(crypto::sha256("nowhere"));
  std::shuffle(digests.begin() + 100, digests.begin() + 900, random);
  const auto visited = [&] {
    std::set<std::size_t> seen;
    const auto rest = SmallObjects(root).visit(digests, [&](std::size_t number, std::string_view content) {
      EXPECT_TRUE(seen.insert(number).second);
      EXPECT_EQ(crypto::sha256(content), digests[number]);
    });
    EXPECT_EQ(seen.size() + rest.size(), digests.size());
    return rest;
  };
  EXPECT_EQ(visited(), (std::vector<std::size_t>{digests.size() - 2, digests.size() - 1}));
  // One that is damaged is left out, the others are not.
  const stdfs::path pack = stdfs::directory_iterator(root / "packs")->path();
  std::string bytes = read(pack);
  const std::size_t at = bytes.find(contents[500].substr(100, 100));
  ASSERT_NE(at, std::string::npos);
  bytes[at] ^= 1;
  stdfs::remove(pack);
  write(pack, bytes);
  const auto rest = visited();
  ASSERT_EQ(rest.size(), 3U);
  EXPECT_EQ(
      std::count_if(rest.begin(), rest.end(),
                    [&](std::size_t number) { return digests[number] == crypto::sha256(contents[500]); }),
      1);
}

TEST_F(EncodingsTest, WhatIsInAPackIsNotWrittenAgain) {
  for (int round = 0; round < 2; ++round) {
    Batch batch(store.objects());
    for (int i = 0; i < 100; ++i) batch.put("object " + std::to_string(i));
    EXPECT_EQ(batch.holds_new(), round == 0);
    batch.commit();
  }
  store.objects().put("object 5");
  EXPECT_EQ(files_below("packs"), 1U);
  EXPECT_EQ(files_below("objects"), 0U);
}

TEST_F(EncodingsTest, WhatHasAFileIsNotPackedHoweverManyAreAskedFor) {
  const auto text = [](int i) { return "object " + std::to_string(i); };
  std::map<Digest, int> files;
  for (int i = 0; i < 10; ++i) files[store.objects().put(text(i))] = 0;
  Objects objects(root);
  Batch batch(objects);
  for (int i = 20'000; i-- > 0;) batch.put(text(i));
  batch.commit();
  Objects(root).each([&](const Digest& digest, std::uint64_t) {
    if (const auto file = files.find(digest); file != files.end()) ++file->second;
  });
  for (const auto& [digest, times] : files) EXPECT_EQ(times, 1) << digest.text();
}

TEST_F(EncodingsTest, LanesOfManyThreadsFillOneBatch) {
  Batch batch(store.objects());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&batch, t] {
      Batch::Lane lane(batch);
      for (int i = 0; i < 2000; ++i) lane.put(std::to_string(i % 1500) + " of " + std::to_string(t % 2));
      lane.finish();
    });
  }
  for (auto& thread : threads) thread.join();
  batch.commit();
  const Objects objects(root);
  for (int i = 0; i < 1500; ++i) {
    for (const char* t : {"0", "1"}) {
      const std::string bytes = std::to_string(i) + " of " + t;
      EXPECT_EQ(objects.get(crypto::sha256(bytes)), bytes);
    }
  }
  EXPECT_LE(files_below("packs"), 4U);
}

TEST_F(EncodingsTest, ALaneThatDidNotFinishLeavesNothing) {
  Batch batch(store.objects());
  {
    Batch::Lane lane(batch);
    for (int i = 0; i < 100; ++i) lane.put(std::to_string(i));
  }
  batch.commit();
  EXPECT_FALSE(store.objects().has(crypto::sha256("5")));
}

TEST_F(EncodingsTest, AVersionCostsWhatIsNew) {
  std::string text;
  while (text.size() < 24 * megabyte)
    text += std::to_string(random()) + "," + std::to_string(random() % 1000) + "\n";
  std::string edited = text;
  edited.insert(5 * megabyte, "a new row\n");
  edited.erase(9 * megabyte, 40);
  for (std::size_t i = 0; i < 10000; ++i) edited[12 * megabyte + 17 * i] = 'x';
  edited += "appended";
  const std::uint64_t cost = cost_of(text, edited);
  EXPECT_GT(cost, 10000U);
  EXPECT_LT(cost, 200000U);
  NoProgress progress;
  EXPECT_TRUE(store.fsck(progress).empty());
}

TEST_F(EncodingsTest, VersionsOfAVersionAreMadeOfTheFirst) {
  std::string bytes = random_bytes(20 * megabyte, random);
  Batch first(store.objects());
  Digest base = first.put_file(file_of(bytes));
  first.commit();
  for (int version = 0; version < 5; ++version) {
    bytes.insert(random() % bytes.size(), random_bytes(1000, random));
    bytes.erase(random() % (bytes.size() - 5000), 5000);
    Batch batch(store.objects());
    base = batch.put_file(file_of(bytes), {.look = nullptr, .base = base});
    batch.commit();
    EXPECT_TRUE(store.objects().get(base) == bytes);
  }
  EXPECT_EQ(files_below("recipes"), 5U);
  EXPECT_LT(stored(), 21 * megabyte);
}

TEST_F(EncodingsTest, WhatSharesNothingIsAFile) {
  const std::string one = random_bytes(17 * megabyte, random);
  const std::string two = random_bytes(17 * megabyte, random);
  EXPECT_GE(cost_of(one, two), two.size());
  EXPECT_EQ(files_below("recipes"), 0U);
  EXPECT_EQ(files_below("packs"), 0U);
}

TEST_F(EncodingsTest, RepetitionsAreNoTrap) {
  const std::string zeros(32 * megabyte, '\0');
  std::string two = zeros;
  two.insert(3 * megabyte, "something");
  two += std::string(megabyte, '\0');
  EXPECT_LT(cost_of(zeros, two), megabyte);
  std::string rows;
  while (rows.size() < 20 * megabyte) rows += "0,0,1,the same row again\n";
  std::string more = rows;
  for (int i = 0; i < 50; ++i) more.insert(random() % more.size(), "another");
  EXPECT_LT(cost_of(rows, more), megabyte);
}

TEST_F(EncodingsTest, AnyEditsComeBack) {
  for (int round = 0; round < 6; ++round) {
    std::string one = random_bytes(16 * megabyte + random() % megabyte, random);
    if (round % 3 == 0)
      std::replace_if(
          one.begin(), one.end(), [](char c) { return c > -100; }, ' ');
    std::string two = one;
    for (std::uint64_t edits = random() % 30; edits-- > 0;) {
      const std::size_t at = random() % two.size();
      const std::size_t size = random() % (random() % 10 == 0 ? megabyte : 5000);
      switch (random() % 4) {
        case 0:
          two.insert(at, random_bytes(size, random));
          break;
        case 1:
          two.erase(at, size);
          break;
        case 2:
          two.insert(at, one.substr(random() % one.size(), size));
          break;
        default:
          two.replace(at, size, random_bytes(size, random));
      }
    }
    if (two.size() < 16 * megabyte) two += random_bytes(16 * megabyte - two.size(), random);
    cost_of(one, two);
  }
}

}  // namespace
}  // namespace mlops::store
