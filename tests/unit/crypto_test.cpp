#include <gtest/gtest.h>
#include <mlops/crypto/hmac.hpp>
#include <mlops/crypto/md5.hpp>
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

// RFC 4231, test cases 1, 2, 3, 6 and 7: short keys, and keys longer than a block.
TEST(HmacSha256, AgreesWithTheStandard) {
  EXPECT_EQ(hmac_sha256(std::string(20, '\x0b'), "Hi There").hex(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_sha256("Jefe", "what do ya want for nothing?").hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd')).hex(),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(
      hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First").hex(),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(
      hmac_sha256(std::string(131, '\xaa'),
                  "This is a test using a larger than block-size key and a larger than block-size data. "
                  "The key needs to be hashed before being used by the HMAC algorithm.")
          .hex(),
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST(HmacSha256, AnEmptyKeyAndTextAreAKeyAndAText) {
  EXPECT_EQ(hmac_sha256("", "").hex(), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

// RFC 1321, A.5.
TEST(Md5, AgreesWithTheStandard) {
  Md5 hash;
  hash.update("12345678901234567890123456789012345678901234567890");
  hash.update("123456789012345678901234567890");
  EXPECT_EQ(hash.finish(), "57edf4a22be3c955ac49da2e2107b67a");
  EXPECT_EQ(Md5().finish(), "d41d8cd98f00b204e9800998ecf8427e");
}

}  // namespace
}  // namespace mlops::crypto
