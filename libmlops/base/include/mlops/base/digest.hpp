#pragma once
/// SHA-256 digests as values. Making one is crypto's work; this header only names, prints and reads them.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mlops {

struct Digest {
  std::array<std::uint8_t, 32> bytes = {};

  auto operator<=>(const Digest&) const = default;

  /// 64 lower-case hexadecimal digits.
  std::string hex() const;
  /// "sha256:<hex>": the spelling in every record, reference and output.
  std::string text() const;
  /// "sha256:" and the first 12 digits, for people.
  std::string brief() const;

  /// Reads "sha256:<64 hex>" or 64 hex digits; nothing for any other text.
  static std::optional<Digest> parse(std::string_view text);
};

struct DigestHash {
  std::size_t operator()(const Digest& digest) const noexcept;
};

}  // namespace mlops
