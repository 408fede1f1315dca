#pragma once
/// A scratch folder that is gone when its owner is, even if that was killed: the owner holds a kernel lock on
/// the folder, and sweep() removes every folder whose lock is free. (Process ids would not do: a container
/// sees other ids than its neighbour on the same disk.)

#include <mlops/fs/file.hpp>

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

  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  File folder_;
};

/// Removes what dead owners left in `parent`; the number of folders removed. What cannot be removed (a
/// read-only file system, another user's) stays.
std::size_t sweep(const std::filesystem::path& parent);

}  // namespace mlops::fs
