#pragma once
/// Faults on demand. Including this header (in one file of a test executable) puts the calls below in front
/// of libc for the whole executable, statically linked SQLite included: the product carries no hook and pays
/// for none. Every call that changes the disk counts; an armed one fails, or the process dies there, or it
/// dies having written half. Unarmed, calls go straight to the kernel. POSIX threads may call at once.

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::test {

enum class Fault {
  none,   ///< Calls are counted.
  once,   ///< The n-th call fails.
  since,  ///< The n-th call and all after it fail, as on a full disk.
  die,    ///< The process is killed instead of making the n-th call.
  tear,   ///< A write writes half first; other calls are not made.
};

struct FaultPlan {
  std::atomic<bool> armed = false;
  std::atomic<int> calls = 0;
  Fault fault = Fault::none;
  int at = 0;
  int error = EIO;
  bool logging = false;
  std::mutex mutex;
  std::vector<std::string> log;         ///< "fsync /path": in the order of the calls.
  std::atomic<long> filesystem = 0;     ///< What statfs() says instead of the truth; 0: the truth.
  std::string mounts;                   ///< Read instead of /proc/self/mountinfo, unless empty.
  std::atomic<bool> nfs_locks = false;  ///< flock() refuses what NFS refuses or does not share; see there.
  std::atomic<int> refused_locks = 0;
};
inline FaultPlan plan;

/// Arms the plan while it lives.
class Arm {
 public:
  explicit Arm(Fault fault = Fault::none, int at = 0, int error = EIO) {
    plan.fault = fault;
    plan.at = at;
    plan.error = error;
    plan.calls = 0;
    plan.log.clear();
    plan.armed = true;
  }
  ~Arm() { plan.armed = false; }
  Arm(const Arm&) = delete;
  Arm& operator=(const Arm&) = delete;
  int calls() const { return plan.calls; }
  bool struck() const { return plan.fault != Fault::none && plan.calls >= plan.at; }
};

inline std::string path_of(int descriptor) {
  char target[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = ::readlink(link.c_str(), target, sizeof target);
  return size < 0 ? "?" : std::string(target, static_cast<std::size_t>(size));
}

/// True when this call has to fail; does not return when the process has to die.
inline bool strikes(const char* name, const std::string& subject, int descriptor = -1,
                    const void* data = nullptr, std::size_t size = 0) {
  const int now = ++plan.calls;
  if (plan.logging) {
    const std::lock_guard guard(plan.mutex);
    plan.log.push_back(std::string(name) + " " + (descriptor < 0 ? subject : path_of(descriptor)));
  }
  if (plan.fault == Fault::none || now < plan.at || (now > plan.at && plan.fault != Fault::since))
    return false;
  if (plan.fault == Fault::tear && data != nullptr) ::syscall(SYS_write, descriptor, data, size / 2);
  if (plan.fault == Fault::die || plan.fault == Fault::tear) ::kill(::getpid(), SIGKILL);
  errno = plan.error;
  return true;
}

}  // namespace mlops::test

// The signatures, noexcept included, are those of glibc's headers.
extern "C" {

ssize_t write(int descriptor, const void* data, size_t size) {
  using namespace mlops::test;
  if (plan.armed && descriptor > 2 && strikes("write", "", descriptor, data, size)) return -1;
  return ::syscall(SYS_write, descriptor, data, size);
}
ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t offset) {
  if (mlops::test::plan.armed && mlops::test::strikes("write", "", descriptor)) return -1;
  return ::syscall(SYS_pwrite64, descriptor, data, size, offset);
}
ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
  return pwrite64(descriptor, data, size, offset);
}
ssize_t copy_file_range(int in, off64_t* in_at, int out, off64_t* out_at, size_t size, unsigned flags) {
  if (mlops::test::plan.armed && mlops::test::strikes("write", "", out)) return -1;
  return ::syscall(SYS_copy_file_range, in, in_at, out, out_at, size, flags);
}
int fsync(int descriptor) {
  if (mlops::test::plan.armed && mlops::test::strikes("fsync", "", descriptor)) return -1;
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}
int fdatasync(int descriptor) {
  if (mlops::test::plan.armed && mlops::test::strikes("fsync", "", descriptor)) return -1;
  return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}
int syncfs(int descriptor) noexcept {
  if (mlops::test::plan.armed && mlops::test::strikes("syncfs", "", descriptor)) return -1;
  return static_cast<int>(::syscall(SYS_syncfs, descriptor));
}
int ftruncate64(int descriptor, off64_t size) noexcept {
  if (mlops::test::plan.armed && mlops::test::strikes("truncate", "", descriptor)) return -1;
  return static_cast<int>(::syscall(SYS_ftruncate, descriptor, size));
}
int ftruncate(int descriptor, off_t size) noexcept { return ftruncate64(descriptor, size); }
int fchmod(int descriptor, mode_t mode) noexcept {
  if (mlops::test::plan.armed && mlops::test::strikes("chmod", "", descriptor)) return -1;
  return static_cast<int>(::syscall(SYS_fchmod, descriptor, mode));
}
int rename(const char* from, const char* to) noexcept {
  if (mlops::test::plan.armed && mlops::test::strikes("rename", to)) return -1;
  return static_cast<int>(::syscall(SYS_rename, from, to));
}
int mkdir(const char* path, mode_t mode) noexcept {
  if (mlops::test::plan.armed && mlops::test::strikes("mkdir", path)) return -1;
  return static_cast<int>(::syscall(SYS_mkdir, path, mode));
}
int unlink(const char* path) noexcept {
  if (mlops::test::plan.armed && mlops::test::strikes("unlink", path)) return -1;
  return static_cast<int>(::syscall(SYS_unlink, path));
}
/// With `nfs_locks`: EBADF for an exclusive lock through a descriptor that may only read (nfs(5), flock(2)),
/// and, stricter than the truth, for any lock of a folder, which NFS keeps to one machine.
int flock(int descriptor, int operation) noexcept {
  using namespace mlops::test;
  struct stat status = {};
  if (plan.nfs_locks && (operation & LOCK_UN) == 0 && ::fstat(descriptor, &status) == 0) {
    const bool reads = (::fcntl(descriptor, F_GETFL) & O_ACCMODE) == O_RDONLY;
    if (S_ISDIR(status.st_mode) || (reads && (operation & LOCK_EX) != 0)) {
      ++plan.refused_locks;
      errno = EBADF;
      return -1;
    }
  }
  return static_cast<int>(::syscall(SYS_flock, descriptor, operation));
}
int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(rest, unsigned) : 0;
  va_end(rest);
  const std::string& mounts = mlops::test::plan.mounts;
  if (!mounts.empty() && std::string_view(path) == "/proc/self/mountinfo") path = mounts.c_str();
  if ((flags & O_CREAT) != 0 && mlops::test::plan.armed && mlops::test::strikes("open", path)) return -1;
  return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags | O_LARGEFILE, mode));
}
int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(rest, unsigned) : 0;
  va_end(rest);
  return open64(path, flags, mode);
}
int statfs(const char* path, struct statfs* status) noexcept {
  const int result = static_cast<int>(::syscall(SYS_statfs, path, status));
  if (const long type = mlops::test::plan.filesystem; result == 0 && type != 0) status->f_type = type;
  return result;
}

}  // extern "C"
