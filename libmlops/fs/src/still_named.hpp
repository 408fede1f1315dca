#pragma once
/// Of locks on files that come and go.

#include <mlops/fs/file.hpp>

namespace mlops::fs {

/// A lock on a name that was removed meanwhile protects nothing.
inline bool still_named(const File& file) {
  const auto named = find_stamp(file.path());
  return named && named->inode == file.stamp().inode && named->device == file.stamp().device;
}

}  // namespace mlops::fs
