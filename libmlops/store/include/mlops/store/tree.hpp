#pragma once
/// A folder as an object: its files sorted by the bytes of their paths, each with mode, size and digest. The
/// object's bytes are the canonical JSON {"files":[{"digest","mode","path","size"},...],"tree":1}. A path
/// that is not UTF-8 stands in hexadecimal digits under "bytes" instead of "path". A symbolic link is an
/// entry with the mode of git (0120777), whose content is the text of the link.

#include <mlops/base/digest.hpp>
#include <mlops/store/objects.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mlops::store {

struct TreeFile {
  static constexpr std::uint32_t link = 0120777;  ///< The mode of a symbolic link.

  std::string path;  ///< Relative, '/' between parts, never "..", any bytes but 0.
  std::uint32_t mode = 0644;
  std::uint64_t size = 0;
  Digest digest = {};

  bool operator==(const TreeFile&) const = default;
};

struct Tree {
  std::vector<TreeFile> files;

  bool operator==(const Tree&) const = default;
};

/// Sorts, checks the paths (Error(corrupt) for an escape or a duplicate) and stores the tree.
Digest put_tree(Objects& objects, Tree tree);

/// The digest that put_tree() would give; nothing is stored. Throws as it does.
Digest tree_digest(Tree tree);

/// Throws Error: not_found, corrupt.
Tree get_tree(const Objects& objects, const Digest& digest);

/// A tree of any number of files, written in the order of their paths, with a constant amount of memory.
class TreeWriter {
 public:
  /// The tree becomes a part of the batch; `base` is the tree that it is a later version of, if there is one.
  explicit TreeWriter(Objects& objects, std::optional<Digest> base = std::nullopt);
  ~TreeWriter();
  TreeWriter(const TreeWriter&) = delete;
  TreeWriter& operator=(const TreeWriter&) = delete;

  /// Throws Error(corrupt) for a path that leads out, or does not come after the one before.
  void add(const TreeFile& file);

  /// Once, before the batch's commit().
  Digest finish(Objects::Batch& batch);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The files of a tree one by one, with a constant amount of memory.
class TreeReader {
 public:
  /// The whole object is verified before its first file is told. Throws as get_tree().
  TreeReader(const Objects& objects, const Digest& digest);
  ~TreeReader();
  TreeReader(const TreeReader&) = delete;
  TreeReader& operator=(const TreeReader&) = delete;

  /// False behind the last one. Throws Error(corrupt) for what is no tree.
  bool next(TreeFile& file);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::store
