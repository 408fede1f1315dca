#include "cli/invocation.hpp"
#include "monitor.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/project/project.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace mlops::commands {
namespace {

constexpr std::int64_t day_us = std::int64_t{86'400} * 1'000'000;

std::vector<std::string> registered(project::Project& project) {
  std::vector<std::string> out;
  if (!project.has_store()) return out;
  for (model::Offer& one : model::offers(project.store().references())) out.push_back(std::move(one.name));
  return out;
}

bool is_in(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Error no_version(project::Project& project, const std::string& name) {
  const bool released = project.manifest().find_release(name) != nullptr;
  return error(Code::not_found, "the model '{}' of `monitor:` has no version yet", name)
      .with_id("model.not_found")
      .with_hint("`mlops {}` makes one", released ? "run release/" + name : "train run");
}

Error no_model(const std::string& name, std::vector<std::string> known) {
  Error out(Code::not_found, fmt::format("there is no model '{}'", name));
  const auto near = near_misses(name, known);
  if (near.empty())
    return std::move(out).with_id("model.not_found").with_hint("`mlops model list` shows what there is");
  return std::move(out).with_id("model.not_found").with_hint("similar: {}", one_of(near));
}

/// It is misspelt, rather than still to be made.
Error no_model_of_entry(const std::string& name, const std::vector<std::string>& models) {
  return error(Code::not_found, "`monitor:` of mlops.yaml has an entry '{}', and there is no such model",
               name)
      .with_id("model.not_found")
      .with_hint("similar: {}", one_of(near_misses(name, models)));
}

Watched one_watched(project::Project& project, const std::string& word,
                    const std::vector<std::string>& models) {
  const std::string name = watched_name(word);
  const manifest::MonitorSpec* spec = project.manifest().find_monitor(name);
  if (is_in(models, name)) return {name, spec};
  if (spec != nullptr) throw no_version(project, name);
  std::vector<std::string> known = models;
  for (const manifest::MonitorSpec& one : project.manifest().monitors) {
    if (!is_in(known, one.name)) known.push_back(one.name);
  }
  throw no_model(name, known);
}

}  // namespace

std::int64_t Watched::every_us() const { return spec == nullptr ? day_us : spec->every_us.value_or(day_us); }

std::string watched_name(const std::string& word) {
  constexpr std::string_view section = "monitor/";
  return word.starts_with(section) ? word.substr(section.size()) : word;
}

std::vector<Watched> watched_named(project::Project& project, const std::vector<std::string>& names) {
  const std::vector<std::string> models = registered(project);
  std::vector<Watched> out;
  for (const std::string& word : names) {
    Watched one = one_watched(project, word, models);
    const auto same = [&](const Watched& other) { return other.name == one.name; };
    if (std::none_of(out.begin(), out.end(), same)) out.push_back(std::move(one));
  }
  return out;
}

std::vector<Watched> watched_all(cli::Invocation& invocation, project::Project& project,
                                 std::vector<Error>& unknown) {
  const std::vector<std::string> models = registered(project);
  std::vector<Watched> out;
  for (const manifest::MonitorSpec& spec : project.manifest().monitors) {
    const bool released = project.manifest().find_release(spec.name) != nullptr;
    if (is_in(models, spec.name)) out.push_back({spec.name, &spec});
    else if (!released && !near_misses(spec.name, models).empty())
      unknown.push_back(no_model_of_entry(spec.name, models));
    else invocation.note(fmt::format("the model '{}' of `monitor:` has no version yet", spec.name));
  }
  return out;
}

std::vector<std::string> known_watches(project::Project& project) {
  std::set<std::string> names;
  for (const manifest::MonitorSpec& spec : project.manifest().monitors) names.insert(spec.name);
  if (project.has_store()) {
    for (const store::ReferenceName& one : project.store().references().list()) {
      if (one.kind == "watches") names.insert(one.name);
    }
  }
  return {names.begin(), names.end()};
}

Error no_watch(const std::string& name, const std::vector<std::string>& known) {
  if (is_in(known, name)) {
    return error(Code::not_found, "no watch of '{}' is kept", name)
        .with_id("watch.not_found")
        .with_hint("`mlops monitor run {}` makes one", name);
  }
  const auto near = near_misses(name, known);
  Error out(Code::not_found, fmt::format("nothing called '{}' is watched", name));
  if (near.empty())
    return std::move(out).with_id("watch.not_found").with_hint("`mlops monitor status` shows what is");
  return std::move(out).with_id("watch.not_found").with_hint("similar: {}", one_of(near));
}

}  // namespace mlops::commands
