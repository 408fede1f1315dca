#pragma once
/// What a store lies on, or would, for reports.

#include <cstdint>
#include <filesystem>
#include <string>

namespace mlops::store {

struct Medium {
  std::string type;              ///< "ext4", "nfs", ...; "0x..." for one that is not known here.
  std::string consequence;       ///< What follows for a store there, in words; empty when nothing does.
  std::uint64_t free_bytes = 0;  ///< What an ordinary user may still write.
};

/// Throws Error: not_found, failed.
Medium medium_of(const std::filesystem::path& path);

}  // namespace mlops::store
