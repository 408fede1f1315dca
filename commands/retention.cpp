#include "retention.hpp"

#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "store_pin.hpp"

#include <fmt/core.h>
#include <mlops/dataset/forget.hpp>
#include <mlops/dataset/kept.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/store/collect.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace mlops::commands {
namespace {

/// Their records, and those of what they were made from.
class Needed {
 public:
  explicit Needed(store::Store& store) {
    for (const store::ReferenceName& name : store.references().list()) {
      if (name.kind != "sources" && name.kind != "data") continue;
      for (dataset::Version& version : dataset::history(store, name))
        versions_.emplace(version.record, std::move(version));
    }
  }

  void add(const Digest& record) {
    const auto found = versions_.find(record);
    if (found == versions_.end() || !records_.insert(record).second || !found->second.made) return;
    for (const dataset::MadeInput& input : found->second.made->inputs) add(input.record);
  }

  void add_if(const auto& wanted) {
    for (const auto& [record, version] : versions_) {
      if (wanted(version)) add(record);
    }
  }

  const std::set<Digest>& records() const { return records_; }

 private:
  std::map<Digest, dataset::Version> versions_;
  std::set<Digest> records_;
};

bool is_in_lock(const manifest::Lock& lock, const dataset::Version& version) {
  const auto entry = lock.entries.find(version.address());
  if (entry == lock.entries.end()) return false;
  const json::Value pinned(entry->second);
  return pinned["raw"].text_or("") == version.raw.text() ||
         pinned["digest"].text_or("") == version.table.text();
}

std::set<Digest> needed_records(project::Project& project) {
  store::Store& store = project.store();
  Needed needed(store);
  needed.add_if([&](const dataset::Version& version) { return is_in_lock(project.lock(), version); });
  std::set<std::string> pinned;
  for (const StorePin& pin : store_pins(store)) pinned.insert(pin.what);
  needed.add_if([&](const dataset::Version& version) {
    return pinned.contains(fmt::format("{}@v{}", version.address(), version.number));
  });
  const model::Registry registry(store);
  for (const model::Version& newest : registry.list()) {
    for (const model::Version& version : registry.list(newest.name)) {
      if (!version.aliases.empty() && version.data_record) needed.add(*version.data_record);
    }
  }
  return needed.records();
}

/// Of sources the versions that neither stand for the source nor are needed by something.
std::vector<dataset::Version> set_aside(project::Project& project) {
  std::vector<dataset::Version> out;
  const std::set<Digest> needed = needed_records(project);
  for (const store::ReferenceName& name : project.store().references().list()) {
    if (name.kind != "sources") continue;
    std::vector<dataset::Version> versions = dataset::history(project.store(), name);
    if (!versions.empty()) versions.pop_back();
    for (dataset::Version& version : versions) {
      if (!needed.contains(version.record)) out.push_back(std::move(version));
    }
  }
  return out;
}

}  // namespace

std::vector<dataset::Version> spare_caches(cli::Invocation& invocation, project::Project& project) {
  const dataset::TablePlace place = tables_of(invocation);
  store::Store& store = project.store();
  const std::vector<Digest> waiting = store::waiting(store);
  std::vector<dataset::Version> out;
  for (dataset::Version& version : set_aside(project)) {
    if (!version.is_cache() || !store.objects().has(version.data)) continue;
    const bool known = std::binary_search(waiting.begin(), waiting.end(), version.data);
    const std::string loss = known || invocation.dry_run() ? "" : dataset::loss_if_dropped(place, version);
    if (loss.empty()) out.push_back(std::move(version));
    else
      invocation.warning(fmt::format("the table of {}@v{} stays, as it could not be made again: {}",
                                     version.address(), version.number, loss));
  }
  return out;
}

std::vector<dataset::Version> apply_retention(cli::Invocation& invocation, project::Project& project) {
  std::vector<dataset::Version> out;
  std::optional<std::set<Digest>> needed;
  const Time now = invocation.clock().now();
  for (const manifest::TableSpec* table : project.manifest().tables()) {
    if (table->keep.empty()) continue;
    if (!needed) needed = needed_records(project);
    const std::string address = project.manifest().address_of(*table);
    const store::ReferenceName name{address.substr(0, address.find('/')), table->name};
    const auto versions = dataset::expired(project.store(), name, table->keep, *needed, now);
    if (!invocation.dry_run())
      dataset::drop(project.store(), versions, now, user_of(invocation), "keep: " + table->keep.text());
    out.insert(out.end(), versions.begin(), versions.end());
  }
  return out;
}

}  // namespace mlops::commands
