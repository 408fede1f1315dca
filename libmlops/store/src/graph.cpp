#include "src/graph.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/json/value.hpp>
#include <mlops/store/exchange.hpp>
#include <mlops/store/tree.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "src/encodings.hpp"
#include "src/forgotten.hpp"
#include "src/index.hpp"
#include "src/layout.hpp"
#include "src/place.hpp"
#include "src/record.hpp"
#include "src/tree_scan.hpp"

namespace mlops::store {
namespace {

/// A tree of two million files is smaller; a larger object that begins like JSON is data.
constexpr std::uint64_t largest_json = 256 << 20;

/// Where an object's digest was read: under a member "raw", and in a tree, stand digests of what came from
/// outside. Of a model's version and of a run all that they name is their own.
enum class Place { reference, record, cache, raw, model, run };

struct Edge {
  Digest to = {};
  Place place = Place::record;
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

/// Whether the bytes hold the member that all records have: what does not is not parsed, however large it is.
bool may_be_record(Content& content) {
  constexpr std::string_view member = "\"kind\":\"";
  std::string block(block_size, '\0');
  for (std::uint64_t at = 0; at < content.size(); at += block.size() - member.size()) {
    const std::size_t count = content.read_at(block.data(), block.size(), at);
    if (std::string_view(block.data(), count).find(member) != std::string_view::npos) return true;
  }
  return false;
}

void count(Node& node, std::uint64_t times) {
  const std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  node.named = static_cast<std::uint32_t>(std::min(most, node.named + times));
}

/// Every object that the store has, for who asks for a million of them: by half of their digests, which no
/// two share.
class Inventory {
 public:
  explicit Inventory(const Objects& objects) : objects_(objects) {
    objects.each([&](const Digest& digest, std::uint64_t) { halves_.push_back(half(digest)); });
    std::sort(halves_.begin(), halves_.end());
  }
  bool has(const Digest& digest) const {
    return std::binary_search(halves_.begin(), halves_.end(), half(digest)) || objects_.has(digest);
  }

 private:
  using Half = std::array<std::uint8_t, 16>;
  static Half half(const Digest& digest) {
    Half out;
    std::copy_n(digest.bytes.begin(), out.size(), out.begin());
    return out;
  }

  const Objects& objects_;
  std::vector<Half> halves_;
};

class Walker {
 public:
  Walker(const Path& root, const Objects& objects, const Complain& complain)
      : encodings_(root),
        objects_(objects),
        complain_(complain),
        forgotten_(forgotten_versions(root, objects)),
        hollow_(forgotten_.records()) {}

  void pin(const Digest& digest) { name({digest, Place::raw}, "a pin"); }

  /// What is named from now on, and was not before, may be missing.
  void forgive(bool missing) { forgives_ = missing; }

  /// Records are not followed, but for those that it begins with.
  void stay_close() { close_ = true; }

  void leave_out(std::function<bool(const Digest& digest)> stop) { stop_ = std::move(stop); }

  /// The caches of these records are not named; sorted.
  void leave_caches(const std::vector<Digest>& records) { uncached_ = records; }

  /// Of what was forgotten, what stands for it, too.
  void begin_anywhere(const Digest& digest) {
    name({digest, Place::reference}, "");
    if (close_ && graph_.find(digest)->kind == NodeKind::record && begun_.insert(digest).second)
      open_.push_back(digest);
    follow_all();
    const auto instead = forgotten_.instead().find(digest);
    if (instead != forgotten_.instead().end() && instead->second) begin_anywhere(*instead->second);
  }

  /// One entry of a reference and the records that are below it.
  void begin(const Digest& digest, const std::string& who) {
    name({digest, Place::reference}, who);
    follow_all();
    const NodeKind kind = graph_.find(digest)->kind;
    if (kind == NodeKind::record || kind == NodeKind::missing || damaged_.contains(digest)) return;
    complain_(fmt::format("{} points at {}, which is no record", who, digest.text()), {});
  }

  /// The files of all trees, when it is known how often each is named.
  void name_files() {
    if (trees_.empty()) return;
    const Inventory inventory(objects_);
    for (const auto& [tree, use] : trees_) {
      const std::uint64_t times = graph_.find(tree)->named;
      each_file(tree, [&, &tree = tree, &use = use](const Digest& file) {
        if (stop_ && stop_(file)) return;
        const auto [node, fresh] = graph_.add(file);
        if (fresh) node.kind = content_at(use.place);
        if (node.kind == NodeKind::absent || (fresh && !inventory.has(file))) {
          node.kind = NodeKind::missing;
          if (!use.forgiven)
            complain_(fmt::format("object {} is missing: the tree {} names it", file.text(), tree.text()),
                      file);
        }
        count(node, times);
        if (is_table(node.kind)) node.kind = use.raw ? NodeKind::raw : NodeKind::table;
      });
    }
  }

