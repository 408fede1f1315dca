#include "target_names.hpp"

#include "monitor.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>

namespace mlops::commands {
namespace {

constexpr std::string_view of_release = "release/";
constexpr std::string_view of_monitor = "monitor/";

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

void add_release(Targets& out, const manifest::ReleaseSpec& release) {
  const bool again = std::any_of(out.releases.begin(), out.releases.end(),
                                 [&](const auto& one) { return one.name == release.name; });
  if (!again) out.releases.push_back(release);
}

Error empty_section(std::string_view section) {
  return error(Code::usage, "there is nothing to bring up to date: mlops.yaml has no `{}:`", section);
}

/// All of a section; false: the word names none.
bool add_section(Targets& out, const std::string& word, const manifest::Manifest& manifest) {
  if (word == "data") {
    for (const auto& one : manifest.data) add_once(out.tables, "data/" + one.name);
    if (manifest.data.empty()) throw empty_section(word);
  } else if (word == "sources") {
    for (const auto& one : manifest.sources) add_once(out.tables, "sources/" + one.name);
    if (manifest.sources.empty()) throw empty_section(word);
  } else if (word == "release") {
    for (const auto& one : manifest.releases) add_release(out, one);
    if (manifest.releases.empty()) throw empty_section(word);
  } else if (word == "monitor") {
    for (const auto& one : manifest.monitors) add_once(out.monitors, one.name);
    if (manifest.monitors.empty()) throw empty_section(word);
  } else {
    return false;
  }
  return true;
}

const manifest::ReleaseSpec& release_named(const std::string& name, const manifest::Manifest& manifest) {
  if (const manifest::ReleaseSpec* found = manifest.find_release(name)) return *found;
  std::vector<std::string> known;
  for (const manifest::ReleaseSpec& one : manifest.releases) known.push_back(one.name);
  Error fault = error(Code::not_found, "mlops.yaml has no release '{}'", name);
  const auto near = near_misses(name, known);
  if (!near.empty()) throw std::move(fault).with_hint("a similar name exists: {}", one_of(near));
  throw std::move(fault).with_hint("{}", known.empty() ? "it has no `release:`" : "it has " + one_of(known));
}

Error unknown_monitor(const std::string& name, const manifest::Manifest& manifest, const Error& no_model) {
  std::vector<std::string> known;
  for (const manifest::MonitorSpec& one : manifest.monitors) known.push_back(one.name);
  Error fault = error(Code::not_found, "mlops.yaml has no monitor '{}'", name);
  const auto near = near_misses(name, known);
  if (!near.empty()) return std::move(fault).with_hint("a similar name exists: {}", one_of(near));
  if (no_model.hint().starts_with("similar")) return std::move(fault).with_hint("{}", no_model.hint());
  return std::move(fault).with_hint("{}", known.empty() ? "it has no `monitor:`" : "it has " + one_of(known));
}

/// An entry of `monitor:`, whose model may be made on the way, or a model that is there.
std::string monitor_named(const std::string& word, project::Project& project) {
  std::string name = watched_name(word);
  if (project.manifest().find_monitor(name) != nullptr) return name;
  try {
    (void)watched_named(project, {name});
  } catch (const Error& fault) {
    if (fault.code() != Code::not_found) throw;
    throw unknown_monitor(name, project.manifest(), fault);
  }
  return name;
}

std::vector<std::string> known_targets(const manifest::Manifest& manifest) {
  std::vector<std::string> out;
  for (const manifest::TableSpec* one : manifest.tables()) out.push_back(one->name);
  for (const manifest::ReleaseSpec& one : manifest.releases)
    out.push_back(std::string(of_release) + one.name);
  for (const manifest::MonitorSpec& one : manifest.monitors)
    out.push_back(std::string(of_monitor) + one.name);
  return out;
}

Error unknown_target(const std::string& word, const manifest::Manifest& manifest) {
  Error fault = error(Code::not_found, "mlops.yaml has no target '{}'", word);
  if (manifest.find_model(word) != nullptr)
    return std::move(fault).with_hint("it has a model of that name: `mlops train run {}` trains it", word);
  const std::vector<std::string> known = known_targets(manifest);
  std::vector<std::string> names = known;
  for (const char* section : {"data", "sources", "release", "monitor"}) names.emplace_back(section);
  // `data/x` and `release/x` are as near to `x` as to each other
  auto near = near_misses(word, names);
  if (near.empty()) near = near_misses(word.substr(word.find('/') + 1), names);
  if (!near.empty()) return std::move(fault).with_hint("a similar name exists: {}", one_of(near));
  return std::move(fault).with_hint(
      "{}", known.empty() ? "it has none; `mlops ingest FILE` makes a source" : "it has " + one_of(known));
}

void add_word(Targets& out, const std::string& word, project::Project& project) {
  const manifest::Manifest& manifest = project.manifest();
  if (word.starts_with(of_release))
    return add_release(out, release_named(word.substr(of_release.size()), manifest));
  if (word.starts_with(of_monitor)) return add_once(out.monitors, monitor_named(word, project));
  const manifest::ReleaseSpec* release = manifest.find_release(word);
  if (manifest.find_table(word) != nullptr) return add_once(out.tables, word);
  if (release != nullptr) return add_release(out, *release);
  if (!add_section(out, word, manifest)) throw unknown_target(word, manifest);
}

Targets everything(const project::Project& project, const manifest::Manifest& manifest) {
  Targets out;
  if (!project.has_manifest())
    throw error(Code::not_found, "there is no mlops.yaml in '{}'", project.root().native())
        .with_hint("`mlops ingest FILE` makes one, `mlops run -- COMMAND` runs a program without");
  for (const auto& one : manifest.data) out.tables.push_back("data/" + one.name);
  out.releases = manifest.releases;
  if (!out.tables.empty() || !out.releases.empty()) return out;
  throw error(Code::usage,
              "there is nothing to bring up to date: mlops.yaml has no `data:` and no `release:`")
      .with_hint("`mlops run -- COMMAND` runs a program, `mlops ingest` reads the sources");
}

}  // namespace

Targets targets_of(const TargetArgs& args, project::Project& project) {
  Targets out;
  for (const std::string& word : args.targets) add_word(out, word, project);
  if (args.targets.empty()) out = everything(project, project.manifest());
  if (args.then && out.releases.empty())
    throw error(Code::usage, "'--then' says what becomes of a model, and no release is run")
        .with_hint("name one: `mlops run release/NAME --then {}`", *args.then);
  return out;
}

std::string data_of(const manifest::ReleaseSpec& release, const manifest::Manifest& manifest) {
  const manifest::TableSpec* table = manifest.data_of(*manifest.find_model(release.among.front()));
  if (table != nullptr) return manifest.address_of(*table);
  throw error(Code::usage, "the release '{}' has no data: no table has a label", release.name)
      .with_hint("`label: COLUMN` of a table says what is to be predicted");
}

void add_tables_of(const manifest::ReleaseSpec& release, const manifest::Manifest& manifest,
                   std::vector<std::string>& tables) {
  add_once(tables, data_of(release, manifest));
  for (const std::string& name : release.among) {
    for (const manifest::FeatureUse& use : manifest.find_model(name)->features)
      add_once(tables, manifest.address_of(*manifest.find_table(manifest.find_feature(use.use)->from)));
  }
}

}  // namespace mlops::commands
