#include <mlops/base/crc.hpp>

#include <array>
#include <cstring>

namespace mlops {
namespace {

constexpr std::uint32_t reversed_polynomial = 0x82F63B78;

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table = {};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? reversed_polynomial : 0);
    table[byte] = value;
  }
  return table;
}

constexpr auto table = make_table();

std::uint32_t by_table(std::uint32_t value, std::string_view bytes) {
  for (const char c : bytes) value = table[(value ^ static_cast<unsigned char>(c)) & 0xff] ^ (value >> 8);
  return value;
}

#ifdef __x86_64__
__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::uint32_t value, std::string_view bytes) {
  std::uint64_t wide = value;
  for (; bytes.size() >= sizeof wide; bytes.remove_prefix(sizeof wide)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  value = static_cast<std::uint32_t>(wide);
  for (const char c : bytes) value = __builtin_ia32_crc32qi(value, static_cast<unsigned char>(c));
  return value;
}
#endif

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  const std::uint32_t begin = ~std::uint32_t{0};
#ifdef __x86_64__
  static const bool quick = __builtin_cpu_supports("sse4.2") != 0;
  if (quick) return ~by_instruction(begin, bytes);
#endif
  return ~by_table(begin, bytes);
}

}  // namespace mlops
