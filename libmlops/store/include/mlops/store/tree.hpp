#pragma once
/// A folder as an object: its files sorted by path, each with mode, size and digest. The object's bytes are
/// the canonical JSON {"tree":1,"files":[{"digest","mode","path","size"},...]}.

#include <mlops/base/digest.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace mlops::store {

class Objects;

struct TreeFile {
  std::string path;  ///< Relative, '/' between parts, never "..", UTF-8.
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

}  // namespace mlops::store
