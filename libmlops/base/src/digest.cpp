#include <mlops/base/digest.hpp>

#include <array>
#include <cstdint>
#include <cstring>

namespace mlops {
namespace {

/// By the character; negative for what is no digit. A table, as which digit comes next cannot be predicted.
constexpr auto nibbles = [] {
  std::array<std::int8_t, 256> out{};
  out.fill(-1);
  for (int i = 0; i < 10; ++i) out[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(i);
  for (int i = 0; i < 6; ++i) out[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
  return out;
}();

int nibble(char c) { return nibbles[static_cast<unsigned char>(c)]; }

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
  int all = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const int high = nibble(text[2 * i]);
    const int low = nibble(text[2 * i + 1]);
    all |= high | low;
    digest.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return all < 0 ? std::nullopt : std::optional(digest);
}

std::size_t DigestHash::operator()(const Digest& digest) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, digest.bytes.data(), sizeof value);
  return value;
}

}  // namespace mlops
