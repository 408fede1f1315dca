#pragma once
/// What is named by what: from the references to records, from these to all that they name. The truth behind
/// fsck and usage.

#include <mlops/base/digest.hpp>
#include <mlops/store/objects.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace mlops::store {

/// `model` and `run` are contents that versions of models and runs name; other contents are `raw`.
enum class NodeKind { record, tree, table, raw, model, run, missing };

struct Node {
  NodeKind kind = NodeKind::raw;
  std::uint64_t size = 0;
  std::uint64_t named = 0;  ///< How often; a tree's files as often as the tree.
};

using Graph = std::map<Digest, Node>;

/// `complain` hears what cannot be followed, one line each.
using Complain = std::function<void(const std::string& what)>;

Graph make_graph(const std::filesystem::path& root, const Objects& objects, const Complain& complain);

}  // namespace mlops::store
