#pragma once
/// What the files of an added path were when they were last read: their stamps and digests, so that files
/// that are as they were are not read again (git's index). A cache: it may be lost, damaged or behind, and
/// then files are read. One flat file for each path, `worktree/<sha256 of the path>` in the store, in the
/// order of the paths:
///
///   "mlopsix2", the machine's boot (40 bytes), when it was begun (8), then blocks: size, CRC-32C (4 bytes
///   each), entries
///
/// An entry is the size of its path (2 bytes), mode (4), device, inode, size, time of change of content and
/// of the file in nanoseconds (8 each), digest (32), path. Numbers have this machine's byte order.
///
/// A power cut may take from a file that nobody has synced what was written, and leave it its stamp. So after
/// another boot nothing is known of files that were changed shortly before the index was written.

#include <mlops/base/digest.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/store/store.hpp>
#include <mlops/store/tree.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace mlops::worktree {

struct Known {
  std::string path;
  std::uint32_t mode = 0;  ///< As of a tree's file.
  fs::Stamp stamp = {};
  Digest digest = {};
};

/// Where the index of an added path lies.
std::filesystem::path index_path(const store::Store& store, const std::string& path);

class IndexReader {
 public:
  /// Of a file that is not there, or no index, nothing is known.
  explicit IndexReader(const std::filesystem::path& file);

  /// What is known of this path; asked in the order of the paths.
  std::optional<Known> find(const std::string& path);
  /// What comes next and stands before this path; nothing behind the last such.
  std::optional<Known> next_before(const std::string& path);

 private:
  bool next();
  bool next_block();
  bool take_entry();

  std::optional<fs::File> file_;
  std::int64_t doubtful_ns_ = 0;  ///< What was changed later may be other than it was; in ns since 1970.
  std::string block_;
  std::size_t at_ = 0;
  std::optional<Known> here_;
};

class IndexWriter {
 public:
  explicit IndexWriter(store::Store& store, const std::string& path);
  ~IndexWriter();
  IndexWriter(const IndexWriter&) = delete;
  IndexWriter& operator=(const IndexWriter&) = delete;

  /// Notes that the file had this content while it had this stamp.
  void add(const Known& known);

  /// Takes the place of the index that was there. A fault is none: there is no index then.
  void finish() noexcept;

 private:
  void end_block();

  std::filesystem::path target_;
  std::filesystem::path place_;
  std::optional<fs::File> file_;
  std::string block_;
};

/// Whether a stamp is so young that a write now might leave it as it is, so that it must not be noted: the
/// clocks of file systems tick a hundred times a second and more, some of them once in two seconds.
class Youth {
 public:
  explicit Youth(const std::filesystem::path& folder);
  bool young(const fs::Stamp& stamp) const;

 private:
  bool network_ = false;
};

}  // namespace mlops::worktree