  Graph take() { return std::move(graph_); }

 private:
  struct Use {
    Place place = Place::record;  ///< The first.
    bool raw = false;             ///< Any.
    bool forgiven = false;        ///< Files of it may be missing.
  };

  void follow_all() {
    while (!open_.empty()) {
      const Digest record = open_.back();
      open_.pop_back();
      follow(record);
    }
  }

  /// One more name for the object; a record that was not seen before is followed later, as a tree's files
  /// are.
  void name(const Edge& edge, const std::string& who) {
    const auto [node, fresh] = graph_.add(edge.to);
    if (fresh) {
      look(edge, who, node);
      if (node.kind == NodeKind::record && !close_) open_.push_back(edge.to);
    }
    count(node, 1);
    if (edge.place != Place::cache) name_for_good(edge, who, node);
    if (node.kind == NodeKind::tree)
      trees_.try_emplace(edge.to, Use{.place = edge.place, .forgiven = forgives_}).first->second.raw |=
          edge.place == Place::raw;
  }

  static bool is_table(NodeKind kind) { return kind == NodeKind::table || kind == NodeKind::columnar; }

  /// What others name as well is no cache.
  void name_for_good(const Edge& edge, const std::string& who, Node& node) {
    if (is_table(node.kind)) node.kind = edge.place == Place::raw ? NodeKind::raw : NodeKind::table;
    if (node.kind != NodeKind::absent) return;
    node.kind = NodeKind::missing;
    miss(edge.to, who);
  }

  void miss(const Digest& digest, const std::string& who) {
    if (!forgives_) complain_(fmt::format("object {} is missing: {} names it", digest.text(), who), digest);
  }

  void look(const Edge& edge, const std::string& who, Node& node) {
    try {
      node.kind = kind_of(edge);
    } catch (const Error& e) {
      if (e.code() != Code::corrupt) throw;
      damaged_.insert(edge.to);  // Told by fsck, which hashes all objects.
    }
    if (node.kind == NodeKind::missing) miss(edge.to, who);
  }

  NodeKind kind_of(const Edge& edge) const {
    const auto content = encodings_.find(edge.to);
    if (!content) return edge.place == Place::cache ? NodeKind::absent : NodeKind::missing;
    if (edge.place == Place::cache) return NodeKind::columnar;
    const std::uint64_t size = content->size();
    char head[4] = {};
    char last = 0;
    const std::string_view start(head, content->read_at(head, sizeof head, 0));
    if (start == "PAR1") return edge.place == Place::raw ? NodeKind::raw : NodeKind::table;
    const bool ends = size > 0 && content->read_at(&last, 1, size - 1) == 1 && last == '}';
    if (!start.starts_with("{\"") || !ends) return content_at(edge.place);
    if (const auto seen = scan_tree(*content, [](const Digest&) {})) {
      if (*seen == edge.to) return NodeKind::tree;
      throw error(Code::corrupt, "object {} is damaged", edge.to.text());
    }
    return kind_of_json(edge, *content);
  }

  /// Records and trees are canonical JSON with a "kind" or a "tree"; anything else is data that happens to be
  /// JSON.
  NodeKind kind_of_json(const Edge& edge, Content& content) const {
    char head[10] = {};
    const bool tree = std::string_view(head, content.read_at(head, sizeof head, 0)) == "{\"files\":[";
    if (content.size() > largest_json || !(tree || (edge.place != Place::raw && may_be_record(content))))
      return content_at(edge.place);
    const std::string bytes = objects_.get(edge.to);
    const auto value = parsed(bytes);
    if (!value || json::canonical(*value) != bytes) return content_at(edge.place);
    if (edge.place != Place::raw && kind_name((*value)["kind"].text_or(""))) return NodeKind::record;
    if ((*value)["tree"].int_or(0) != 1) return content_at(edge.place);
    get_tree(objects_, edge.to);  // Throws where it is none that this program knows.
    return NodeKind::tree;
  }

  void each_file(const Digest& tree, const std::function<void(const Digest& file)>& visit) const {
    const auto content = encodings_.find(tree);
    if (content && scan_tree(*content, [](const Digest&) {})) {
      scan_tree(*content, visit);
      return;
    }
    for (const TreeFile& file : get_tree(objects_, tree).files) visit(file.digest);
  }

