#pragma once
/// Kernel locks (flock): they vanish with the process that held them, so there is nothing stale to break.
/// They exclude threads of one process as well, as each Lock opens the file for itself.

#include <mlops/base/cancel.hpp>
#include <mlops/fs/file.hpp>

#include <filesystem>

namespace mlops::fs {

enum class Sharing { exclusive, shared };

/// True when the lock was free and is now held, until `file` is closed.
bool try_lock(const File& file, Sharing sharing = Sharing::exclusive);

/// Waits for the lock of an open file; it is held until `file` is closed. Throws Error: busy (not free within
/// `timeout_ms`), interrupted (`cancel` was set meanwhile).
void lock(const File& file, int timeout_ms, const Cancel* cancel = nullptr,
          Sharing sharing = Sharing::exclusive);

/// For who holds the lock of a file on a network file system and is to append to it: drops what this machine
/// has cached of it. NFS's client writes whole pages, and what another machine has appended since would
/// become zeros.
void refresh(const File& file);

/// Holds the lock of the file `path`, made if need be and never removed, while it lives. Throws as lock()
/// does.
class Lock {
 public:
  Lock(const std::filesystem::path& path, int timeout_ms, const Cancel* cancel = nullptr,
       Sharing sharing = Sharing::exclusive);

 private:
  File file_;
};

}  // namespace mlops::fs
