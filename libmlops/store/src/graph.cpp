#include "src/graph.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/json/value.hpp>
#include <mlops/store/tree.hpp>

#include <optional>
#include <set>
#include <vector>

#include "src/index.hpp"
#include "src/layout.hpp"
#include "src/record.hpp"

namespace mlops::store {
namespace {

/// A tree of two million files is smaller; a larger object that begins like JSON is data.
constexpr std::uint64_t largest_json = 256 << 20;

/// Where an object's digest was read: under a member "raw", and in a tree, stand digests of what came from
/// outside. Of a model's version and of a run all that they name is their own.
enum class Place { reference, record, raw, model, run };

struct Edge {
  Digest to = {};
  Place place = Place::record;
  bool in_tree = false;
};

Place place_in(std::string_view kind, bool raw) {
  if (raw) return Place::raw;
  if (kind.starts_with("model-version/")) return Place::model;
  return kind.starts_with("run/") || kind.starts_with("run-") ? Place::run : Place::record;
}

/// What an object is that is neither record nor tree nor table.
NodeKind content_at(Place place) {
  if (place == Place::model) return NodeKind::model;
  return place == Place::run ? NodeKind::run : NodeKind::raw;
}

std::optional<json::Value> parsed(const std::string& bytes) {
  try {
    return json::parse(bytes);
  } catch (const Error&) {
    return std::nullopt;
  }
}

class Walker {
 public:
  Walker(const Path& root, const Objects& objects, const Complain& complain)
      : root_(root), objects_(objects), complain_(complain) {}

  /// One entry of a reference and all that is below it.
  void begin(const Digest& digest, const std::string& who) {
    name({digest, Place::reference}, who, 1);
    while (!open_.empty()) {
      const Digest record = open_.back();
      open_.pop_back();
      follow(record);
    }
    const NodeKind kind = graph_[digest].kind;
    if (kind == NodeKind::record || kind == NodeKind::missing || damaged_.contains(digest)) return;
    complain_(fmt::format("{} points at {}, which is no record", who, digest.text()));
  }

  Graph take() { return std::move(graph_); }

 private:
  /// So many more names for the object; a record that was not seen before is followed later.
  void name(const Edge& edge, const std::string& who, std::uint64_t times) {
    const auto [at, fresh] = graph_.try_emplace(edge.to);
    Node& node = at->second;
    if (fresh) look(edge, who, node);
    node.named += times;
    if (node.kind == NodeKind::table && edge.place == Place::raw) node.kind = NodeKind::raw;
    if (node.kind != NodeKind::tree) return;
    const std::string tree = "the tree " + edge.to.text();
    for (const auto& [digest, count] : trees_[edge.to]) name({digest, edge.place, true}, tree, count * times);
  }

  void look(const Edge& edge, const std::string& who, Node& node) {
    const auto size = objects_.size(edge.to);
    if (!size) {
      node.kind = NodeKind::missing;
      return complain_(fmt::format("object {} is missing: {} names it", edge.to.text(), who));
    }
    node.size = *size;
    try {
      node.kind = kind_of(edge, *size);
    } catch (const Error& e) {
      if (e.code() != Code::corrupt) throw;
      damaged_.insert(edge.to);  // Told by fsck, which hashes all objects.
    }
  }

  NodeKind kind_of(const Edge& edge, std::uint64_t size) {
    if (edge.in_tree) return content_at(edge.place);
    const fs::File file(object_path(root_, edge.to));
    char head[4] = {};
    char last = 0;
    const std::string_view start(head, file.read_at(head, sizeof head, 0));
    if (start == "PAR1") return edge.place == Place::raw ? NodeKind::raw : NodeKind::table;
    const bool ends = size > 0 && file.read_at(&last, 1, size - 1) == 1 && last == '}';
    if (!start.starts_with("{\"") || !ends || size > largest_json) return content_at(edge.place);
    return kind_of_json(edge);
  }

  /// Records and trees are canonical JSON with a "kind" or a "tree"; anything else is data that happens to be
  /// JSON.
  NodeKind kind_of_json(const Edge& edge) {
    const std::string bytes = objects_.get(edge.to);
    const auto value = parsed(bytes);
    if (!value || json::canonical(*value) != bytes) return content_at(edge.place);
    if (edge.place != Place::raw && kind_name((*value)["kind"].text_or(""))) {
      open_.push_back(edge.to);
      return NodeKind::record;
    }
    if ((*value)["tree"].int_or(0) != 1) return content_at(edge.place);
    for (const TreeFile& file : get_tree(objects_, edge.to).files) ++trees_[edge.to][file.digest];
    return NodeKind::tree;
  }

  void follow(const Digest& record) {
    std::vector<Edge> edges;
    const json::Value value(get_record(objects_, record));
    const std::string kind = value["kind"].text_or("");
    each_edge(value, [&](const Digest& to, bool raw) { edges.push_back({to, place_in(kind, raw)}); });
    for (const Edge& edge : edges) name(edge, "the record " + record.text(), 1);
  }

  const Path root_;
  const Objects& objects_;
  const Complain& complain_;
  Graph graph_;
  std::map<Digest, std::map<Digest, std::uint64_t>> trees_;  ///< How often a tree holds a file.
  std::set<Digest> damaged_;
  std::vector<Digest> open_;  ///< Records to follow.
};

/// An entry says what the one before it pointed at, and counts on from it.
void check_chain(const std::string& who, const std::vector<ReferenceEntry>& entries,
                 const Complain& complain) {
  std::optional<Digest> previous;
  std::int64_t seq = 0;
  for (const ReferenceEntry& entry : entries) {
    if (entry.seq != ++seq || entry.previous != previous) {
      return complain(fmt::format("the reference {} does not follow on from itself at v{}", who, entry.seq));
    }
    previous = entry.digest;
  }
}

}  // namespace

Graph make_graph(const Path& root, const Objects& objects, const Complain& complain) {
  Walker walker(root, objects, complain);
  const References references(root);
  for (const ReferenceFile& file : reference_files(root)) {
    const std::string who = event_name(file.name);
    try {
      const auto entries = references.history(file.name);
      check_chain(who, entries, complain);
      for (const ReferenceEntry& entry : entries) {
        walker.begin(entry.digest, fmt::format("the reference {} v{}", who, entry.seq));
      }
    } catch (const Error& e) {
      if (e.code() != Code::corrupt) throw;
      complain(e.message());
    }
  }
  return walker.take();
}

}  // namespace mlops::store
