#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/fs/volume.hpp>
#include <mlops/run/list.hpp>

#include <algorithm>
#include <cmath>

#include "annotation.hpp"
#include "folder.hpp"
#include "index.hpp"
#include "journal.hpp"
#include "record.hpp"
#include "seal.hpp"

namespace mlops::run {
namespace {

/// A run that is not sealed, from what its folder holds.
Run living(const Folder& folder, Status status) {
  const Opened opened = open_folder(folder);
  Facts facts = read_facts(opened);
  Run run = {.id = folder.id(),
             .experiment = opened.begin.experiment,
             .name = opened.begin.name,
             .status = status,
             .started = opened.begin.time,
             .parent = opened.begin.parent,
             .params = std::move(facts.params),
             .tags = std::move(facts.tags)};
  for (const auto& [name, points] : facts.metrics) run.metrics[name] = summary_of(points);
  return run;
}

/// Seals it when its process is gone; nothing when it is sealed now, or was meanwhile.
std::optional<Run> settled(store::Store& store, const Folder& folder) {
  auto owned = fs::claim(folder.path);
  if (!fs::find_stamp(folder.begin())) return std::nullopt;
  if (!owned) {
    const auto over = ending_in(folder);
    return living(folder, over ? over->status : Status::running);
  }
  if (!fs::writable(store.root())) return living(folder, Status::lost);
  try {
    seal_lost(store, *owned);
    return std::nullopt;
  } catch (const Error& e) {
    if (e.code() != mlops::Code::busy && e.code() != mlops::Code::failed) throw;
    return living(folder, Status::lost);  // No room to seal it: it can be looked at all the same.
  }
}

/// A run may end and its folder go while we read it.
std::vector<Run> all_living(store::Store& store) {
  std::vector<Run> out;
  for (const Folder& folder : folders(store.root())) {
    try {
      if (auto run = settled(store, folder)) out.push_back(std::move(*run));
    } catch (const Error& e) {
      if (e.code() != mlops::Code::not_found && e.code() != mlops::Code::corrupt) throw;
    }
  }
  return out;
}

/// What was sealed while we looked is in the index by now.
void drop_sealed(std::vector<Run>& alive, Index& index) {
  std::erase_if(alive, [&](const Run& run) {
    const auto found = index.with_prefix(run.id, 1);
    return !found.empty() && found.front().id == run.id;
  });
}

bool fits(const Filter& filter, const Run& run) {
  return (filter.experiment.empty() || run.experiment == filter.experiment) &&
         (!filter.status || run.status == *filter.status);
}

/// The order of Index::find.
bool before(const Filter& filter, const Run& a, const Run& b) {
  const bool smallest = filter.sort.starts_with('-');
  const std::string metric = smallest ? filter.sort.substr(1) : filter.sort;
  const auto value = [&](const Run& run) -> std::optional<double> {
    const auto found = run.metrics.find(metric);
    if (found == run.metrics.end() || std::isnan(found->second.value)) return std::nullopt;
    return smallest ? -found->second.value : found->second.value;
  };
  const auto va = metric.empty() ? std::nullopt : value(a);
  const auto vb = metric.empty() ? std::nullopt : value(b);
  if (va.has_value() != vb.has_value()) return va.has_value();
  if (va && *va != *vb) return *va > *vb;
  return a.started != b.started ? a.started > b.started : a.id < b.id;
}

[[noreturn]] void missing(std::string_view what, const std::string& name,
                          const std::set<std::string>& known) {
  const auto near = near_misses(name, {known.begin(), known.end()});
  auto fault = error(mlops::Code::not_found, "no run has the {} '{}'", what, name).with_id("run.not_found");
  if (near.empty()) throw fault;
  throw std::move(fault).with_hint("{}: {}", near.size() == 1 ? "a similar one exists" : "similar ones exist",
                                   one_of(near));
}

void require_known(const Filter& filter, Index& index, const std::vector<Run>& alive) {
  std::set<std::string> experiments = index.experiments();
  for (const Run& run : alive) experiments.insert(run.experiment);
  if (!filter.experiment.empty() && !experiments.contains(filter.experiment)) {
    missing("experiment", filter.experiment, experiments);
  }
  if (filter.sort.empty() || experiments.empty()) return;
  std::set<std::string> metrics = index.metrics();
  for (const Run& run : alive) {
    for (const auto& [name, metric] : run.metrics) metrics.insert(name);
  }
  const std::string metric = filter.sort.substr(filter.sort.starts_with('-') ? 1 : 0);
  if (!metrics.contains(metric)) missing("metric", metric, metrics);
}

std::string id_in(std::string_view address) {
  for (const std::string_view prefix : {"run/", "runs/", "runs:/"}) {
    if (address.starts_with(prefix)) address.remove_prefix(prefix.size());
  }
  return std::string(address.substr(0, address.find('/')));
}

Run last_of(Index& index, std::vector<Run>& alive) {
  auto newest = index.newest();
  for (const Unreadable& run : index.unreadable()) {
    if (!newest || run.ended > newest->ended.value_or(newest->started)) throw unreadable_error(run);
  }
  for (Run& run : alive) {
    if (!newest || before({}, run, *newest)) newest = std::move(run);
  }
  if (!newest) {
    throw error(mlops::Code::not_found, "there is no run yet")
        .with_id("run.not_found")
        .with_hint("`mlops run -- COMMAND` makes one");
  }
  return std::move(*newest);
}

std::vector<Point> sealed_points(store::Store& store, const Run& run, const std::string& metric) {
  const json::Value record(store.record(*run.record));
  const auto digest = Digest::parse(record["series"].text_or(""));
  std::vector<Point> points;
  if (digest) points = series_from(store.objects().get(*digest))[metric];
  return points;
}

json::Array artifact_list(const std::map<std::string, store::TreeFile>& files) {
  json::Array out;
  for (const auto& [path, file] : files) {
    out.emplace_back(json::Object{{"path", path}, {"bytes", file.size}, {"digest", file.digest.text()}});
  }
  return out;
}

json::Object living_details(const Run& run, const Opened& opened, const store::Objects& objects,
                            std::map<std::string, store::TreeFile>& files) {
  Facts facts = read_facts(opened);
  files = facts.artifacts;
  json::Object record = to_record(objects, opened, facts, {.status = run.status}, {});
  record.set("status", name_of(run.status));
  record.set("ended", nullptr);
  return record;
}

}  // namespace

std::vector<Run> list(store::Store& store, const Filter& filter) {
  std::vector<Run> alive = all_living(store);
  Index index(store);
  drop_sealed(alive, index);
  require_known(filter, index, alive);
  std::vector<Run> out;
  if (filter.status != Status::running) out = index.find(filter);
  for (Run& run : alive) {
    if (fits(filter, run)) out.push_back(std::move(run));
  }
  std::stable_sort(out.begin(), out.end(), [&](const Run& a, const Run& b) { return before(filter, a, b); });
  if (filter.limit > 0 && out.size() > filter.limit) out.resize(filter.limit);
  return out;
}

std::vector<Unreadable> unreadable(store::Store& store, const std::string& experiment) {
  std::vector<Unreadable> out = Index(store).unreadable();
  std::erase_if(out,
                [&](const Unreadable& run) { return !experiment.empty() && run.experiment != experiment; });
  return out;
}

Error unreadable_error(const Unreadable& run) {
  return error(mlops::Code::corrupt, "run {} (number {} of {}) cannot be read: {}", run.id, run.number,
               run.experiment, run.why)
      .with_id("run.unreadable")
      .with_hint("a run cannot be made again: bring the file of {} back from a copy of the store",
                 run.record.text());
}

Run get(store::Store& store, std::string_view address) {
  std::vector<Run> alive = all_living(store);
  Index index(store);
  drop_sealed(alive, index);
  if (address == "@last" || address == "run/@last") return last_of(index, alive);
  const std::string id = id_in(address);
  if (id.empty()) throw error(mlops::Code::usage, "'{}' is no address of a run", address);
  std::vector<Run> found = index.with_prefix(id, 10);
  for (Run& run : alive) {
    if (run.id.starts_with(id)) found.push_back(std::move(run));
  }
  for (Run& run : found) {
    if (run.id == id || found.size() == 1) return std::move(run);
  }
  for (const Unreadable& run : index.unreadable()) {
    if (found.empty() && run.id.starts_with(id)) throw unreadable_error(run);
  }
  if (found.empty()) {
    std::vector<std::string> known = index.ids();
    for (const Run& run : alive) known.push_back(run.id);
    const auto near = near_misses(id, known);
    auto fault = error(mlops::Code::not_found, "there is no run '{}'", address).with_id("run.not_found");
    throw near.empty() ? std::move(fault).with_hint("`mlops runs list` shows them")
                       : std::move(fault).with_hint("similar: {}", one_of(near));
  }
  std::vector<std::string> ids;
  for (const Run& run : found) ids.push_back(run.id);
  throw error(mlops::Code::usage, "'{}' begins the id of more than one run", address)
      .with_hint("they are {}", one_of(ids));
}

std::vector<Point> series(store::Store& store, const Run& run, std::string_view metric) {
  const std::string name(metric);
  std::vector<Point> points;
  if (run.record) {
    points = sealed_points(store, run, name);
    for (const Digest& digest : Index(store).annotations(run.id)) {
      const auto more = annotation_from(store.record(digest)).facts.metrics;
      const auto found = more.find(name);
      if (found != more.end()) points.insert(points.end(), found->second.begin(), found->second.end());
    }
  } else {
    points = read_facts(open_folder({runs_folder(store.root()) / run.id})).metrics[name];
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const Point& a, const Point& b) { return a.step < b.step; });
  return points;
}

