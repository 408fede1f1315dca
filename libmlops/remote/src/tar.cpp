#include "src/tar.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>
#include <cstring>

namespace mlops::remote {
namespace {

constexpr std::size_t name_at = 0;
constexpr std::size_t name_size = 100;
constexpr std::size_t size_at = 124;
constexpr std::size_t size_size = 12;
constexpr std::size_t sum_at = 148;
constexpr std::size_t sum_size = 8;
constexpr std::size_t type_at = 156;
constexpr std::size_t magic_at = 257;
constexpr std::uint64_t most_octal = (std::uint64_t{1} << 33) - 1;

void put(std::string& block, std::size_t at, std::string_view text) {
  std::copy(text.begin(), text.end(), block.begin() + static_cast<std::ptrdiff_t>(at));
}

/// The sum of all bytes, those of the sum itself taken for blanks.
unsigned sum_of(const std::string& block) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i)
    sum += i >= sum_at && i < sum_at + sum_size ? ' ' : static_cast<unsigned char>(block[i]);
  return sum;
}

/// Octal digits, or, where the first bit is set, a number in base 256.
std::uint64_t number_in(std::string_view field) {
  std::uint64_t out = 0;
  if ((static_cast<unsigned char>(field.front()) & 0x80U) != 0) {
    for (const char byte : field.substr(field.size() - 8)) out = out << 8 | static_cast<unsigned char>(byte);
    return out;
  }
  for (const char digit : field) {
    if (digit >= '0' && digit <= '7') out = out << 3 | static_cast<std::uint64_t>(digit - '0');
  }
  return out;
}

[[noreturn]] void damaged(const fs::File& file, std::string_view why) {
  throw error(Code::corrupt, "the bundle '{}' is damaged: {}", file.path().native(), why)
      .with_id("bundle.corrupt");
}

}  // namespace

std::string tar_header(const std::string& name, std::uint64_t size) {
  if (name.size() > name_size) throw error(Code::internal, "the name '{}' is too long for a bundle", name);
  std::string block(tar_block, '\0');
  put(block, name_at, name);
  put(block, 100, "0000644");
  put(block, 108, "0000000");
  put(block, 116, "0000000");
  if (size <= most_octal) {
    put(block, size_at, fmt::format("{:011o}", size));
  } else {
    block[size_at] = static_cast<char>(0x80);
    for (std::size_t i = 0; i < 8; ++i)
      block[size_at + size_size - 1 - i] = static_cast<char>(size >> 8 * i & 0xff);
  }
  put(block, 136, "00000000000");
  block[type_at] = '0';
  put(block, magic_at, std::string_view("ustar\00000", 8));
  put(block, sum_at, fmt::format("{:06o}", sum_of(block)));
  block[sum_at + 7] = ' ';
  return block;
}

std::string tar_padding(std::uint64_t size) {
  return std::string(static_cast<std::size_t>((tar_block - size % tar_block) % tar_block), '\0');
}

std::map<std::string, TarMember> tar_members(const fs::File& file) {
  std::map<std::string, TarMember> out;
  const std::uint64_t end = file.stamp().size;
  std::string block(tar_block, '\0');
  for (std::uint64_t at = 0;;) {
    if (file.read_at(block.data(), block.size(), at) != block.size()) damaged(file, "its end is missing");
    if (std::all_of(block.begin(), block.end(), [](char byte) { return byte == '\0'; })) return out;
    const std::string_view header = block;
    const bool good =
        header.substr(magic_at, 5) == "ustar" && number_in(header.substr(sum_at, 7)) == sum_of(block);
    if (!good && at == 0)
      throw error(Code::corrupt, "'{}' is no bundle: it does not begin as a tar archive",
                  file.path().native())
          .with_id("bundle.corrupt");
    if (!good) damaged(file, fmt::format("there is no header at byte {}", at));
    const std::uint64_t size = number_in(header.substr(size_at, size_size));
    at += tar_block;
    if (size > end || at > end - size) damaged(file, "it ends in a file");
    const std::string_view name = header.substr(name_at, name_size);
    if (block[type_at] == '0')
      out.insert_or_assign(std::string(name.substr(0, name.find('\0'))),
                           TarMember{.offset = at, .size = size});
    at += size + tar_padding(size).size();
  }
}

}  // namespace mlops::remote
