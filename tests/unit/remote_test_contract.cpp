/// What a Space promises, of each kind of space: a folder, and S3 where there is one. MLOPS_TEST_S3 is the
/// URL of a bucket that may be written to, keys and endpoint are in AWS_*; MLOPS_TEST_S3_STYLE and
/// MLOPS_TEST_S3_ONE_WRITER=1 are what the settings of a remote say.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>
#include <mlops/crypto/random.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/remote/address.hpp>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include "error_of.hpp"

extern char** environ;

namespace mlops::remote {
namespace {

namespace files = std::filesystem;
using test::error_of;

enum class Kind { folder, s3 };

std::string text_of(const char* name) {
  const char* const value = ::getenv(name);
  return value == nullptr ? "" : value;
}

std::map<std::string, std::string> whole_environment() {
  std::map<std::string, std::string> out;
  for (char** line = environ; *line != nullptr; ++line) {
    const std::string text = *line;
    out[text.substr(0, text.find('='))] = text.substr(std::min(text.find('=') + 1, text.size()));
  }
  return out;
}

class RemoteContract : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == Kind::s3 && text_of("MLOPS_TEST_S3").empty())
      GTEST_SKIP() << "MLOPS_TEST_S3 names no bucket";
    address = GetParam() == Kind::folder
                  ? Address{.url = (scratch.path() / "space").native()}
                  // What stands in a prefix has to be encoded in paths, queries and answers.
                  : Address{.url = text_of("MLOPS_TEST_S3") + "/a+\xc3\xb6=&~'(1)/" + crypto::random_hex(8),
                            .style = text_of("MLOPS_TEST_S3_STYLE"),
                            .one_writer = text_of("MLOPS_TEST_S3_ONE_WRITER") == "1"};
    space = open();
  }

  std::unique_ptr<Space> open(const Cancel* cancel = nullptr) {
    return open_space(address,
                      {.folder = "/", .environment = environment, .engines = &engines, .cancel = cancel});
  }

  std::vector<std::string> keys(const std::string& prefix = "", const std::string& after = "") {
    std::vector<std::string> out;
    space->list(prefix, after, [&](const Item& item) { out.push_back(item.key); });
    return out;
  }

  std::string got(const std::string& key, std::uint64_t offset, std::uint64_t size) {
    std::string out;
    space->get(key, offset, size, [&](std::string_view piece) { out += piece; });
    return out;
  }

  /// A file whose every MiB is another one; its digest.
  Digest write_file(const files::path& path, std::uint64_t size) {
    std::ofstream out(path, std::ios::binary);
    crypto::Sha256 hash;
    for (std::uint64_t at = 0; at < size; at += 1 << 20) {
      std::string block(static_cast<std::size_t>(std::min<std::uint64_t>(size - at, 1 << 20)), '\0');
      for (std::size_t i = 0; i < block.size(); ++i)
        block[i] = static_cast<char>(i * 7 + (i >> 8) + (at >> 20));
      hash.update(block);
      out << block;
    }
    return hash.finish();
  }

  Digest digest_of(const std::string& key, std::uint64_t size) {
    crypto::Sha256 hash;
    space->get(key, 0, size, [&](std::string_view piece) { hash.update(piece); });
    return hash.finish();
  }

  fs::TemporaryFolder scratch{files::temp_directory_path()};
  std::map<std::string, std::string> environment = whole_environment();
  Engines engines{{ENGINES_DIR}};
  Address address;
  std::unique_ptr<Space> space;
};

TEST_P(RemoteContract, WhatWasPutIsFound) {
  EXPECT_EQ(space->find("a"), std::nullopt);
  space->put("a", "one");
  space->put("b/c", std::string("\0\xff\r\n", 4));
  space->put("empty", "");
  EXPECT_EQ(space->find("a"), "one");
  EXPECT_EQ(space->find("b/c"), std::string("\0\xff\r\n", 4));
  EXPECT_EQ(space->find("empty"), "");
  space->put("a", "two");
  EXPECT_EQ(space->find("a"), "two");
  EXPECT_EQ(open()->find("a"), "two");
}

TEST_P(RemoteContract, RangesAreGiven) {
  space->put("a", "0123456789");
  EXPECT_EQ(got("a", 0, 10), "0123456789");
  EXPECT_EQ(got("a", 3, 4), "3456");
  EXPECT_EQ(got("a", 9, 1), "9");
  EXPECT_EQ(got("a", 4, 0), "");
  EXPECT_EQ(error_of([&] { got("a", 8, 3); }).code(), Code::corrupt);
  EXPECT_EQ(error_of([&] { got("a", 20, 3); }).code(), Code::corrupt);
  EXPECT_EQ(error_of([&] { got("missing", 0, 1); }).code(), Code::not_found);
}