json::Object details(store::Store& store, const Run& run) {
  std::map<std::string, store::TreeFile> files;
  json::Object record;
  if (run.record) {
    record = store.record(*run.record);
    const auto tree = Digest::parse(json::Value(record)["artifacts"].text_or(""));
    if (tree) {
      for (store::TreeFile& file : store::get_tree(store.objects(), *tree).files) files[file.path] = file;
    }
    for (const Digest& digest : Index(store).annotations(run.id)) {
      for (const auto& [path, file] : annotation_from(store.record(digest)).facts.artifacts)
        files[path] = file;
    }
  } else {
    record = living_details(run, open_folder({runs_folder(store.root()) / run.id}), store.objects(), files);
  }
  json::Object params;
  for (const auto& [name, value] : run.params) params.append(name, value);
  json::Object tags;
  for (const auto& [name, value] : run.tags) tags.append(name, value);
  record.set("params", std::move(params));
  record.set("tags", std::move(tags));
  record.set("metrics", metrics_json(run.metrics));
  record.set("artifacts", artifact_list(files));
  return record;
}

std::optional<Run> find_done(store::Store& store, const Digest& key) {
  all_living(store);  // One that was killed when it had ended is sealed now.
  return Index(store).with_key(key.hex());
}

std::size_t reindex(store::Store& store) {
  all_living(store);
  Index index(store);
  index.rebuild();
  return index.size();
}

}  // namespace mlops::run
