/// Versions: how they come to be, and which there are.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>

#include "src/internal.hpp"

namespace mlops::model {
namespace {

Version version_of(const Registration& registration, const store::Tree& tree) {
  const predict::Package& package = registration.package;
  const bool opaque = package.algorithm == Version::opaque;
  Version version;
  version.name = registration.name;
  version.time = registration.time;
  version.who = registration.who;
  version.package = store::tree_digest(tree);
  version.files = tree.files.size();
  for (const store::TreeFile& file : tree.files) version.bytes += file.size;
  version.algorithm = package.algorithm;
  version.task = opaque ? "" : predict::name_of(package.signature.task);
  version.loss = package.loss;
  version.parameters = package.parameters;
  version.run = registration.run;
  version.run_record = registration.run_record;
  version.data = registration.data;
  version.data_record = registration.data_record;
  version.code = registration.code;
  version.environment = registration.environment;
  version.metrics = registration.metrics;
  version.note = registration.note;
  version.gated = registration.gated;
  return version;
}

/// "xgboost, binary, trained on sources/churn@v2"
std::string summary_of(const Version& version) {
  std::string out = version.algorithm;
  if (!version.runs_here()) out = count_of(version.files, "file");
  if (!version.task.empty()) out += ", " + version.task;
  if (!version.data.empty()) out += ", trained on " + version.data;
  return out;
}

/// The newest version when it is this very model.
std::optional<Version> same(const store::Store& store, const std::optional<store::ReferenceEntry>& newest,
                            const Version& version) {
  if (!newest) return std::nullopt;
  Version found = load(store, version.name, *newest);
  const bool equal = found.package == version.package && found.data_record == version.data_record;
  return equal ? std::optional(std::move(found)) : std::nullopt;
}

Registry::Added publish(store::Store& store, Version version,
                        const std::optional<store::ReferenceEntry>& newest) {
  version.previous = newest ? std::optional(newest->digest) : std::nullopt;
  const std::string summary = summary_of(version);
  const auto published = store.publish({.name = versions_of(version.name),
                                        .expected = version.previous,
                                        .record = to_record(version),
                                        .time = version.time,
                                        .who = version.who,
                                        .why = version.note.empty() ? summary : version.note,
                                        .summary = summary});
  store::ReferenceEntry entry;
  entry.seq = published.version;
  entry.digest = published.digest;
  entry.who = version.who;
  return {.version = load(store, version.name, entry), .unchanged = !published.moved};
}

}  // namespace

bool is_conflict(const Error& e) { return e.code() == Code::conflict && e.id() == "reference.conflict"; }

Registry::Added Registry::add(const Registration& registration) {
  check_name(registration.name);
  const store::Tree tree = stored_folder(store_.objects(), registration);
  store::put_tree(store_.objects(), tree);
  const Version version = version_of(registration, tree);
  for (int conflicts = 0;; ++conflicts) {
    const auto newest = store_.references().find(versions_of(version.name));
    if (auto found = same(store_, newest, version)) return {.version = std::move(*found), .unchanged = true};
    try {
      return publish(store_, version, newest);
    } catch (const Error& e) {
      if (!is_conflict(e) || conflicts == most_conflicts) throw;
    }
  }
}

Registry::Added Registry::plan(const Registration& registration) const {
  Version version = first_version(registration);
  const auto newest = store_.references().find(versions_of(version.name));
  if (auto found = same(store_, newest, version)) return {.version = std::move(*found), .unchanged = true};
  if (newest) version.number = newest->seq + 1;
  return {.version = std::move(version)};
}

Version first_version(const Registration& registration) {
  check_name(registration.name);
  Version version = version_of(registration, planned_folder(registration));
  version.number = 1;
  return version;
}

std::optional<Version> Registry::find(std::string_view name, std::int64_t number) const {
  check_name(name);
  const auto entries = store_.references().history(versions_of(name));
  if (number < 1 || number > static_cast<std::int64_t>(entries.size())) return std::nullopt;
  Version version = load(store_, name, entries[static_cast<std::size_t>(number - 1)]);
  version.aliases = aliases_by_record(store_.references(), name)[version.record];
  return version;
}

std::vector<Version> Registry::list() const {
  AliasesByRecord aliases = aliases_by_record(store_.references());
  std::vector<Version> out;
  for (const std::string& name : model_names(store_.references())) {
    const auto newest = store_.references().find(versions_of(name));
    if (!newest) continue;
    out.push_back(load(store_, name, *newest));
    out.back().aliases = aliases[newest->digest];
  }
  return out;
}

std::vector<Version> Registry::list(std::string_view name) const {
  const auto entries = versions(store_.references(), name);
  AliasesByRecord aliases = aliases_by_record(store_.references(), name);
  std::vector<Version> out;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    out.push_back(load(store_, name, *entry));
    out.back().aliases = aliases[entry->digest];
  }
  return out;
}

}  // namespace mlops::model
