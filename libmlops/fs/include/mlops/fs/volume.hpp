#pragma once
/// What kind of file system a path lies on, and how much room it has.

#include <cstdint>
#include <filesystem>
#include <string>

namespace mlops::fs {

struct Volume {
  std::string type;              ///< "ext4", "nfs", ...; "0x..." for one that is not known here.
  bool network = false;          ///< Other machines may have it mounted too.
  bool shared_locks = true;      ///< flock() excludes programs of all machines that have it mounted.
  bool read_only = false;        ///< Mounted so.
  std::uint64_t free_bytes = 0;  ///< What an ordinary user may still write.
};

Volume volume(const std::filesystem::path& path);

/// True when this process may make files in the folder.
bool writable(const std::filesystem::path& folder);

}  // namespace mlops::fs
