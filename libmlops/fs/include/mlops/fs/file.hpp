#pragma once
/// Files read and written with their errors told: each fault names the path and is what system_error() makes
/// of it (not_found, busy for a full disk, failed). Short reads and writes and interrupted calls are dealt
/// with here. A File is used by one thread, except read_at().
///
/// Faults are injected from outside: the calls below are plain libc calls, and a test that defines `write`,
/// `fsync`, `rename`, ... itself stands in front of libc for the whole executable, SQLite included
/// (tests/unit/faults.hpp). So nothing is compiled in for tests, and nothing is paid for them.

#include <mlops/fs/descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::fs {

/// What the system says about a file without reading it: equal stamps mean that nobody wrote to it meanwhile.
struct Stamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;

  bool operator==(const Stamp&) const = default;
};

/// The stamp of what `path` leads to; nothing when there is no such file.
std::optional<Stamp> find_stamp(const std::filesystem::path& path);

class File {
 public:
  enum class Mode {
    read,        ///< A file or folder that exists.
    create_new,  ///< Reading and writing; Error(conflict) when it exists.
    append,      ///< Reading, and writing at the end; made when it is not there.
    update,      ///< Reading, and writing at the end, of a file that exists.
  };
  explicit File(std::filesystem::path path, Mode mode = Mode::read, unsigned permissions = 0666);
  /// What somebody has opened; `path` is for messages.
  File(std::filesystem::path path, Descriptor descriptor)
      : path_(std::move(path)), descriptor_(std::move(descriptor)) {}

  const std::filesystem::path& path() const { return path_; }
  int descriptor() const { return descriptor_.get(); }
  Stamp stamp() const;

  /// Fills the buffer from the current position as far as the file goes; 0 at its end.
  std::size_t read(void* buffer, std::size_t size);
  std::size_t read_at(void* buffer, std::size_t size, std::uint64_t offset) const;
  void write(const void* data, std::size_t size);
  void write(std::string_view bytes) { write(bytes.data(), bytes.size()); }
  void truncate(std::uint64_t size);
  void set_permissions(unsigned permissions);

  void sync();       ///< fsync: content and metadata are on disk.
  void sync_data();  ///< fdatasync: content and size are.
  /// Lets the disk begin with these bytes while the caller goes on; a later sync() waits less.
  void start_writeback(std::uint64_t offset, std::uint64_t size) noexcept;

 private:
  [[noreturn]] void fail(const char* doing) const;

  std::filesystem::path path_;
  Descriptor descriptor_;
};

/// The whole file.
std::string read_file(const std::filesystem::path& path);

/// The whole file; nothing when there is none.
std::optional<std::string> find_file(const std::filesystem::path& path);

}  // namespace mlops::fs
