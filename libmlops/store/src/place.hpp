#pragma once
/// How a temporary file becomes an object, and how it is known that an object is whole.

#include <mlops/base/digest.hpp>
#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/lock.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/store/objects.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "src/encodings.hpp"
#include "src/marks.hpp"

namespace mlops::store {

/// Objects of this size and more are not hashed by every process that uses them.
constexpr std::uint64_t large = 1 << 20;

/// What files are read by: small enough to stay in the processor's cache between read, hash and write.
constexpr std::size_t block_size = 256 * 1024;

/// Held while contents are removed or marks taken back (collect.hpp); that is done in far less than a minute.
constexpr int sweep_patience_ms = 60'000;
fs::Lock sweep_lock(const std::filesystem::path& root);

using Look = std::function<void(std::string_view bytes)>;

struct Objects::State {
  explicit State(std::filesystem::path folder) : root(std::move(folder)), encodings(root) {}

  /// Before the first look whether something is there already: from then on garbage collection knows of this
  /// process (collect.hpp).
  void begin();
  std::filesystem::path temporary_path(std::string_view suffix);

  /// Whether the object is about to be collected, so that it must not be relied upon.
  bool marked(const Digest& digest);

  /// For who is about to name objects that it need not have written: they are there, and no collection that
  /// is at work takes them away. Throws Error(corrupt, "object.missing").
  void hold_fast(const std::vector<Digest>& digests);

  /// An object in a file of its own that is about to be collected is written anew, so that it is not.
  void renew(const Digest& digest);

  /// True when the object is there as a file and whole, by its note, else by its content, and stays.
  bool is_whole(const Digest& digest, std::uint64_t size);

  /// The file in which a small object lies, whole, that stays.
  std::optional<std::filesystem::path> find_sound(const Digest& digest);

  /// While it is held, what is renamed is not taken for what was marked. Nothing where nothing is marked.
  std::optional<fs::Lock> renaming();

  /// Renames the file, synced already, to the object's name. Not yet durable.
  void put_in_place(const std::filesystem::path& file, const Digest& digest) const;

  /// All of it: after this the bytes of `file` are the object, or the object was there and the file is gone.
  void place(fs::File& file, const Digest& digest, std::uint64_t size);

  const std::filesystem::path root;
  Encodings encodings;
  std::mutex mutex;
  std::optional<fs::TemporaryFolder> scratch;  ///< Made when the first temporary file is.
  Marks marks;                                 ///< As they were when `scratch` was made.
  bool marks_dropped = false;                  ///< Since, by this process.
  std::uint64_t names = 0;
  std::set<Digest> verified;                      ///< By this process.
  std::map<Digest, std::filesystem::path> plain;  ///< What was made a file of in `scratch`.

 private:
  void begin_locked();
  void drop_marks();
  void place_old(const std::filesystem::path& old, const Digest& digest);
};

/// A file that is removed unless it is let go.
class Scrap {
 public:
  explicit Scrap(std::filesystem::path path) : path_(std::move(path)) {}
  ~Scrap();
  Scrap(const Scrap&) = delete;
  Scrap& operator=(const Scrap&) = delete;
  const std::filesystem::path& path() const { return path_; }
  void let_go() { path_.clear(); }

 private:
  std::filesystem::path path_;
};

/// What all bytes of the file from its position on hash to; `look` sees them.
Digest hash_rest(fs::File& file, const Look& look = nullptr);

/// All of a stamp.
std::string text_of(const fs::Stamp& stamp);

/// The note "this large object was whole": true when it stands for the object as it is now.
bool is_noted(const std::filesystem::path& root, const Digest& digest, const fs::Stamp& stamp);
/// Makes the note if it can be made; a store that cannot be written does without.
void note(const std::filesystem::path& root, const Digest& digest);

/// Makes the names in the object's folder durable.
void sync_place(const std::filesystem::path& root, const Digest& digest);

/// A copy of `source` in the empty file `target`, hashed on the way, not synced. Throws Error: conflict (the
/// source changed meanwhile), busy (no room).
Digest copy_hashed(fs::File& source, fs::File& target, const Look& look);

/// The digest of `source`, read once (`look` sees it), where there is an object of the same size as this
/// large file, so that copying it is likely for nothing; else nothing, and nothing is read.
std::optional<Digest> hash_first(const std::filesystem::path& root, fs::File& source, const Look& look);

/// The fault of an object that is not there.
[[noreturn]] void no_object(const std::filesystem::path& root, const Digest& digest);

/// The fault of a file that is written while it is read.
Error changed(const std::filesystem::path& source);

}  // namespace mlops::store
