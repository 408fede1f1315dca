#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/pack/stream.hpp>

#include <cstdlib>
#include <fstream>
#include <random>

namespace mlops::pack {
namespace {

namespace fs = std::filesystem;

// Files are made by gzip and zstd themselves: what they write is what must be read.
class PackTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "pack_test.XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
    std::mt19937 random(7);
    for (int i = 0; i < 400'000; ++i) plain_ += static_cast<char>(random() % 64 + 32);
    write("plain", plain_);
  }
  void TearDown() override { fs::remove_all(dir_); }

  void write(const std::string& name, const std::string& bytes) {
    std::ofstream(dir_ / name, std::ios::binary) << bytes;
  }
  std::string bytes(const std::string& name) {
    std::ifstream in(dir_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string packed(const std::string& tool) {
    const std::string file = (dir_ / "packed").string();
    EXPECT_EQ(std::system((tool + " -c " + (dir_ / "plain").string() + " > " + file).c_str()), 0);
    return bytes("packed");
  }
  std::string read(const std::string& name, std::size_t size = 70'000) {
    const auto reader = open(engines_, dir_ / name);
    std::string out;
    std::string buffer(size, '\0');
    for (std::size_t n = 0; (n = reader->read(buffer.data(), buffer.size())) != 0;) out.append(buffer, 0, n);
    EXPECT_EQ(reader->read(buffer.data(), buffer.size()), 0u) << "the end stays the end";
    return out;
  }
  Code fault(const std::string& name) {
    try {
      read(name);
    } catch (const Error& e) {
      EXPECT_NE(e.message().find(name), std::string::npos) << e.message();
      return e.code();
    }
    ADD_FAILURE() << name << " was read";
    return Code::internal;
  }

  fs::path dir_;
  std::string plain_;
  Engines engines_{{ENGINES_DIR}};
};

TEST(Detect, LooksAtTheFirstBytesOnly) {
  EXPECT_EQ(detect("\x1F\x8B\x08"), Compression::gzip);
  EXPECT_EQ(detect("\x28\xB5\x2F\xFD..."), Compression::zstd);
  EXPECT_EQ(detect("\x5A\x2A\x4D\x18..."), Compression::zstd);
  EXPECT_EQ(detect("id,name"), Compression::none);
  EXPECT_EQ(detect(""), Compression::none);
  EXPECT_EQ(detect("\x1F"), Compression::none);
  EXPECT_EQ(name(Compression::zstd), "zstd");
  EXPECT_EQ(name(Compression::none), "none");
}

TEST_F(PackTest, ReadsWhatGzipAndZstdWrite) {
  write("a.csv", packed("gzip"));
  write("b.csv", packed("zstd -q"));
  EXPECT_EQ(read("a.csv"), plain_);
  EXPECT_EQ(read("b.csv"), plain_);
  EXPECT_EQ(read("a.csv", 1'000'000), plain_);
  EXPECT_EQ(read("b.csv", 777), plain_);
}

TEST_F(PackTest, ReadsAllMembersAndFrames) {
  const std::string gzip = packed("gzip");
  const std::string zstd = packed("zstd -q");
  write("two.gz", gzip + gzip + std::string(512, '\0'));
  write("two.zst", zstd + std::string("\x50\x2A\x4D\x18\x03\0\0\0abc", 11) + zstd);
  EXPECT_EQ(read("two.gz"), plain_ + plain_);
  EXPECT_EQ(read("two.zst"), plain_ + plain_);
}

TEST_F(PackTest, ReadsNothingOutOfNothing) {
  write("plain", "");
  write("empty.gz", packed("gzip"));
  write("empty.zst", packed("zstd -q"));
  EXPECT_EQ(read("empty.gz"), "");
  EXPECT_EQ(read("empty.zst"), "");
}

TEST_F(PackTest, RefusesDamage) {
  for (const std::string tool : {"gzip", "zstd -q --check"}) {
    const std::string good = packed(tool);
    std::string flipped = good;
    flipped[good.size() / 2] = static_cast<char>(flipped[good.size() / 2] ^ 4);
    write("flipped", flipped);
    write("short", good.substr(0, good.size() - 3));
    write("shorter", good.substr(0, good.size() / 2));
    write("followed", good + "more bytes");
    for (const char* name : {"flipped", "short", "shorter", "followed"}) {
      EXPECT_EQ(fault(name), Code::corrupt) << tool << " " << name;
    }
  }
}

// The checksum alone tells: every deflated byte is as it was.
TEST_F(PackTest, ComparesTheChecksumOfGzip) {
  std::string bytes = packed("gzip");
  bytes[bytes.size() - 6] = static_cast<char>(bytes[bytes.size() - 6] ^ 1);
  write("sum.gz", bytes);
  EXPECT_EQ(fault("sum.gz"), Code::corrupt);
}

TEST_F(PackTest, NamesWhatCannotBeOpened) {
  EXPECT_EQ(fault("absent.gz"), Code::not_found);
  EXPECT_EQ(fault("plain"), Code::corrupt);
  fs::create_directory(dir_ / "folder");
  EXPECT_EQ(fault("folder"), Code::failed);
}

}  // namespace
}  // namespace mlops::pack
