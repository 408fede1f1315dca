#pragma once
/// Where the objects of an out are looked for: the cache, the work tree, and the remote that has them. Safe
/// for many threads once remote_of() returned.

#include <mlops/base/cancel.hpp>
#include <mlops/dvc/import.hpp>
#include <mlops/remote/space.hpp>

#include <functional>
#include <map>
#include <memory>

#include "src/cache.hpp"
#include "src/hasher.hpp"

namespace mlops::dvc {

/// A remote that is open: a folder or a bucket.
struct OpenRemote {
  Remote remote = {};
  std::optional<std::filesystem::path> folder = {};
  std::unique_ptr<mlops::remote::Space> space = {};
};

class Origin {
 public:
  Origin(const Source& source, const Cancel* cancel);

  std::optional<Kept> in_cache(const Name& name) const;
  /// The file of the work tree, where it has this very content; it is read.
  std::optional<std::filesystem::path> in_work_tree(const Out& out, const std::string& below,
                                                    const Name& name) const;

  /// Null where none is said. Throws Error: usage, not_found, for one that cannot be opened.
  const OpenRemote* remote_of(const Out& out);
  /// Whether a remote is said, whatever it is.
  bool has_remote(const Out& out) const;

 private:
  std::optional<Remote> named_for(const Out& out) const;
  OpenRemote open(Remote remote) const;

  const Source& source_;
  const Cancel* cancel_;
  const std::filesystem::path cache_;
  std::map<std::string, OpenRemote> open_;
};

/// The item of a bucket, and its size; nothing when there is none.
std::optional<mlops::remote::Item> find_item(mlops::remote::Space& space, const Name& name);

/// What the file hashes to by DVC's rule for this name.
std::string hash_file(const std::filesystem::path& file, bool dos, const Cancel* cancel);

/// The fault of a content that is not what its name says; `where` has it.
Error damaged(const Name& name, const std::string& seen, const std::string& where, const Out& out,
              const std::string& below);

}  // namespace mlops::dvc
