#pragma once
/// What both halves of a bundle know of its layout.
///
/// Frame, once decompressed: for each file its header, path and bytes; then a header of zeros.
/// Trailer, the last bytes of the executable: Trailer as it stands in memory (little-endian).

#include <cstddef>
#include <cstdint>

namespace mlops::pack {

struct FileHeader {
  std::uint32_t path_bytes = 0;
  std::uint32_t mode = 0;
  std::uint64_t bytes = 0;
};
static_assert(sizeof(FileHeader) == 16);

struct Trailer {
  static constexpr std::size_t name_bytes = 64;
  static constexpr char expected[8] = {'m', 'l', 'o', 'p', 's', 'b', 'n', '1'};

  std::uint64_t begin = 0;
  std::uint64_t size = 0;
  char name[name_bytes] = {};
  char magic[8] = {};
};
static_assert(sizeof(Trailer) == 88);

}  // namespace mlops::pack