  void follow(const Digest& record) {
    const json::Value value(get_record(objects_, record));
    const std::string kind = value["kind"].text_or("");
    const std::string who = "the record " + record.text();
    const bool forgotten = hollow_.contains(record);
    const auto cache = cache_in(value);
    const bool cached = !std::binary_search(uncached_.begin(), uncached_.end(), record);
    each_edge(value, [&](const Digest& to, bool raw) {
      if (stop_ && stop_(to)) return;
      const bool is_cache = cache == to && !raw;
      if (is_cache && !cached) return;
      const Edge edge{to, is_cache ? Place::cache : place_in(kind, raw)};
      if (!forgotten || is_record(edge)) name(edge, who);
    });
  }

  /// What cannot be read is none.
  bool is_record(const Edge& edge) const {
    if (const Node* known = graph_.find(edge.to)) return known->kind == NodeKind::record;
    try {
      return kind_of(edge) == NodeKind::record;
    } catch (const Error& e) {
      if (e.code() != Code::corrupt) throw;
      return false;
    }
  }

  const Encodings encodings_;
  const Objects& objects_;
  const Complain complain_;
  const ForgottenVersions forgotten_;
  const std::set<Digest> hollow_;  ///< Records that name nothing but records.
  std::function<bool(const Digest& digest)> stop_;
  std::vector<Digest> uncached_;
  bool forgives_ = false;
  bool close_ = false;
  std::set<Digest> begun_;
  Graph graph_;
  std::map<Digest, Use> trees_;
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
      return complain(fmt::format("the reference {} does not follow on from itself at v{}", who, entry.seq),
                      {});
    }
    previous = entry.digest;
  }
}

}  // namespace

const Node* Graph::find(const Digest& digest) const {
  if (slots_.empty()) return nullptr;
  const std::uint32_t number = slots_[slot(digest)];
  return number == 0 ? nullptr : &entries_[number - 1].node;
}

std::pair<Node&, bool> Graph::add(const Digest& digest) {
  if (slots_.size() < 2 * (entries_.size() + 1)) grow();
  std::uint32_t& number = slots_[slot(digest)];
  const bool fresh = number == 0;
  if (fresh) {
    entries_.push_back({.digest = digest});
    number = static_cast<std::uint32_t>(entries_.size());
  }
  return {entries_[number - 1].node, fresh};
}

std::size_t Graph::slot(const Digest& digest) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = DigestHash()(digest) & mask;
  while (slots_[at] != 0 && entries_[slots_[at] - 1].digest != digest) at = (at + 1) & mask;
  return at;
}

void Graph::grow() {
  slots_.assign(std::max<std::size_t>(64, 2 * slots_.size()), 0);
  for (std::size_t i = 0; i < entries_.size(); ++i)
    slots_[slot(entries_[i].digest)] = static_cast<std::uint32_t>(i + 1);
}

Graph make_graph(const Path& root, const Objects& objects, const Complain& complain, const Named& named) {
  Walker walker(root, objects, complain);
  walker.leave_caches(named.uncached);
  const References references(root);
  const std::vector<Digest> has = elsewhere(root);
  // What remotes have comes first, so that what they have as well as others is forgiven, too.
  for (const bool forgive : {true, false}) {
    if (forgive && has.empty()) continue;
    walker.forgive(forgive);
    for (const ReferenceFile& file : reference_files(root)) {
      const std::string who = event_name(file.name);
      try {
        const auto entries = references.history(file.name);
        if (!forgive) check_chain(who, entries, complain);
        for (const ReferenceEntry& entry : entries) {
          if (forgive != std::binary_search(has.begin(), has.end(), entry.digest)) continue;
          walker.begin(entry.digest, fmt::format("the reference {} v{}", who, entry.seq));
        }
      } catch (const Error& e) {
        if (e.code() != Code::corrupt) throw;
        if (!forgive) complain(e.message(), {});
      }
    }
  }
  for (const Digest& digest : named.pinned) {
    if (objects.has(digest)) walker.pin(digest);
  }
  walker.name_files();
  return walker.take();
}

Graph graph_of(const Path& root, const Objects& objects, const std::vector<Digest>& from, Reach how,
               const std::function<bool(const Digest& digest)>& stop) {
  Walker walker(root, objects, [](const std::string&, const std::optional<Digest>&) {});
  if (how == Reach::close) walker.stay_close();
  walker.leave_out(stop);
  for (const Digest& digest : from) walker.begin_anywhere(digest);
  walker.name_files();
  return walker.take();
}

}  // namespace mlops::store
