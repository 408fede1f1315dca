#pragma once
/// The files of a folder, in an order that is the same everywhere.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mlops::fs {

struct WalkedFile {
  std::string path;  ///< Relative to the folder, '/' between parts.
  std::uint64_t size = 0;
  bool executable = false;

  bool operator==(const WalkedFile&) const = default;
};

struct Walked {
  std::vector<WalkedFile> files;  ///< Plain files, sorted by the bytes of their paths.
  std::vector<std::string>
      skipped;  ///< Links that lead out of the folder, to folders or nowhere; sockets, devices.
};

/// Everything below `folder`. A symbolic link to a file that lies in the folder counts as that file; no other
/// link is followed, so a folder handed to us cannot make us read what is beside it. Throws Error: not_found,
/// failed (not a folder, not readable).
Walked walk(const std::filesystem::path& folder);

/// The names in the folder, sorted by their bytes; none when there is no such folder.
std::vector<std::string> names_in(const std::filesystem::path& folder);

/// The plain files that a pattern of the shell (*, ?, [abc]; no **) names, sorted; hidden ones only where the
/// pattern names the dot.
std::vector<std::string> matches(const std::string& pattern);

}  // namespace mlops::fs
