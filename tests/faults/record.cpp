/// Put in front of libc by LD_PRELOAD: every change that a process makes below one folder is written down, in
/// order, for disk.py, which makes of it the disks that a power cut could leave. The same calls can be made
/// to fail as on a full disk, or to be the last that the process makes.
///
///   FAULTS_ROOT=folder     what is looked at, without symbolic links in its path
///   FAULTS_JOURNAL=file    the changes go there, and nothing is really synced
///   FAULTS_FULL_AT=n       the n-th change that needs room, and all after it, find none; a write is half
///   done first FAULTS_KILL_AT=n       the process is killed instead of making the n-th change; a write may
///   be half done
///
/// What is written through memory (only SQLite's -shm files are) is not seen.
#include "record.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>

using namespace mlops::test;

namespace {

/// Of a call that answers less than 0 when it failed.
template <typename Call>
long changed_path(Op op, const char* path, long mode, Call call) {
  return changed_paths(op, absolute(AT_FDCWD, path), "", mode, call);
}

long written(int descriptor, const void* data, std::size_t size, long offset) {
  const auto call = [&](std::size_t part) {
    return offset < 0 ? ::syscall(SYS_write, descriptor, data, part)
                      : ::syscall(SYS_pwrite64, descriptor, data, part, offset);
  };
  if (descriptor == STDOUT_FILENO && recorder().recording()) {
    const long done = call(size);
    if (done > 0)
      recorder().add({.op = Op::mark}, "", "",
                     {static_cast<const char*>(data), static_cast<std::size_t>(done)});
    return done;
  }
  return changed_content(descriptor, size, offset, call);
}

long opened(int folder, const char* path, int flags, unsigned mode) {
  const auto call = [&] { return ::syscall(SYS_openat, folder, path, flags | O_LARGEFILE, mode); };
  const bool unnamed = (flags & O_TMPFILE) == O_TMPFILE;
  if ((flags & (O_CREAT | O_TRUNC)) == 0 && !unnamed) return call();
  return made(absolute(folder, path), (flags & O_TRUNC) != 0, call);
}

unsigned mode_from(int flags, va_list rest) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, unsigned) : 0;
}

long vector_written(int descriptor, const iovec* parts, int count, long offset) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  return written(descriptor, bytes.data(), bytes.size(), offset);
}

long resized(int descriptor, long size) {
  return changed_size(descriptor, size, [&] { return ::syscall(SYS_ftruncate, descriptor, size); });
}

long allocated(int descriptor, int mode, long offset, long size) {
  const auto call = [&] { return ::syscall(SYS_fallocate, descriptor, mode, offset, size); };
  return (mode & FALLOC_FL_KEEP_SIZE) != 0 ? call() : changed_size(descriptor, offset + size, call);
}

long removed(int folder, const char* path, int flags) {
  return changed_paths((flags & AT_REMOVEDIR) != 0 ? Op::rmdir : Op::unlink, absolute(folder, path), "", 0,
                       [&] { return ::syscall(SYS_unlinkat, folder, path, flags); });
}

long renamed(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  return changed_paths(Op::rename, absolute(from_folder, from), absolute(to_folder, to),
                       static_cast<long>(flags),
                       [&] { return ::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags); });
}

long linked(int from_folder, const char* from, int to_folder, const char* to, int flags) {
  return changed_paths(Op::link, absolute(from_folder, from), absolute(to_folder, to), 0,
                       [&] { return ::syscall(SYS_linkat, from_folder, from, to_folder, to, flags); });
}

}  // namespace

// The signatures, noexcept included, are those of glibc's headers.
extern "C" {

ssize_t write(int descriptor, const void* data, size_t size) { return written(descriptor, data, size, -1); }
ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t offset) {
  return written(descriptor, data, size, offset);
}
ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
  return written(descriptor, data, size, offset);
}
ssize_t writev(int descriptor, const iovec* parts, int count) {
  return vector_written(descriptor, parts, count, -1);
}
ssize_t pwritev64(int descriptor, const iovec* parts, int count, off64_t offset) {
  return vector_written(descriptor, parts, count, offset);
}
ssize_t pwritev(int descriptor, const iovec* parts, int count, off_t offset) {
  return vector_written(descriptor, parts, count, offset);
}
ssize_t copy_file_range(int in, off64_t* in_at, int out, off64_t* out_at, size_t size, unsigned flags) {
  return changed_content(out, size, out_at == nullptr ? -1 : *out_at, [&](std::size_t part) {
    return ::syscall(SYS_copy_file_range, in, in_at, out, out_at, part, flags);
  });
}
ssize_t sendfile64(int out, int in, off64_t* offset, size_t size) noexcept {
  return changed_content(out, size, -1,
                         [&](std::size_t part) { return ::syscall(SYS_sendfile, out, in, offset, part); });
}
ssize_t sendfile(int out, int in, off_t* offset, size_t size) noexcept {
  return sendfile64(out, in, offset, size);
}

int ioctl(int descriptor, unsigned long request, ...) noexcept {
  va_list rest;
  va_start(rest, request);
  const long argument = va_arg(rest, long);
  va_end(rest);
  if (request == FICLONE) {
    errno = EOPNOTSUPP;  // So that the bytes are written by calls that tell them.
    return -1;
  }
  return static_cast<int>(::syscall(SYS_ioctl, descriptor, request, argument));
}

