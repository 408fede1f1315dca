#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>

#include <cstdlib>
#include <filesystem>

#include "error_of.hpp"
#include "src/tar.hpp"

namespace mlops::remote {
namespace {

using test::error_of;

std::string archive(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string out;
  for (const auto& [name, bytes] : files)
    out += tar_header(name, bytes.size()) + bytes + tar_padding(bytes.size());
  return out + std::string(2 * tar_block, '\0');
}

class Tar : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "tar-XXXXXX").native();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    top_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(top_); }

  fs::File file(const std::string& bytes) {
    const auto path = top_ / std::to_string(++names_);
    fs::File(path, fs::File::Mode::create_new).write(bytes);
    return fs::File(path);
  }

  std::filesystem::path top_;
  int names_ = 0;
};

TEST_F(Tar, WhatIsWrittenIsFound) {
  const std::string bytes =
      archive({{"a", ""}, {"b/c", "text"}, {"d", std::string(512, 'x')}, {"e", std::string(513, 'y')}});
  EXPECT_EQ(bytes.size() % tar_block, 0U);
  const fs::File at = file(bytes);
  const auto members = tar_members(at);
  ASSERT_EQ(members.size(), 4U);
  EXPECT_EQ(members.at("a").size, 0U);
  EXPECT_EQ(bytes.substr(members.at("b/c").offset, members.at("b/c").size), "text");
  EXPECT_EQ(bytes.substr(members.at("e").offset, members.at("e").size), std::string(513, 'y'));
}

TEST_F(Tar, EverythingCutOffIsDamage) {
  const std::string bytes = archive({{"a", "one"}, {"b", std::string(700, 'x')}});
  for (std::size_t size = 0; size < bytes.size() - 2 * tar_block + 1; size += 17) {
    EXPECT_EQ(error_of([&] { tar_members(file(bytes.substr(0, size))); }).id(), "bundle.corrupt") << size;
  }
  std::string other = bytes;
  other[3] ^= 1;
  EXPECT_EQ(error_of([&] { tar_members(file(other)); }).id(), "bundle.corrupt");
}

TEST_F(Tar, LargeSizesAreInBase256) {
  const std::uint64_t size = (std::uint64_t{1} << 40) + 5;
  const std::string header = tar_header("large", size);
  EXPECT_EQ(static_cast<unsigned char>(header[124]), 0x80U);
  // The file ends long before.
  EXPECT_EQ(error_of([&] { tar_members(file(header)); }).id(), "bundle.corrupt");
  std::filesystem::resize_file(file(header).path(), tar_block);
  const fs::File sparse = file(header);
  std::filesystem::resize_file(sparse.path(), tar_block + size + tar_padding(size).size() + 2 * tar_block);
  EXPECT_EQ(tar_members(sparse).at("large").size, size);
}

/// GNU tar's own, with what it writes besides plain files.
TEST_F(Tar, ReadsThoseOfTar) {
  std::filesystem::create_directories(top_ / "in/folder");
  fs::File(top_ / "in/folder/one", fs::File::Mode::create_new).write("one");
  fs::File(top_ / "in/two", fs::File::Mode::create_new).write(std::string(5000, '2'));
  const std::string made = (top_ / "made.tar").native();
  ASSERT_EQ(
      std::system(fmt::format("tar --format=ustar -C '{}' -cf '{}' folder two", (top_ / "in").native(), made)
                      .c_str()),
      0);
  const fs::File at{std::filesystem::path(made)};
  const auto members = tar_members(at);
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members.at("folder/one").size, 3U);
  EXPECT_EQ(members.at("two").size, 5000U);
  // And tar reads ours.
  const fs::File ours = file(archive({{"log/1", "one"}, {"objects/2", std::string(1000, 'x')}}));
  EXPECT_EQ(std::system(fmt::format("test \"$(tar -xOf '{0}' objects/2)\" = {1} && "
                                    "test \"$(tar -tf '{0}' | tr '\\n' ' ')\" = 'log/1 objects/2 '",
                                    ours.path().native(), std::string(1000, 'x'))
                            .c_str()),
            0);
}

}  // namespace
}  // namespace mlops::remote
