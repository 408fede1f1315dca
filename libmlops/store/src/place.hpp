#pragma once
/// How a temporary file becomes an object, and how it is known that an object is whole.

#include <mlops/base/digest.hpp>
#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/store/objects.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>

namespace mlops::store {

/// Objects of this size and more are not hashed by every process that uses them.
constexpr std::uint64_t large = 1 << 20;

/// What files are read by: small enough to stay in the processor's cache between read, hash and write.
constexpr std::size_t block_size = 256 * 1024;

using Look = std::function<void(std::string_view bytes)>;

struct Objects::State {
  std::mutex mutex;
  std::optional<fs::TemporaryFolder> scratch;  ///< Made when the first temporary file is.
  std::uint64_t names = 0;
  std::set<Digest> verified;  ///< By this process.
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

/// True when the object is there and whole: by its note, else by its content.
bool is_whole(const std::filesystem::path& root, const Digest& digest, std::uint64_t size);

/// Makes the object's folder if need be and renames the file, synced already, to its name. Not yet durable.
void put_in_place(const std::filesystem::path& root, const std::filesystem::path& file, const Digest& digest);
/// Makes the names in the object's folder durable.
void sync_place(const std::filesystem::path& root, const Digest& digest);

/// All of it: after this the bytes of `file` are the object, or the object was there and the file is gone.
void place(const std::filesystem::path& root, fs::File& file, const Digest& digest, std::uint64_t size);

/// A copy of `source` in the empty file `target`, hashed on the way, not synced. Throws Error: conflict (the
/// source changed meanwhile), busy (no room).
Digest copy_hashed(fs::File& source, fs::File& target, const Look& look);

/// The digest of `source`, read once (`look` sees it), where there is an object of the same size as this
/// large file, so that copying it is likely for nothing; else nothing, and nothing is read.
std::optional<Digest> hash_first(const std::filesystem::path& root, fs::File& source, const Look& look);

/// The fault of a file that is written while it is read.
Error changed(const std::filesystem::path& source);

}  // namespace mlops::store
