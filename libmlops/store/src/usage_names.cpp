#include <mlops/base/error.hpp>
#include <mlops/store/usage.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "src/encodings.hpp"
#include "src/graph.hpp"
#include "src/index.hpp"
#include "src/layout.hpp"

namespace mlops::store {
namespace {

/// What people call by name; of the others there may be thousands.
constexpr std::array<std::string_view, 5> named_kinds = {"sources", "data", "files", "features", "models"};

constexpr std::uint32_t several = UINT32_MAX;

struct Held {
  std::uint64_t stored = 0;
  std::uint32_t owner = 0;  ///< The number of the name from 1 that names it; 0 none.
};
using Holding = std::unordered_map<Digest, Held, DigestHash>;

/// What objects take, and whose they are.
class Owners {
 public:
  explicit Owners(Store& store) : store_(store), encodings_(store.root()) {
    store.objects().each([&](const Digest& digest, std::uint64_t bytes) { all_[digest].stored += bytes; });
  }

  /// The roots are sorted.
  NameUsage count(std::string name, std::uint64_t versions, const std::vector<Digest>& roots) {
    ++number_;
    NameUsage out{.name = std::move(name), .versions = versions};
    const Graph graph = graph_of(store_.root(), store_.objects(), roots, Reach::close, nullptr);
    std::vector<Digest> parts;
    for (const auto& [digest, node] : graph.entries()) {
      const bool other =
          node.kind == NodeKind::record && !std::binary_search(roots.begin(), roots.end(), digest);
      if (other || node.kind == NodeKind::missing || node.kind == NodeKind::absent) continue;
      out.logical_bytes += store_.objects().size(digest).value_or(0) * node.named;
      out.stored_bytes += take(digest);
      add_parts(digest, graph, parts);
    }
    std::sort(parts.begin(), parts.end());
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    for (const Digest& part : parts) out.stored_bytes += take(part);
    return out;
  }

  void add_own(std::vector<NameUsage>& names) const {
    for (const auto& [digest, held] : all_) {
      if (held.owner != 0 && held.owner != several) names[held.owner - 1].own_bytes += held.stored;
    }
  }

 private:
  std::uint64_t take(const Digest& digest) {
    Held& held = all_[digest];
    held.owner = held.owner == 0 || held.owner == number_ ? number_ : several;
    return held.stored;
  }

  /// Those that the name has not as objects of its own.
  void add_parts(const Digest& digest, const Graph& graph, std::vector<Digest>& parts) const {
    try {
      const auto recipe = encodings_.recipe(digest);
      for (const Part& part : recipe ? recipe->parts : std::vector<Part>()) {
        if (!graph.contains(part.from)) parts.push_back(part.from);
      }
    } catch (const Error& e) {
      if (e.code() != Code::corrupt) throw;  // Told by fsck.
    }
  }

  Store& store_;
  const Encodings encodings_;
  Holding all_;
  std::uint32_t number_ = 0;
};

}  // namespace

std::vector<NameUsage> usage_by_name(Store& store) {
  struct Name {
    std::uint64_t versions = 0;
    std::vector<Digest> roots = {};
  };
  std::map<std::string, Name> names;
  for (const ReferenceName& name : store.references().list()) {
    const bool alone = std::find(named_kinds.begin(), named_kinds.end(), name.kind) != named_kinds.end();
    Name& one = names[alone ? event_name(name) : name.kind];
    for (const ReferenceEntry& entry : store.references().history(name)) {
      ++one.versions;
      one.roots.push_back(entry.digest);
    }
  }
  Owners owners(store);
  std::vector<NameUsage> out;
  for (auto& [name, one] : names) {
    std::sort(one.roots.begin(), one.roots.end());
    out.push_back(owners.count(name, one.versions, one.roots));
  }
  owners.add_own(out);
  return out;
}

}  // namespace mlops::store
