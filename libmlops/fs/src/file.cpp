#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace mlops::fs {
namespace {

int flags_of(File::Mode mode) {
  switch (mode) {
    case File::Mode::create_new:
      return O_RDWR | O_CREAT | O_EXCL;
    case File::Mode::append:
      return O_RDWR | O_APPEND | O_CREAT;
    case File::Mode::update:
      return O_RDWR | O_APPEND;
    case File::Mode::read:
      break;
  }
  return O_RDONLY;
}

const char* doing(File::Mode mode) { return mode == File::Mode::read ? "cannot read" : "cannot write"; }

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Stamp stamp_of(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = static_cast<std::uint64_t>(status.st_size),
          .modified_ns = nanoseconds(status.st_mtim),
          .changed_ns = nanoseconds(status.st_ctim)};
}

/// Calls until the system is not merely interrupted.
template <typename Call>
auto retried(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace

std::optional<Stamp> find_stamp(const std::filesystem::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) == 0) return stamp_of(status);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw system_error(errno, fmt::format("cannot read '{}'", path.native()));
}

File::File(std::filesystem::path path, Mode mode, unsigned permissions) : path_(std::move(path)) {
  descriptor_ =
      Descriptor(retried([&] { return ::open(path_.c_str(), flags_of(mode) | O_CLOEXEC, permissions); }));
  if (!descriptor_) fail(doing(mode));
}

void File::fail(const char* doing) const {
  throw system_error(errno, fmt::format("{} '{}'", doing, path_.native()));
}

Stamp File::stamp() const {
  struct stat status = {};
  if (::fstat(descriptor(), &status) != 0) fail("cannot read");
  return stamp_of(status);
}

std::size_t File::read(void* buffer, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count =
        retried([&] { return ::read(descriptor(), static_cast<char*>(buffer) + done, size - done); });
    if (count < 0) fail("cannot read");
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

std::size_t File::read_at(void* buffer, std::size_t size, std::uint64_t offset) const {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = retried([&] {
      return ::pread(descriptor(), static_cast<char*>(buffer) + done, size - done,
                     static_cast<off_t>(offset + done));
    });
    if (count < 0) fail("cannot read");
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

void File::write(const void* data, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count =
        retried([&] { return ::write(descriptor(), static_cast<const char*>(data) + done, size - done); });
    if (count < 0) fail("cannot write");
    done += static_cast<std::size_t>(count);
  }
}

void File::truncate(std::uint64_t size) {
  if (retried([&] { return ::ftruncate(descriptor(), static_cast<off_t>(size)); }) != 0) fail("cannot write");
}

void File::set_permissions(unsigned permissions) {
  if (::fchmod(descriptor(), permissions) != 0) fail("cannot set the permissions of");
}

void File::sync() {
  if (retried([&] { return ::fsync(descriptor()); }) != 0) fail("cannot write");
}

void File::sync_data() {
  if (retried([&] { return ::fdatasync(descriptor()); }) != 0) fail("cannot write");
}

void File::start_writeback(std::uint64_t offset, std::uint64_t size) noexcept {
  // Advice: a file system that does not know it makes the sync at the end longer, nothing else.
  ::sync_file_range(descriptor(), static_cast<off_t>(offset), static_cast<off_t>(size),
                    SYNC_FILE_RANGE_WRITE);
}

std::string read_file(const std::filesystem::path& path) {
  File file(path);
  std::string bytes;
  std::size_t done = 0;
  // One byte more than the size, so that the end is seen by the first read; files in /proc have no size.
  bytes.resize(std::max<std::size_t>(file.stamp().size, 4095) + 1);
  while ((done += file.read(bytes.data() + done, bytes.size() - done)) == bytes.size())
    bytes.resize(2 * done);
  bytes.resize(done);
  return bytes;
}

std::optional<std::string> find_file(const std::filesystem::path& path) {
  if (!find_stamp(path)) return std::nullopt;
  return read_file(path);
}

}  // namespace mlops::fs
