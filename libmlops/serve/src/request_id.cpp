#include "src/request_id.hpp"

#include <mlops/crypto/random.hpp>

#include <algorithm>
#include <string>

namespace mlops::serve {
namespace {

/// Two threads of all machines begin alike with a probability that is none.
std::mt19937_64 seeded() {
  const std::string bytes = crypto::random_hex(64);
  std::seed_seq seed(bytes.begin(), bytes.end());
  return std::mt19937_64(seed);
}

}  // namespace

RequestIds::RequestIds() : random_(seeded()) {}

std::string_view RequestIds::next(Time now) {
  constexpr std::uint64_t version = 0x7000;
  constexpr std::uint64_t variant = 0x8000'0000'0000'0000;
  const auto ms = static_cast<std::uint64_t>(now.us / 1000);
  // Of a millisecond the 4096th parts (RFC 9562, 6.2, method 3).
  const auto part = static_cast<std::uint64_t>(now.us % 1000) * 4096 / 1000;
  const std::array<std::uint64_t, 2> halves = {(ms << 16) | version | part, variant | (random_() >> 2)};
  std::size_t at = 0;
  for (std::size_t digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text_[at++] = '-';
    text_[at++] = "0123456789abcdef"[(halves[digit / 16] >> (60 - 4 * (digit % 16))) & 15];
  }
  return {text_.data(), text_.size()};
}

bool is_request_id(std::string_view text) {
  constexpr std::size_t longest = 200;
  return !text.empty() && text.size() <= longest && std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

}  // namespace mlops::serve
