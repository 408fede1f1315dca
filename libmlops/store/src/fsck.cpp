#include <mlops/base/error.hpp>

#include <algorithm>

#include "src/check.hpp"
#include "src/index.hpp"
#include "src/layout.hpp"
#include "src/line.hpp"
#include "src/open.hpp"

namespace mlops::store {

void Check::references() {
  for (const ReferenceFile& file : reference_files(root_)) {
    try {
      const Lines lines = read_lines(fs::File(reference_path(root_, file.name)));
      for (const ReferenceEntry& entry : lines.entries) named_by_[entry.digest] = file.name.kind;
      if (lines.torn == 0) continue;
      add(fmt::format("the reference {} ends in {} bytes of a line that was not finished",
                      event_name(file.name), lines.torn),
          "nothing: they are ignored, and cut when it is next moved");
    } catch (const Error& e) {
      if (e.code() != Code::corrupt) throw;  // Damage is told by the graph.
    }
  }
}

void Check::graph() {
  const Graph graph =
      make_graph(root_, objects_, [&](const std::string& what, const std::optional<Digest>& missing) {
        add(what, "bring it back from a copy of the store, or ingest, run or register the same again");
        faults_.back().object = missing;
      });
  drop_caches(graph);
  bool forget_files = false;
  for (const Damage& damage : damages_) {
    if (damage.mended) continue;
    faults_[damage.fault].fix = way_back(graph, damage.digest);
    forget_files = true;
  }
  // So that what is added again is read, and what is damaged written anew.
  std::error_code ignored;
  if (forget_files) std::filesystem::remove_all(root_ / "worktree", ignored);
}

/// By what it is: data can be ingested and models registered again, what a run was cannot.
std::string Check::way_back(const Graph& graph, const Digest& digest) const {
  const Node* node = graph.find(digest);
  const auto kind = node == nullptr ? NodeKind::raw : node->kind;
  const auto name = named_by_.find(digest);
  const std::string_view by = name == named_by_.end() ? std::string_view() : name->second;
  if (kind == NodeKind::run || by.starts_with("run"))
    return "bring it back from a copy of the store: what a run was cannot be made again";
  if (kind == NodeKind::model || by.starts_with("model"))
    return "register the same model again, or bring it back from a copy of the store";
  if (kind == NodeKind::columnar)
    return "mend the others first: then it can be made again from the bytes as they came";
  if (by == "checks") return "bring it back from a copy of the store; without it the data are judged again";
  if (by == "sources" || by == "data")
    return "bring it back from a copy of the store: what a version was cannot be told again";
  if (by == "files") return "bring it back from a copy of the store: what a version was cannot be told again";
  return "ingest the same data again, `mlops run` the table or `mlops data add` the path: the whole object "
         "takes "
         "its place";
}

namespace {

/// "2", "2 and 3", "2 to 9"
std::string versions_text(const std::vector<Loss::Line>& lines) {
  const auto first = lines.front().version;
  const auto last = lines.back().version;
  if (first == last) return fmt::format("version {} is lost", first);
  return fmt::format("versions {} {} {} are lost", first, last == first + 1 ? "and" : "to", last);
}

std::string records_text(const Objects& objects, const std::vector<Loss::Line>& lines) {
  const auto there = std::count_if(lines.begin(), lines.end(),
                                   [&](const Loss::Line& line) { return objects.has(line.record); });
  const std::string newest = lines.back().record.text();
  const bool has_newest = objects.has(lines.back().record);
  if (lines.size() == 1)
    return fmt::format("its record {} is {}", newest, has_newest ? "still there" : "gone too");
  return fmt::format("{} of their {} records {} still there, the newest {} is {}", there, lines.size(),
                     there == 1 ? "is" : "are", newest, has_newest ? "one of them" : "not");
}

Fault fault_of(const Objects& objects, const Path& root, const Loss& loss) {
  const std::string size = !loss.is               ? fmt::format("is gone, and was {} bytes", loss.was)
                           : *loss.is >= loss.was ? "was begun anew"
                                                  : fmt::format("was {} bytes and is {}", loss.was, *loss.is);
  const Path file = reference_path(root, reference_of(loss.name));
  return {
      .what = fmt::format("the reference {} {}: {}; {}", loss.name, size, versions_text(loss.lines),
                          records_text(objects, loss.lines)),
      .fix = fmt::format("bring '{}' back from a copy of the store; what is made again gets new numbers, and "
                         "`mlops store reindex` takes the loss for granted",
                         file.lexically_relative(root.parent_path()).native()),
      .repaired = false};
}

}  // namespace

std::vector<Fault> Store::losses() {
  std::vector<Fault> out;
  for (const Loss& loss : catalogue().losses()) out.push_back(fault_of(impl_->objects, impl_->root, loss));
  return out;
}

std::vector<Fault> Store::fsck(Progress& progress) {
  Check check(impl_->root, impl_->objects, progress);
  check.objects();
  check.references();
  check.graph();
  std::vector<Fault> faults = check.take();
  std::vector<std::string> index;
  try {
    for (Fault& loss : losses()) faults.push_back(std::move(loss));
    index = catalogue().disagreements();
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    index.push_back(e.message());
  }
  if (index.empty()) return faults;
  const bool repaired = could([&] { reindex(progress); });
  const char* fix = repaired ? "the catalogue was made anew"
                             : "`mlops store reindex` makes it anew, where it can be written";
  for (std::string& what : index) faults.push_back({std::move(what), fix, repaired});
  return faults;
}

}  // namespace mlops::store
