#pragma once
/// CRC-32C (Castagnoli): tells a line that was cut or damaged from a whole one.

#include <cstdint>
#include <string_view>

namespace mlops {

std::uint32_t crc32c(std::string_view bytes);

}  // namespace mlops
