#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/pack/bundle.hpp>

#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

namespace mlops::pack {
namespace {

namespace fs = std::filesystem;

/// A program of 1,000 bytes that carries two files, one of them empty.
class BundleTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "bundle_test.XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
    fs::create_directories(dir_ / "files/engines");
    std::mt19937 random(7);
    for (int i = 0; i < 3'000'000; ++i) library_ += static_cast<char>(random() % 16);
    write("files/engines/one.so", library_);
    write("files/none", "");
    write("program", std::string(1000, 'x'));
    append_bundle(program(), frame_of(dir_ / "files"), name_);
  }
  void TearDown() override { fs::remove_all(dir_); }

  fs::path program() const { return dir_ / "program"; }
  void write(const std::string& name, const std::string& bytes) {
    std::ofstream(dir_ / name, std::ios::binary) << bytes;
  }
  std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  Code fault() {
    try {
      unpack(*find_bundle(program()), dir_ / "cache");
    } catch (const Error& e) {
      return e.code();
    }
    return Code::internal;
  }

  fs::path dir_;
  std::string library_;
  std::string name_ = "0123456789abcdef" + std::string(48, 'a');
};

TEST_F(BundleTest, ComesBackAsItWas) {
  const auto bundle = find_bundle(program());
  ASSERT_TRUE(bundle.has_value());
  EXPECT_EQ(bundle->begin, 1000u);
  EXPECT_EQ(bundle->name, name_);
  const fs::path folder = unpack(*bundle, dir_ / "a/cache");
  EXPECT_EQ(folder, dir_ / "a/cache/0123456789abcdef");
  EXPECT_EQ(read(folder / "engines/one.so"), library_);
  EXPECT_EQ(fs::file_size(folder / "none"), 0u);
  EXPECT_EQ(read(program()).substr(0, 1000), std::string(1000, 'x'));
}

TEST_F(BundleTest, IsUnpackedOnce) {
  const fs::path folder = unpack(*find_bundle(program()), dir_ / "cache");
  std::ofstream(folder / "mark") << "here";
  unpack(*find_bundle(program()), dir_ / "cache");
  EXPECT_TRUE(fs::exists(folder / "mark"));
}

TEST_F(BundleTest, ManyAtOnceLeaveOneWholeFolder) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { unpack(*find_bundle(program()), dir_ / "cache"); });
  for (auto& thread : threads) thread.join();
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(dir_ / "cache")) left.push_back(entry.path().filename());
  EXPECT_EQ(left, std::vector<std::string>{"0123456789abcdef"});
  EXPECT_EQ(read(dir_ / "cache/0123456789abcdef/engines/one.so"), library_);
}

TEST_F(BundleTest, AFileWithoutOneHasNone) {
  write("plain", "a text that is long enough to hold what is looked for at the end of each file, and more");
  EXPECT_FALSE(find_bundle(dir_ / "plain").has_value());
  write("empty", "");
  EXPECT_FALSE(find_bundle(dir_ / "empty").has_value());
  EXPECT_FALSE(find_bundle(dir_ / "absent").has_value());
}

TEST_F(BundleTest, AFlippedBitIsNeverUnpacked) {
  const std::string whole = read(program());
  for (const std::size_t at : {std::size_t{1010}, whole.size() / 2, whole.size() - 92}) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 4);
    write("program", bytes);
    EXPECT_EQ(fault(), Code::corrupt) << at;
    EXPECT_TRUE(fs::is_empty(dir_ / "cache"));
  }
}

TEST_F(BundleTest, ACutFileCarriesNothing) {
  write("program", read(program()).substr(0, 5000));
  EXPECT_FALSE(find_bundle(program()).has_value());
}

TEST_F(BundleTest, TheSameFilesMakeTheSameBytes) {
  EXPECT_EQ(frame_of(dir_ / "files"), frame_of(dir_ / "files"));
}

TEST_F(BundleTest, APlaceThatCannotBeWritten) {
  write("cache", "a file, where a folder is wanted");
  EXPECT_EQ(fault(), Code::failed);
}

}  // namespace
}  // namespace mlops::pack
