#pragma once
/// A scratch folder that is gone when its owner is, even if that was killed: sweep() removes every folder
/// that can be claimed.

#include <mlops/fs/claim.hpp>

#include <cstddef>
#include <filesystem>

namespace mlops::fs {

class TemporaryFolder {
 public:
  /// Makes a folder of a fresh name in `parent`, which is made if need be.
  explicit TemporaryFolder(const std::filesystem::path& parent);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return claim_.folder(); }

 private:
  Claim claim_;
};

/// Removes what dead owners left in `parent`; the number of folders removed. What cannot be removed (a
/// read-only file system, another user's) stays.
std::size_t sweep(const std::filesystem::path& parent);

}  // namespace mlops::fs
