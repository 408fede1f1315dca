#pragma once
/// What is named by what: from the references to records, from these to all that they name. The truth behind
/// fsck, usage and collection.

#include <mlops/base/digest.hpp>
#include <mlops/store/exchange.hpp>
#include <mlops/store/objects.hpp>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mlops::store {

/// `model` and `run` are contents that versions of models and runs name; other contents are `raw`. A table
/// that is named as a cache only is `columnar`, or `absent` where it is not there and nobody misses it.
enum class NodeKind : std::uint8_t { record, tree, table, columnar, raw, model, run, missing, absent };

struct Node {
  std::uint32_t named =
      0;  ///< How often, or as often as can be counted; a tree's files as often as the tree.
  NodeKind kind = NodeKind::raw;
};

/// Nodes by their digests, for millions of them: some 50 bytes each.
class Graph {
 public:
  /// Nothing where no path leads to it; good until the graph is gone.
  const Node* find(const Digest& digest) const;
  bool contains(const Digest& digest) const { return find(digest) != nullptr; }
  /// The node, made if need be, and whether it was.
  std::pair<Node&, bool> add(const Digest& digest);
  std::size_t size() const { return entries_.size(); }

  struct Entry {
    Digest digest = {};
    Node node = {};
  };
  const std::deque<Entry>& entries() const { return entries_; }

 private:
  /// Where it is, or would be.
  std::size_t slot(const Digest& digest) const;
  void grow();

  std::deque<Entry> entries_;
  std::vector<std::uint32_t> slots_;  ///< Numbers of entries, from 1; 0 is free. A power of two of them.
};

/// Hears what cannot be followed, one line each, and which object is missing.
using Complain = std::function<void(const std::string& what, const std::optional<Digest>& missing)>;

/// What else is to be known of a graph of all.
struct Named {
  std::vector<Digest> pinned = {};    ///< What is pinned and there is named, too.
  std::vector<Digest> uncached = {};  ///< Records, sorted, that do not name their caches (cache_in()).
};

/// What a remote has is missed without complaint (exchange.hpp).
Graph make_graph(const std::filesystem::path& root, const Objects& objects, const Complain& complain,
                 const Named& named = {});

/// What these lead to. What `stop` says true of, and is not among them, is left out.
Graph graph_of(const std::filesystem::path& root, const Objects& objects, const std::vector<Digest>& from,
               Reach how, const std::function<bool(const Digest& digest)>& stop);

}  // namespace mlops::store
