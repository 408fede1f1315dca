#include <gtest/gtest.h>
#include <mlops/crypto/random.hpp>
#include <mlops/crypto/sha256.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace mlops::crypto {
namespace {

// The example messages of FIPS 180-4 and their digests as NIST publishes them.
TEST(Sha256, AgreesWithTheStandard) {
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").hex(),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1'000'000, 'a')).hex(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Every length around the block borders, against the sha256sum of coreutils.
TEST(Sha256, AgreesWithSha256sum) {
  const std::filesystem::path file = testing::TempDir() + "mlops-crypto-test";
  std::string bytes;
  for (const std::size_t size : {1u, 55u, 56u, 63u, 64u, 65u, 119u, 120u, 128u, 1000u, 4096u, 70'001u}) {
    while (bytes.size() < size) bytes += static_cast<char>(bytes.size() * 197 >> 2);
    bytes.resize(size);
    std::ofstream(file, std::ios::binary) << bytes;
    FILE* pipe = ::popen(("sha256sum " + file.native()).c_str(), "r");
    char hex[65] = {};
    ASSERT_EQ(std::fread(hex, 1, 64, pipe), 64u);
    ::pclose(pipe);
    EXPECT_EQ(sha256(bytes).hex(), hex) << size;
  }
  std::filesystem::remove(file);
}

TEST(Sha256, PiecesAndReuseMakeNoDifference) {
  const std::string bytes(1000, 'q');
  Sha256 hash;
  for (int round = 0; round < 2; ++round) {
    for (std::size_t at = 0; at < bytes.size(); at += 7) hash.update(std::string_view(bytes).substr(at, 7));
    EXPECT_EQ(hash.finish(), sha256(bytes));
  }
  EXPECT_EQ(hash.finish(), sha256(""));
}

TEST(Sha256, ThreadsHashSideBySide) {
  std::vector<std::thread> threads;
  std::vector<Digest> digests(4);
  for (std::size_t i = 0; i < digests.size(); ++i) {
    threads.emplace_back([&, i] { digests[i] = sha256("abc"); });
  }
  for (auto& thread : threads) thread.join();
  for (const Digest& digest : digests) EXPECT_EQ(digest, sha256("abc"));
}

TEST(Random, HasTheLengthAskedForAndDoesNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string hex = random_hex(8);
    EXPECT_EQ(hex.size(), 16u);
    EXPECT_EQ(hex.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_TRUE(seen.insert(hex).second);
  }
  EXPECT_EQ(random_hex(0), "");
}

}  // namespace
}  // namespace mlops::crypto
