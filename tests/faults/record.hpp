#pragma once
/// What the calls of record.cpp have in common: whether a change is looked at, made, refused or deadly, and
/// how it is written down.

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>

namespace mlops::test {

/// The numbers are disk.py's.
enum class Op : std::uint8_t {
  create = 1,  ///< Or opened as it was.
  write,
  truncate,
  chmod,
  mkdir,
  rmdir,
  unlink,
  rename,
  link,
  symlink,
  fsync,
  fdatasync,
  syncfs,
  mark,  ///< Written to standard output.
};

/// How an event begins in the journal; paths and data follow.
struct __attribute__((packed)) Event {
  Op op = Op::mark;
  std::uint64_t inode = 0;
  std::int64_t at = 0;  ///< An offset, a size, a mode.
  std::int64_t modified_ns = 0;
  std::uint32_t path_size = 0;
  std::uint32_t other_size = 0;
  std::uint64_t data_size = 0;
};

inline std::string path_of(int descriptor) {
  char target[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = ::readlink(link.c_str(), target, sizeof target);
  return size < 0 ? "" : std::string(target, static_cast<std::size_t>(size));
}

inline std::string absolute(int folder, const char* path) {
  if (path[0] == '/') return path;
  char here[4096] = "";
  std::string base =
      folder == AT_FDCWD ? std::string(::getcwd(here, sizeof here) == nullptr ? "" : here) : path_of(folder);
  return base + "/" + (std::strncmp(path, "./", 2) == 0 ? path + 2 : path);
}

class Recorder {
 public:
  Recorder()
      : root_(text_of("FAULTS_ROOT")),
        full_at_(number_of("FAULTS_FULL_AT")),
        kill_at_(number_of("FAULTS_KILL_AT")) {
    const std::string journal = text_of("FAULTS_JOURNAL");
    if (journal.empty()) return;
    const long low =
        ::syscall(SYS_openat, AT_FDCWD, journal.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (low >= 0) journal_ = ::fcntl(static_cast<int>(low), F_DUPFD_CLOEXEC, 500);
    if (low >= 0) ::syscall(SYS_close, low);
  }

  bool recording() const { return journal_ >= 0; }
  bool watches(std::string_view path) const {
    return !root_.empty() && path.starts_with(root_) &&
           (path.size() == root_.size() || path[root_.size()] == '/');
  }

  void add(Event event, const std::string& path, const std::string& other, std::string_view data = "") {
    if (!recording()) return;
    event.path_size = static_cast<std::uint32_t>(path.size());
    event.other_size = static_cast<std::uint32_t>(other.size());
    event.data_size = data.size();
    std::string out(reinterpret_cast<const char*>(&event), sizeof event);
    out.append(path).append(other).append(data);
    ::syscall(SYS_write, journal_, out.data(), out.size());
  }

  /// Before a change, with the lock held. True when there is no room for it; A process that is killed does
  /// `half` of it, every other time.
  bool refuses(bool needs_room, const auto& half) {
    ++changes_;
    if (kill_at_ > 0 && changes_ == kill_at_) {
      if (kill_at_ % 2 == 1) half();
      ::kill(::getpid(), SIGKILL);
    }
    if (!needs_room || full_at_ == 0 || ++needs_ < full_at_) return false;
    errno = ENOSPC;
    return true;
  }
  /// The first write that finds no room is done in part.
  bool is_first_refusal() const { return full_at_ > 0 && needs_ + 1 == full_at_; }

  std::recursive_mutex mutex;

 private:
  static std::string text_of(const char* name) {
    const char* value = ::getenv(name);
    return value == nullptr ? "" : value;
  }
  static long number_of(const char* name) { return std::atol(text_of(name).c_str()); }

  const std::string root_;
  const long full_at_;
  const long kill_at_;
  int journal_ = -1;
  long changes_ = 0;
  long needs_ = 0;
};

inline Recorder& recorder() {
  static auto* const it = new Recorder();  // Lives until the last thread's last call.
  return *it;
}

inline Event event_of(Op op, int descriptor, long at) {
  struct stat status = {};
  ::fstat(descriptor, &status);
  return {.op = op,
          .inode = status.st_ino,
          .at = at,
          .modified_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

inline bool exists(const std::string& path) {
  struct stat status = {};
  return ::lstat(path.c_str(), &status) == 0;
}

template <typename Call>
long changed_paths(Op op, const std::string& path, const std::string& other, long mode, Call call) {
  Recorder& it = recorder();
  if (!it.watches(path) && !it.watches(other)) return call();
  const std::lock_guard guard(it.mutex);
  const bool needs_room = op == Op::rename || op == Op::link || op == Op::symlink || op == Op::mkdir;
  const bool fails = (op == Op::mkdir && exists(path)) || (op == Op::rename && !exists(path));
  if (!fails && it.refuses(needs_room, [] {})) return -1;
  const long result = call();
  if (result >= 0) it.add({.op = op, .at = mode}, path, other);
  return result;
}

/// `call(size)` writes that much.
template <typename Call>
long changed_content(int descriptor, std::size_t size, long offset, Call call) {
  Recorder& it = recorder();
  const std::string path = path_of(descriptor);
  if (!it.watches(path)) return call(size);
  const std::lock_guard guard(it.mutex);
  const bool first = it.is_first_refusal();
  const auto half = [&] { return call(size / 2); };
  if (it.refuses(true, half)) return first && size > 1 ? half() : -1;
  const long done = call(size);
  if (done <= 0 || !it.recording()) return done;
  const long at = offset >= 0 ? offset : ::lseek(descriptor, 0, SEEK_CUR) - done;
  std::string data(static_cast<std::size_t>(done), '\0');
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const long reader = ::syscall(SYS_openat, AT_FDCWD, link.c_str(), O_RDONLY | O_CLOEXEC, 0);
  if (reader >= 0 && ::pread(static_cast<int>(reader), data.data(), data.size(), at) == done)
    it.add(event_of(Op::write, descriptor, at), path, "", data);
  if (reader >= 0) ::syscall(SYS_close, reader);
  return done;
}

template <typename Call>
long changed_size(int descriptor, long size, Call call) {
  Recorder& it = recorder();
  const std::string path = path_of(descriptor);
  if (!it.watches(path)) return call();
  const std::lock_guard guard(it.mutex);
  struct stat status = {};
  ::fstat(descriptor, &status);
  if (it.refuses(size > status.st_size, [] {})) return -1;
  const long result = call();
  if (result < 0) return result;
  ::fstat(descriptor, &status);
  it.add(event_of(Op::truncate, descriptor, status.st_size), path, "");
  return result;
}

template <typename Call>
long changed_mode(int descriptor, long mode, Call call) {
  Recorder& it = recorder();
  const std::string path = path_of(descriptor);
  if (!it.watches(path)) return call();
  const std::lock_guard guard(it.mutex);
  it.refuses(false, [] {});
  const long result = call();
  if (result >= 0) it.add(event_of(Op::chmod, descriptor, mode), path, "");
  return result;
}

/// `call` opens a file that may be new; `shortens` makes it empty.
template <typename Call>
long made(const std::string& path, bool shortens, Call call) {
  Recorder& it = recorder();
  if (!it.watches(path)) return call();
  const std::lock_guard guard(it.mutex);
  const bool is_new = !exists(path);
  if ((is_new || shortens) && it.refuses(is_new, [] {})) return -1;
  const long result = call();
  if (result < 0) return result;
  struct stat status = {};
  ::fstat(static_cast<int>(result), &status);
  if (!S_ISREG(status.st_mode)) return result;
  it.add(event_of(Op::create, static_cast<int>(result), status.st_mode & 07777), path, "");
  if (shortens && !is_new) it.add(event_of(Op::truncate, static_cast<int>(result), 0), path, "");
  return result;
}

inline int synced(Op op, int descriptor, long call) {
  Recorder& it = recorder();
  const std::string path = path_of(descriptor);
  if (!it.watches(path)) return static_cast<int>(::syscall(call, descriptor));
  const std::lock_guard guard(it.mutex);
  it.refuses(false, [] {});
  it.add(event_of(op, descriptor, 0), path, "");
  return it.recording() ? 0 : static_cast<int>(::syscall(call, descriptor));
}

}  // namespace mlops::test
