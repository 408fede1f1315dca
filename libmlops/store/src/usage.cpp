#include <mlops/fs/file.hpp>

#include <array>
#include <map>
#include <system_error>

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
    case NodeKind::model:
      return "models";
    case NodeKind::run:
      return "runs";
    case NodeKind::raw:
    case NodeKind::missing:
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

void add_objects(std::map<std::string, Usage>& all, const Path& root, const Objects& objects) {
  const Graph graph = make_graph(root, objects, [](const std::string&) {});
  objects.each([&](const Digest& digest, std::uint64_t bytes) {
    const auto node = graph.find(digest);
    Usage& usage = all[node == graph.end() ? "unreferenced" : name_of(node->second.kind)];
    ++usage.count;
    usage.bytes += bytes;
    if (node != graph.end()) usage.logical_bytes += bytes * node->second.named;
  });
}

void add_temporary(Usage& usage, const Path& folder) {
  std::error_code fault;
  for (std::filesystem::recursive_directory_iterator entry(folder, fault), end; !fault && entry != end;
       entry.increment(fault)) {
    std::error_code gone;
    if (entry->is_regular_file(gone)) add_file(usage, entry->path());
  }
}

}  // namespace

std::vector<Usage> Store::usage() {
  static constexpr std::array<const char*, 10> order = {"records",   "tables",   "raw",          "models",
                                                        "runs",      "trees",    "unreferenced", "references",
                                                        "catalogue", "temporary"};
  std::map<std::string, Usage> all;
  add_objects(all, impl_->root, impl_->objects);
  for (const ReferenceFile& file : reference_files(impl_->root)) {
    add_file(all["references"], reference_path(impl_->root, file.name));
  }
  for (const char* name :
       {"catalogue.db", "catalogue.db-wal", "catalogue.db-shm", "runs.db", "runs.db-wal", "runs.db-shm"}) {
    add_file(all["catalogue"], impl_->root / name);
  }
  for (const char* name : {"tmp", "runs"}) add_temporary(all["temporary"], impl_->root / name);
  std::vector<Usage> lines;
  for (const char* kind : order) {
    lines.push_back(all[kind]);
    lines.back().kind = kind;
  }
  return lines;
}

}  // namespace mlops::store
