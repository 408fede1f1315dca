#pragma once
/// Where things lie in a store's folder; docs of the format are in the store's header.
///
///   format                  {"format":1}
///   .gitignore              *
///   objects/sha256/ab/...   one file an object, named by its digest, read-only
///   packs/<id>.zst          many small objects in one file (packed.hpp)
///   recipes/ab/...          an object as parts of others (recipe.hpp)
///   refs/<kind>/<name>      one file a reference, a line an entry
///   catalogue.db            the index
///   verified/<digest>       the stamp that an object of 1 MiB or more had when its content was last checked
///   tmp/<random>/           scratch of one process, locked while it lives
///   gc/                     what garbage collection has marked (marks.hpp), and what it is about to remove
///   lost/                   packs that fsck could not make anew in whole
///   locks/                  files to lock, of those who use the store

#include <mlops/base/digest.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/store/references.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::store {

using Path = std::filesystem::path;

Path objects_folder(const Path& root);
Path object_path(const Path& root, const Digest& digest);
Path packs_folder(const Path& root);
Path recipes_folder(const Path& root);
Path recipe_path(const Path& root, const Digest& digest);
Path marks_path(const Path& root);
Path marked_path(const Path& root);
Path sweep_lock_path(const Path& root);
Path trash_folder(const Path& root);
Path marker_path(const Path& root, const Digest& digest);
Path references_folder(const Path& root);

/// Throws Error(usage) for a name that cannot be one.
Path reference_path(const Path& root, const ReferenceName& name);

/// The digest of an object from its shard and its file name; nothing for a file that is not an object.
std::optional<Digest> object_digest(std::string_view shard, std::string_view file);

/// The objects that have files in such a folder, in the order of their digests.
void each_below(const Path& folder,
                const std::function<void(const Digest& digest, const fs::Stamp& stamp)>& visit);

/// A reference's name in a file name and back: '%', '/' and a leading '.' become %XX.
std::string escaped(std::string_view name);
std::optional<std::string> unescaped(std::string_view file);

struct ReferenceFile {
  ReferenceName name;
  std::uint64_t size = 0;
};
/// Every file that is a reference's, sorted by its name; it may be empty.
std::vector<ReferenceFile> reference_files(const Path& root);

}  // namespace mlops::store
