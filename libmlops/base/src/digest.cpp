#include <mlops/base/digest.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace mlops {
namespace {

/// Eight hexadecimal digits as four bytes, each step for all of them at once; `bad` gets a bit for what is
/// none.
std::uint32_t four_bytes(const char* digits, std::uint64_t& bad) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  std::uint64_t text = 0;
  std::memcpy(&text, digits, sizeof text);
  if constexpr (std::endian::native == std::endian::big) text = __builtin_bswap64(text);
  const std::uint64_t letters = text >> 6 & ones;  // 'a' to 'f' are 0x61 to 0x66, '0' to '9' 0x30 to 0x39.
  const std::uint64_t low = text & 0x0f * ones;
  bad |= text ^ (low + 0x30 * ones + 0x30 * letters);
  bad |= (low + 6 * ones + 3 * letters) & 0x10 * ones;  // Behind '9' or 'f'.
  bad |= (0x10 * letters) & ~(low + 0x0f * ones);       // Before 'a'.
  const std::uint64_t nibbles = low + 9 * letters;
  std::uint64_t out = (nibbles << 4 | nibbles >> 8) & 0x00ff00ff00ff00ff;
  out = (out | out >> 8) & 0x0000ffff0000ffff;
  const auto bytes = static_cast<std::uint32_t>(out | out >> 16);
  return std::endian::native == std::endian::big ? __builtin_bswap32(bytes) : bytes;
}

}  // namespace

std::string Digest::hex() const {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(64);
  for (const std::uint8_t byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string Digest::text() const { return "sha256:" + hex(); }

std::string Digest::brief() const { return "sha256:" + hex().substr(0, 12); }

std::optional<Digest> Digest::parse(std::string_view text) {
  if (text.starts_with("sha256:")) text.remove_prefix(7);
  if (text.size() != 64) return std::nullopt;
  Digest digest;
  std::uint64_t bad = 0;
  for (std::size_t i = 0; i < 32; i += 4) {
    const std::uint32_t bytes = four_bytes(text.data() + 2 * i, bad);
    std::memcpy(digest.bytes.data() + i, &bytes, sizeof bytes);
  }
  return bad != 0 ? std::nullopt : std::optional(digest);
}

std::size_t DigestHash::operator()(const Digest& digest) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, digest.bytes.data(), sizeof value);
  return value;
}

}  // namespace mlops
