#pragma once
/// Tar archives (POSIX.1-1988 ustar; sizes from 8 GiB on in base 256, as GNU tar and libarchive have them) of
/// plain files with short names: as much of it as a bundle needs.

#include <mlops/fs/file.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace mlops::remote {

constexpr std::size_t tar_block = 512;

/// The block before a member's bytes. Its name is at most 100 bytes long.
std::string tar_header(const std::string& name, std::uint64_t size);

/// What stands behind so many bytes, up to the next block.
std::string tar_padding(std::uint64_t size);

struct TarMember {
  std::uint64_t offset = 0;  ///< Of its bytes.
  std::uint64_t size = 0;
};

/// The plain files in the archive, the last one of each name. Throws Error(corrupt) for what is no tar
/// archive, or ends too early.
std::map<std::string, TarMember> tar_members(const fs::File& file);

}  // namespace mlops::remote
