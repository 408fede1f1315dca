#pragma once
/// Files carried behind an executable, so that one file is the whole product: behind the program's own bytes
/// stands a zstd frame, with its checksum, of the files of a folder, and at the very end where it begins and
/// what it is called. The program runs as if it were not there.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace mlops::pack {

struct Bundle {
  std::filesystem::path file;  ///< The executable.
  std::uint64_t begin = 0;     ///< Of the frame; bytes.
  std::uint64_t size = 0;
  std::string name = {};  ///< A digest of the frame, in hexadecimal digits.
};

/// Nothing when the file carries none.
std::optional<Bundle> find_bundle(const std::filesystem::path& file);

/// The folder with the bundle's files, `cache`/<name>: unpacked unless it is there. Many processes may ask at
/// once; a folder of that name is always whole. Throws Error: failed (`cache` cannot be written), busy (the
/// disk is full), corrupt.
std::filesystem::path unpack(const Bundle& bundle, const std::filesystem::path& cache);

/// The frame that holds the regular files under `folder` (links are followed), by path. The same files make
/// the same bytes.
std::string frame_of(const std::filesystem::path& folder);

/// Appends a frame to an executable.
void append_bundle(const std::filesystem::path& file, const std::string& frame, const std::string& name);

}  // namespace mlops::pack
