#pragma once
/// From what `from:` says to plain UTF-8 files on disk, with the bytes as they came safe in the store.

#include <mlops/base/cancel.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/dataset/encoding.hpp>
#include <mlops/manifest/manifest.hpp>
#include <mlops/store/objects.hpp>
#include <mlops/store/tree.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mlops::dataset {

/// Reads up to `size` bytes of standard input; 0 at the end.
using StandardInput = std::function<std::size_t(void* buffer, std::size_t size)>;

struct InputFile {
  std::filesystem::path path;  ///< Empty: standard input, or what `url` says.
  std::string name;            ///< In the tree and in messages: unique, relative, '/' between parts.
  std::string url = {};        ///< Of http, https or sqlite: it has to be fetched first.
};

/// The files that paths, globs and folders name, in the order given, those of a folder or glob sorted; hidden
/// files of a folder are left out. Throws Error: not_found (nothing matches, with near misses), usage.
std::vector<InputFile> find_inputs(const std::vector<std::string>& from, const std::filesystem::path& base);

/// Whether a place is a table or query of a database.
bool is_database(const std::vector<std::string>& from);

/// Throws Error(not_found) for a path that leads nowhere, with near misses; `written` is its name.
[[noreturn]] void fail_no_file(const std::string& written, const std::filesystem::path& path);

/// Throws as staging does for what shows at the first bytes of a file: none, not to be read, not a table.
void require_readable(const std::vector<InputFile>& inputs);

/// `rows`: of a database, as we wrote them; see database_rows.hpp.
enum class Format { csv, json, jsonl, parquet, rows };

std::string_view format_name(Format format);

/// A file under the store's tmp folder that goes away with its owner, unless it was taken by release().
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path path) : path_(std::move(path)) {}
  TemporaryFile(TemporaryFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFile& operator=(TemporaryFile&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~TemporaryFile();

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path release() { return std::exchange(path_, {}); }

 private:
  std::filesystem::path path_;
};

struct StagedFile {
  std::string name;
  std::filesystem::path path;       ///< Plain bytes; UTF-8 (but for ill-formed bytes in it) when it is text.
  std::vector<TemporaryFile> made;  ///< What `path` needs to live, if it is not the object itself.
  std::uint64_t size = 0;           ///< Of `path`.
  Encoding encoding = Encoding::utf8;
  std::uint64_t longest_line = 0;  ///< In bytes, at most 1 MiB too small.
  bool mixes_line_ends = false;    ///< Of "\n", "\r\n" and "\r" more than one comes up.
  bool ill_formed = false;         ///< Some bytes of it are not UTF-8.
};

struct Staged {
  Format format = Format::csv;
  std::vector<StagedFile> files;
  store::Tree raw;
  std::uint64_t raw_bytes = 0;
};

class Staging {
 public:
  /// `before` are the files of a version that these may be a later state of.
  Staging(store::Objects& objects, store::Objects::Batch& raw, Engines& engines, Progress& progress,
          const Cancel* cancel, store::Tree before = {})
      : objects_(objects),
        raw_(raw),
        engines_(engines),
        progress_(progress),
        cancel_(cancel),
        before_(std::move(before)) {}

  /// Puts the raw bytes of every file into the batch: the result has no `files` yet. Throws Error: not_found,
  /// busy (disk full).
  Staged take(const std::vector<InputFile>& inputs, const StandardInput& input);

  /// The same of files that the store has.
  Staged take(const store::Tree& kept);

  /// Decompresses and transcodes what was taken, where that is needed, and finds out the format, which must
  /// be one for all. Throws Error: corrupt, usage (a format that is not read), busy (disk full).
  void open(Staged& staged, const manifest::ReadOptions& wishes);

  /// The same for rows of a database, which nobody has to find out anything about.
  void open_rows(Staged& staged, const std::string& name, std::uint64_t longest_row);

 private:
  Digest put(const InputFile& file, const StandardInput& input, EncodingCounter& counter,
             std::uint64_t& size);
  std::optional<Digest> base_of(const std::string& name) const;
  TemporaryFile pipe_to_file(const StandardInput& input);
  StagedFile open_one(const store::TreeFile& file, EncodingCounter& counter,
                      const manifest::ReadOptions& wishes);
  StagedFile plain(const store::TreeFile& file, EncodingCounter& counter);
  void transcode(StagedFile& file);

  store::Objects& objects_;     // for temporary files
  store::Objects::Batch& raw_;  // kept once everything has gone well
  Engines& engines_;
  Progress& progress_;
  const Cancel* cancel_;
  store::Tree before_;
  std::vector<EncodingCounter> counters_ = {};  // of what was taken, in its order
};

/// The first bytes of a file, at most `size`.
std::string read_head(const std::filesystem::path& file, std::size_t size);

}  // namespace mlops::dataset