TEST_P(RemoteContract, WhatTheTakerThrowsEndsIt) {
  space->put("a", "0123456789");
  int calls = 0;
  const Error fault = error_of([&] {
    space->get("a", 0, 10, [&](std::string_view) {
      ++calls;
      throw error(Code::busy, "no room");
    });
  });
  EXPECT_EQ(fault.message(), "no room");
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(got("a", 0, 10), "0123456789");
}

TEST_P(RemoteContract, ListsAreSortedAndBeginWhereTheyAreToldTo) {
  EXPECT_EQ(keys(), (std::vector<std::string>{}));
  for (const char* key : {"b/2", "b/10", "b-c", "b.d", "a/x", "b/1", "c"}) space->put(key, key);
  EXPECT_EQ(keys(), (std::vector<std::string>{"a/x", "b-c", "b.d", "b/1", "b/10", "b/2", "c"}));
  EXPECT_EQ(keys("b"), (std::vector<std::string>{"b-c", "b.d", "b/1", "b/10", "b/2"}));
  EXPECT_EQ(keys("b/"), (std::vector<std::string>{"b/1", "b/10", "b/2"}));
  EXPECT_EQ(keys("b/", "b/1"), (std::vector<std::string>{"b/10", "b/2"}));
  EXPECT_EQ(keys("b/", "b/11"), (std::vector<std::string>{"b/2"}));
  EXPECT_EQ(keys("b/1"), (std::vector<std::string>{"b/1", "b/10"}));
  EXPECT_EQ(keys("d"), (std::vector<std::string>{}));
  space->list("b/10", "", [](const Item& item) { EXPECT_EQ(item, (Item{"b/10", 4})); });
}

TEST_P(RemoteContract, ManyItemsAreMoreThanOnePage) {
  std::atomic<int> next = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      for (int n = next++; n < 1500; n = next++) space->put(fmt::format("many/{:04}", n), "x");
    });
  }
  threads.clear();
  const std::vector<std::string> all = keys("many/");
  ASSERT_EQ(all.size(), 1500u);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_EQ(all.back(), "many/1499");
  EXPECT_EQ(keys("many/", "many/0400").size(), 1099u);
}

TEST_P(RemoteContract, KeysMayHoldDotsAndDashes) {
  const std::string key = "a-b.c/..d/e..f/-.g";
  space->put(key, "x");
  EXPECT_EQ(space->find(key), "x");
  EXPECT_EQ(keys("a-b.c/"), (std::vector<std::string>{key}));
  space->remove(key);
  EXPECT_EQ(space->find(key), std::nullopt);
}

TEST_P(RemoteContract, WhatWasRemovedIsGone) {
  space->put("a", "x");
  space->put("b", "x");
  space->remove("a");
  EXPECT_EQ(space->find("a"), std::nullopt);
  EXPECT_EQ(keys(), (std::vector<std::string>{"b"}));
}

TEST_P(RemoteContract, FilesArePutWithAndWithoutADigest) {
  const files::path file = scratch.path() / "file";
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{3} << 20}) {
    const Digest digest = write_file(file, size);
    std::uint64_t told = 0;
    space->put_file("known", file, digest, [&](std::uint64_t bytes) { told += bytes; });
    EXPECT_EQ(told, size);
    space->put_file("unknown", file, std::nullopt, {});
    EXPECT_EQ(digest_of("known", size), digest);
    EXPECT_EQ(space->find("unknown"), space->find("known"));
  }
}

TEST_P(RemoteContract, LargeFilesArePutInParts) {
  const files::path file = scratch.path() / "file";
  const std::uint64_t size = (std::uint64_t{100} << 20) + 5;
  const Digest digest = write_file(file, size);
  std::atomic<std::uint64_t> told = 0;
  space->put_file("large", file, digest, [&](std::uint64_t bytes) { told += bytes; });
  EXPECT_EQ(told, size);
  EXPECT_EQ(digest_of("large", size), digest);
  EXPECT_EQ(got("large", size - 5, 5).size(), 5u);
  space->list("", "", [&](const Item& item) { EXPECT_EQ(item, (Item{"large", size})); });
}

TEST_P(RemoteContract, AnUploadThatWasCutGoesOn) {
  const files::path file = scratch.path() / "file";
  const std::uint64_t size = std::uint64_t{100} << 20;
  const Digest digest = write_file(file, size);
  for (const std::uint64_t until : {std::uint64_t{70} << 20, std::uint64_t{20} << 20}) {
    Cancel cancel;
    std::atomic<std::uint64_t> told = 0;
    const auto stopped = open(&cancel);
    const auto stop = [&](std::uint64_t bytes) {
      if ((told += bytes) > until) cancel.set();
    };
    if (GetParam() == Kind::folder) break;  // A copy is not cancelled.
    EXPECT_EQ(error_of([&] { stopped->put_file("large", file, digest, stop); }).code(), Code::interrupted);
    EXPECT_EQ(space->find("large"), std::nullopt);
  }
  std::atomic<std::uint64_t> told = 0;
  space->put_file("large", file, digest, [&](std::uint64_t bytes) { told += bytes; });
  EXPECT_EQ(told, size);
  EXPECT_EQ(digest_of("large", size), digest);
}