int ftruncate64(int descriptor, off64_t size) noexcept { return static_cast<int>(resized(descriptor, size)); }
int ftruncate(int descriptor, off_t size) noexcept { return static_cast<int>(resized(descriptor, size)); }
int truncate64(const char* path, off64_t size) noexcept {
  const int descriptor = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0));
  if (descriptor < 0) return -1;
  const long result = resized(descriptor, size);
  ::syscall(SYS_close, descriptor);
  return static_cast<int>(result);
}
int truncate(const char* path, off_t size) noexcept { return truncate64(path, size); }
int fallocate64(int descriptor, int mode, off64_t offset, off64_t size) {
  return static_cast<int>(allocated(descriptor, mode, offset, size));
}
int fallocate(int descriptor, int mode, off_t offset, off_t size) {
  return static_cast<int>(allocated(descriptor, mode, offset, size));
}
int posix_fallocate64(int descriptor, off64_t offset, off64_t size) {
  return allocated(descriptor, 0, offset, size) == 0 ? 0 : errno;
}
int posix_fallocate(int descriptor, off_t offset, off_t size) {
  return allocated(descriptor, 0, offset, size) == 0 ? 0 : errno;
}

int fsync(int descriptor) { return synced(Op::fsync, descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return synced(Op::fdatasync, descriptor, SYS_fdatasync); }
int syncfs(int descriptor) noexcept { return synced(Op::syncfs, descriptor, SYS_syncfs); }

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const unsigned mode = mode_from(flags, rest);
  va_end(rest);
  return static_cast<int>(opened(AT_FDCWD, path, flags, mode));
}
int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const unsigned mode = mode_from(flags, rest);
  va_end(rest);
  return static_cast<int>(opened(AT_FDCWD, path, flags, mode));
}
int openat64(int folder, const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const unsigned mode = mode_from(flags, rest);
  va_end(rest);
  return static_cast<int>(opened(folder, path, flags, mode));
}
int openat(int folder, const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const unsigned mode = mode_from(flags, rest);
  va_end(rest);
  return static_cast<int>(opened(folder, path, flags, mode));
}
int creat64(const char* path, mode_t mode) {
  return static_cast<int>(opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode));
}
int creat(const char* path, mode_t mode) { return creat64(path, mode); }
FILE* fopen64(const char* path, const char* mode) {
  using Open = FILE* (*)(const char*, const char*);
  static const Open real = reinterpret_cast<Open>(::dlsym(RTLD_NEXT, "fopen64"));
  if (mode[0] == 'r') return real(path, mode);
  FILE* out = nullptr;
  const auto call = [&]() -> long { return (out = real(path, mode)) == nullptr ? -1 : ::fileno(out); };
  return made(absolute(AT_FDCWD, path), mode[0] == 'w', call) < 0 ? nullptr : out;
}
FILE* fopen(const char* path, const char* mode) { return fopen64(path, mode); }

int rename(const char* from, const char* to) noexcept {
  return static_cast<int>(renamed(AT_FDCWD, from, AT_FDCWD, to, 0));
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  return static_cast<int>(renamed(from_folder, from, to_folder, to, 0));
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  return static_cast<int>(renamed(from_folder, from, to_folder, to, flags));
}
int link(const char* from, const char* to) noexcept {
  return static_cast<int>(linked(AT_FDCWD, from, AT_FDCWD, to, 0));
}
int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
  return static_cast<int>(linked(from_folder, from, to_folder, to, flags));
}
int symlinkat(const char* text, int folder, const char* path) noexcept {
  return static_cast<int>(changed_paths(Op::symlink, absolute(folder, path), text, 0,
                                        [&] { return ::syscall(SYS_symlinkat, text, folder, path); }));
}
int symlink(const char* text, const char* path) noexcept { return symlinkat(text, AT_FDCWD, path); }
int unlinkat(int folder, const char* path, int flags) noexcept {
  return static_cast<int>(removed(folder, path, flags));
}
int unlink(const char* path) noexcept { return static_cast<int>(removed(AT_FDCWD, path, 0)); }
int rmdir(const char* path) noexcept { return static_cast<int>(removed(AT_FDCWD, path, AT_REMOVEDIR)); }
int remove(const char* path) noexcept {
  const int result = unlink(path);
  return result < 0 && (errno == EISDIR || errno == EPERM) ? rmdir(path) : result;
}
int mkdirat(int folder, const char* path, mode_t mode) noexcept {
  return static_cast<int>(changed_paths(Op::mkdir, absolute(folder, path), "", static_cast<long>(mode),
                                        [&] { return ::syscall(SYS_mkdirat, folder, path, mode); }));
}
int mkdir(const char* path, mode_t mode) noexcept { return mkdirat(AT_FDCWD, path, mode); }
int chmod(const char* path, mode_t mode) noexcept {
  return static_cast<int>(changed_path(Op::chmod, path, static_cast<long>(mode),
                                       [&] { return ::syscall(SYS_chmod, path, mode); }));
}
int fchmod(int descriptor, mode_t mode) noexcept {
  return static_cast<int>(changed_mode(descriptor, static_cast<long>(mode),
                                       [&] { return ::syscall(SYS_fchmod, descriptor, mode); }));
}
int fchmodat(int folder, const char* path, mode_t mode, int) noexcept {
  return static_cast<int>(changed_paths(Op::chmod, absolute(folder, path), "", static_cast<long>(mode),
                                        [&] { return ::syscall(SYS_fchmodat, folder, path, mode); }));
}

}  // extern "C"
