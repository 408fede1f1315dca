#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/walk.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <system_error>

#include "src/encodings.hpp"
#include "src/graph.hpp"
#include "src/layout.hpp"
#include "src/open.hpp"

namespace mlops::store {
namespace {

std::string name_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::record:
      return "records";
    case NodeKind::tree:
      return "trees";
    case NodeKind::table:
      return "tables";
    case NodeKind::columnar:
      return "columnar";
    case NodeKind::model:
      return "models";
    case NodeKind::run:
      return "runs";
    case NodeKind::raw:
    case NodeKind::missing:
    case NodeKind::absent:
      break;
  }
  return "raw";
}

void add_file(Usage& usage, const Path& path) {
  const auto stamp = fs::find_stamp(path);
  if (!stamp) return;
  ++usage.count;
  usage.bytes += stamp->size;
  usage.logical_bytes += stamp->size;
}

std::optional<Recipe> recipe_of(const Encodings& encodings, const Digest& digest) {
  try {
    return encodings.recipe(digest);
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    return std::nullopt;  // Told by fsck.
  }
}

/// An object that is made of parts takes what these take.
void add_objects(std::map<std::string, Usage>& all, const Path& root, const Objects& objects) {
  const Graph graph = make_graph(root, objects, [](const std::string&, const std::optional<Digest>&) {});
  const Encodings encodings(root);
  std::map<Digest, std::string> parts;
  for (const auto& [digest, node] : graph.entries()) {
    const auto size = objects.size(digest);
    if (!size) continue;
    const std::string name = name_of(node.kind);
    Usage& usage = all[name];
    ++usage.count;
    usage.logical_bytes += *size * node.named;
    const auto recipe = recipe_of(encodings, digest);
    if (!recipe) continue;
    for (const Part& part : recipe->parts) parts.try_emplace(part.from, name);
  }
  objects.each([&](const Digest& digest, std::uint64_t bytes) {
    const Node* node = graph.find(digest);
    const auto part = parts.find(digest);
    if (node != nullptr) {
      all[name_of(node->kind)].bytes += bytes;
    } else if (part != parts.end()) {
      all[part->second].bytes += bytes;
    } else {
      ++all["unreferenced"].count;
      all["unreferenced"].bytes += bytes;
    }
  });
}

void add_folder(Usage& usage, const Path& folder) {
  std::error_code fault;
  for (std::filesystem::recursive_directory_iterator entry(folder, fault), end; !fault && entry != end;
       entry.increment(fault)) {
    std::error_code gone;
    if (entry->is_regular_file(gone)) add_file(usage, entry->path());
  }
}

/// The indexes of packs.
void add_packs(Usage& usage, const Path& root) {
  Packs packs(packs_folder(root));
  for (const auto& pack : packs.all()) {
    std::uint64_t index = pack->size();
    for (const PackEntry& entry : pack->entries()) index -= std::min<std::uint64_t>(index, entry.stored);
    ++usage.count;
    usage.bytes += index;
    usage.logical_bytes += index;
  }
}

/// What is counted as something else.
constexpr std::array<std::string_view, 7> told = {"objects", "packs", "recipes", "refs", "tmp", "runs", "gc"};

void add_others(Usage& usage, const Path& root) {
  add_packs(usage, root);
  for (const std::string& name : fs::names_in(root)) {
    if (std::find(told.begin(), told.end(), name) != told.end()) continue;
    if (name.starts_with("catalogue.db") || name.starts_with("runs.db")) continue;
    if (std::filesystem::is_directory(root / name)) add_folder(usage, root / name);
    else add_file(usage, root / name);
  }
}

}  // namespace

std::vector<Usage> Store::usage() {
  static constexpr std::array order = {"records",    "tables",    "columnar",  "raw",
                                       "models",     "runs",      "trees",     "unreferenced",
                                       "references", "catalogue", "temporary", "other"};
  std::map<std::string, Usage> all;
  add_objects(all, impl_->root, impl_->objects);
  for (const ReferenceFile& file : reference_files(impl_->root)) {
    add_file(all["references"], reference_path(impl_->root, file.name));
  }
  for (const char* name :
       {"catalogue.db", "catalogue.db-wal", "catalogue.db-shm", "runs.db", "runs.db-wal", "runs.db-shm"}) {
    add_file(all["catalogue"], impl_->root / name);
  }
  for (const char* name : {"tmp", "runs", "gc"}) add_folder(all["temporary"], impl_->root / name);
  add_others(all["other"], impl_->root);
  std::vector<Usage> lines;
  for (const char* kind : order) {
    lines.push_back(all[kind]);
    lines.back().kind = kind;
  }
  return lines;
}

}  // namespace mlops::store