TEST_P(RemoteContract, TheRestOfAnotherFileDoesNotGetIn) {
  const files::path file = scratch.path() / "file";
  const std::uint64_t size = std::uint64_t{80} << 20;
  write_file(file, size);
  Cancel cancel;
  std::atomic<std::uint64_t> told = 0;
  if (GetParam() == Kind::s3) {
    EXPECT_EQ(error_of([&] {
                open(&cancel)->put_file("large", file, std::nullopt, [&](std::uint64_t bytes) {
                  if ((told += bytes) > size * 3 / 4) cancel.set();
                });
              }).code(),
              Code::interrupted);
  }
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary) << "another beginning";
  space->put_file("large", file, std::nullopt, {});
  EXPECT_EQ(digest_of("large", size), crypto::sha256(fs::read_file(file)));
}

TEST_P(RemoteContract, OnlyTheFirstMakesAnItem) {
  EXPECT_TRUE(space->create("a", "one"));
  EXPECT_FALSE(space->create("a", "two"));
  EXPECT_FALSE(space->create("a", "one"));
  EXPECT_EQ(space->find("a"), "one");
  EXPECT_EQ(keys(), (std::vector<std::string>{"a"}));
  space->remove("a");
  EXPECT_TRUE(space->create("a", ""));
}

TEST_P(RemoteContract, OfManyAtOnceOneMakesIt) {
  if (address.one_writer) GTEST_SKIP() << "there is one writer";
  for (int round = 0; round < 3; ++round) {
    const std::string key = fmt::format("race/{}", round);
    std::atomic<int> made = 0;
    std::atomic<int> winner = -1;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&, i] {
        if (!space->create(key, fmt::format("{}", i))) return;
        ++made;
        winner = i;
      });
    }
    threads.clear();
    EXPECT_EQ(made, 1);
    EXPECT_EQ(space->find(key), fmt::format("{}", winner.load()));
  }
}

TEST_P(RemoteContract, WhoReadsWhileItIsReplacedSeesOneOfThem) {
  const std::size_t size = 6 << 20;
  space->put("a", std::string(size, 'a'));
  std::atomic<bool> over = false;
  std::jthread writer([&] {
    for (char c = 'b'; !over; c = static_cast<char>(c == 'y' ? 'b' : c + 1))
      space->put("a", std::string(size, c));
  });
  for (int i = 0; i < 10; ++i) {
    std::string bytes;
    try {
      bytes = got("a", 0, size);
    } catch (const Error& fault) {
      EXPECT_EQ(fault.code(), Code::conflict) << fault.message();
      continue;
    }
    EXPECT_EQ(bytes.size(), size);
    EXPECT_EQ(bytes.find_first_not_of(bytes.front()), std::string::npos);
  }
  over = true;
}

TEST_P(RemoteContract, ManyThreadsShareIt) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 10; ++n) {
        const std::string key = fmt::format("t{}/{}", i, n);
        space->put(key, key);
        EXPECT_EQ(space->find(key), key);
        EXPECT_EQ(keys(fmt::format("t{}/", i)).size(), static_cast<std::size_t>(n + 1));
      }
    });
  }
  threads.clear();
  EXPECT_EQ(keys().size(), 80u);
}

/// MLOPS_TEST_S3_UNABLE is the URL of a bucket where nobody can tell who came first.
TEST(RemoteUnable, CreateIsRefusedWhereNobodyCanTellWhoCameFirst) {
  const std::string url = text_of("MLOPS_TEST_S3_UNABLE");
  if (url.empty()) GTEST_SKIP() << "MLOPS_TEST_S3_UNABLE names no bucket";
  Engines engines{{ENGINES_DIR}};
  const auto environment = whole_environment();
  const Surroundings surroundings = {.environment = environment, .engines = &engines};
  Address address = {.url = url + "/unable"};
  const Error fault = error_of([&] { open_space(address, surroundings)->create("ref", "x"); });
  EXPECT_EQ(fault.code(), Code::failed);
  EXPECT_EQ(fault.id(), "remote.no_compare_and_swap");
  EXPECT_NE(fault.message().find(text_of("MLOPS_TEST_S3_SAYS")), std::string::npos) << fault.message();
  EXPECT_EQ(open_space(address, surroundings)->find("ref"), std::nullopt);
  address.one_writer = true;
  EXPECT_TRUE(open_space(address, surroundings)->create("ref", "x"));
  EXPECT_FALSE(open_space(address, surroundings)->create("ref", "y"));
  EXPECT_EQ(open_space(address, surroundings)->find("ref"), "x");
}

INSTANTIATE_TEST_SUITE_P(Folder, RemoteContract, testing::Values(Kind::folder));
INSTANTIATE_TEST_SUITE_P(S3, RemoteContract, testing::Values(Kind::s3));

}  // namespace
}  // namespace mlops::remote
