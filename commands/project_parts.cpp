#include "project_parts.hpp"

#include "cli/invocation.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/config/settings.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/project/project.hpp>
#include <mlops/run/list.hpp>
#include <mlops/store/medium.hpp>

#include <algorithm>
#include <filesystem>

namespace mlops::commands {
namespace {

namespace stdfs = std::filesystem;

ui::Row row(std::string name, json::Value value, json::Value note = {}) {
  return {{"section", "project"},
          {"name", std::move(name)},
          {"value", std::move(value)},
          {"note", std::move(note)}};
}

/// What the project's store lies on, or will.
std::vector<ui::Row> medium_rows(const stdfs::path& folder) {
  try {
    const store::Medium medium = store::medium_of(folder);
    return {row("file system", medium.type,
                medium.consequence.empty() ? json::Value() : json::Value(medium.consequence)),
            row("free", size_text(medium.free_bytes))};
  } catch (const Error& e) {
    return {row("file system", nullptr, e.message())};
  }
}

void add_datasets(project::Project& project, std::vector<cli::Candidate>& out) {
  for (const manifest::TableSpec* table : project.manifest().tables()) out.push_back({table->name});
  if (!project.has_store()) return;
  for (const store::ReferenceName& name : project.store().references().list()) {
    const bool known =
        std::any_of(out.begin(), out.end(), [&](const auto& one) { return one.word == name.name; });
    if (!known && (name.kind == "sources" || name.kind == "data")) out.push_back({name.name});
  }
}

void offer_releases(project::Project& project, std::vector<cli::Candidate>& out) {
  for (const manifest::ReleaseSpec& release : project.manifest().releases)
    out.push_back({"release/" + release.name, "release"});
}

void offer_schedules(project::Project& project, std::vector<cli::Candidate>& out) {
  for (const manifest::ScheduleSpec& schedule : project.manifest().schedules)
    out.push_back({schedule.name, "schedule, " + schedule.at});
}

void offer_monitors(project::Project& project, std::vector<cli::Candidate>& out) {
  for (const manifest::MonitorSpec& monitor : project.manifest().monitors)
    out.push_back({"monitor/" + monitor.name, "monitor"});
}

/// Sections whose name stands for all of them.
void offer_sections(project::Project& project, std::vector<cli::Candidate>& out) {
  const manifest::Manifest& manifest = project.manifest();
  if (!manifest.data.empty()) out.push_back({"data", "every table of data:"});
  if (!manifest.releases.empty()) out.push_back({"release", "every release"});
}

void offer_views(project::Project& project, std::vector<cli::Candidate>& out) {
  for (const manifest::FeatureSpec& view : project.manifest().features)
    out.push_back({view.name, "view of " + view.from});
}

/// What the journal names beside versions and runs.
void offer_kept(store::Store& store, std::vector<cli::Candidate>& out) {
  for (const store::ReferenceName& name : store.references().list()) {
    if (name.kind == "judgements") out.push_back({"judgements/" + name.name, "what a version was judged by"});
    if (name.kind == "watches") out.push_back({"watches/" + name.name, "a window of live traffic, judged"});
  }
}

void offer_applied_views(store::Store& store, std::vector<cli::Candidate>& out) {
  for (const store::ReferenceName& name : store.references().list()) {
    if (name.kind == "features") out.push_back({"features/" + name.name, "view"});
  }
}

/// More versions or runs than this are no help at a prompt.
constexpr std::int64_t most_offers = 20;

void add_models(store::Store& store, std::vector<cli::Candidate>& out) {
  for (const model::Offer& model : model::offers(store.references())) {
    out.push_back({model.name, fmt::format("model, v{}", model.newest)});
    for (const std::string& alias : model.aliases) out.push_back({model.name + "@" + alias, "alias"});
    const std::int64_t oldest = std::max<std::int64_t>(1, model.newest - most_offers + 1);
    for (std::int64_t number = oldest; number <= model.newest; ++number) {
      out.push_back({fmt::format("{}@v{}", model.name, number), "version"});
    }
  }
}

/// From the references alone: to look into the index of runs may mean to write to it.
void add_runs(store::Store& store, std::vector<cli::Candidate>& out) {
  for (const store::ReferenceName& name : store.references().list()) {
    if (name.kind != "runs") continue;
    const auto entries = store.references().history(name);
    const auto count = std::min(entries.size(), static_cast<std::size_t>(most_offers));
    for (auto entry = entries.end() - static_cast<std::ptrdiff_t>(count); entry != entries.end(); ++entry) {
      const json::Value record(store.record(entry->digest));
      out.push_back({"run/" + record["id"].text_or(""), name.name + " " + record["name"].text_or("")});
    }
  }
}

/// What `make` says, or why it could not.
template <typename Make>
json::Value or_fault(Make make) {
  try {
    return make();
  } catch (const Error& e) {
    return json::Value("fault: " + e.message());
  }
}

std::vector<cli::Candidate> offered_runs(project::Project& project) {
  std::vector<cli::Candidate> out = {{"@last", "the newest"}};
  if (!project.has_store()) return out;
  for (const run::Run& run : run::list(project.store(), {.limit = 100})) {
    out.push_back({run.id, fmt::format("{} {} {}", run.experiment, run.name, run::name_of(run.status))});
  }
  return out;
}

}  // namespace

std::vector<cli::Candidate> project_offers(cli::Offer offer) {
  if (!project::find_root(stdfs::current_path())) return {};
  project::Project project(stdfs::current_path(), project::Project::Mode::open);
  if (offer == cli::Offer::run) return offered_runs(project);
  std::vector<cli::Candidate> out;
  const bool all = offer == cli::Offer::address;
  const bool target = offer == cli::Offer::target;
  if (all || target || offer == cli::Offer::dataset) add_datasets(project, out);
  if (target) {
    offer_releases(project, out);
    offer_monitors(project, out);
    offer_sections(project, out);
  }
  const bool either = offer == cli::Offer::view_or_model;
  if (either || offer == cli::Offer::view) offer_views(project, out);
  if (offer == cli::Offer::schedule) offer_schedules(project, out);
  if (!project.has_store()) return out;
  if (all) offer_applied_views(project.store(), out);
  if (all) offer_kept(project.store(), out);
  if (all || either || offer == cli::Offer::model) add_models(project.store(), out);
  if (all) add_runs(project.store(), out);
  return out;
}

std::vector<ui::Row> project_report(cli::Invocation& invocation) {
  if (!project::find_root(stdfs::current_path())) return {};
  project::Project& project = invocation.project();
  std::vector<ui::Row> rows = {row("root", project.root().string())};
  rows.push_back(row("sources", or_fault([&] { return json::Value(project.manifest().sources.size()); })));
  rows.push_back(row("locked", or_fault([&] { return json::Value(project.lock().entries.size()); })));
  rows.push_back(row("store", or_fault([&] {
                       if (!project.has_store()) return json::Value("none yet");
                       const std::size_t names = project.store().references().list().size();
                       return json::Value(fmt::format("opens, {}", count_of(names, "name")));
                     })));
  const stdfs::path store = project.root() / ".mlops";
  for (ui::Row& one : medium_rows(project.has_store() ? store : project.root()))
    rows.push_back(std::move(one));
  return rows;
}

}  // namespace mlops::commands
