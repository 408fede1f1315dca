#include "standing.hpp"

#include "cli/invocation.hpp"
#include "monitor.hpp"
#include "newest_models.hpp"
#include "targets.hpp"

#include <mlops/base/error.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/project/project.hpp>
#include <mlops/release/conclusion.hpp>
#include <mlops/release/judgement.hpp>
#include <mlops/run/list.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace mlops::commands {
namespace {

std::vector<std::string> targets_of(const manifest::Manifest& manifest) {
  std::vector<std::string> out;
  for (const manifest::TableSpec* table : manifest.tables()) out.push_back(manifest.address_of(*table));
  for (const manifest::ReleaseSpec& release : manifest.releases) out.push_back("release/" + release.name);
  return out;
}

std::string text_in(const ui::Row& row, std::string_view key) {
  const auto cell = std::find_if(row.begin(), row.end(), [&](const ui::Cell& one) { return one.key == key; });
  return cell == row.end() ? "" : cell->value.text_or("");
}

/// Of a step of a plan; empty: nobody needs to look. What a release was refused as is told of its model.
std::string state_of(const ui::Row& row, bool release) {
  const std::string action = text_in(row, "action");
  if (action.starts_with("would")) return "stale";
  if (action == "failed" || (action == "rejected" && !release)) return action;
  // a source that is fresh, and not because it was looked at
  return action == "fresh" && !release && !text_in(row, "why").empty() ? "gone" : "";
}

std::vector<Standing> planned(cli::Invocation& invocation) {
  std::vector<Standing> out;
  const std::vector<std::string> targets = targets_of(invocation.project().manifest());
  if (targets.empty()) return out;
  const TargetsReport plan = bring_targets({.targets = targets}, Change::plan, invocation);
  for (const ui::Row& row : plan.rows) {
    const std::string address = text_in(row, "address");
    const bool release = address.starts_with("release/");
    const std::string state = state_of(row, release);
    if (!state.empty())
      out.push_back({release ? "release" : "table", address, state, std::nullopt, text_in(row, "why")});
  }
  for (const Step& step : plan.refused)
    out.push_back({"table", step.address, "rejected", std::nullopt, step.refused->message()});
  return out;
}

std::string name_of(const run::Run& run) {
  return run.name.empty() ? run.experiment : fmt::format("{}: {}", run.experiment, run.name);
}

/// Whether somebody let it answer although it had been rejected.
bool was_forced(const model::Registry& registry, const model::Version& version, Time judged) {
  if (registry.current(version.name, release::champion_name) != version.number) return false;
  return registry.history(version.name, release::champion_name).front().time >= judged;
}

/// The newest judgement that says no to the newest version, unless it was let answer since.
std::optional<release::Judgement> refused(store::Store& store, const model::Version& newest) {
  auto judgement = release::find_judgement(store, newest.name, newest.number);
  if (!judgement || !judgement->rejects()) return std::nullopt;
  if (was_forced(model::Registry(store), newest, judgement->time)) return std::nullopt;
  return judgement;
}

/// A release makes the first version that it accepts the champion: one that was judged beside a champion, or
/// was accepted, and has none now, has lost it.
bool lost_champion(store::Store& store, const std::string& model) {
  const auto concluded = release::find_conclusion(store, model);
  if (!concluded || model::Registry(store).current(model, release::champion_name)) return false;
  if (concluded->champion != 0) return true;
  const auto judgement = release::find_judgement(store, model, concluded->number);
  return !judgement || !judgement->rejects();
}

std::string faults_of(const monitor::Watch& watch) {
  std::string out;
  for (const monitor::WatchResult& one : watch.results) {
    if (one.fails()) out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", one.assertion, one.verdict.seen);
  }
  return out;
}

}  // namespace

std::vector<Standing> out_of_date(cli::Invocation& invocation) {
  try {
    return planned(invocation);
  } catch (const Error& fault) {
    if (ends_everything(fault)) throw;
    return {{"table", "data", "failed", std::nullopt, "there is no plan: " + fault.message()}};
  }
}

std::vector<Standing> unfinished_runs(cli::Invocation& invocation) {
  std::vector<Standing> out;
  std::set<std::string> seen;
  for (const run::Run& run : run::list(invocation.project().store(), {})) {
    if (!run.parent.empty()) continue;
    const std::string state(run::name_of(run.status));
    const bool newest = run.status != run::Status::running && seen.insert(run.experiment).second;
    const bool bad = run.status == run::Status::failed || run.status == run::Status::lost;
    if (run.status == run::Status::running)
      out.push_back({"run", "run/" + run.id, state, run.started, name_of(run)});
    else if (newest && bad) out.push_back({"run", "run/" + run.id, state, run.ended, name_of(run)});
  }
  return out;
}

std::vector<Standing> rejected_models(cli::Invocation& invocation) {
  store::Store& store = invocation.project().store();
  std::vector<Standing> out;
  const NewestModels models = newest_models(store);
  for (const model::Version& newest : models.versions) {
    if (const auto judgement = refused(store, newest))
      out.push_back({"model", newest.address(), "rejected", judgement->time, judgement->fault()});
    if (lost_champion(store, newest.name))
      out.push_back(
          {"model", newest.name + "@champion", "failed", std::nullopt,
           "it had a champion, and no version is it now: `mlops store fsck` looks for what is gone"});
  }
  for (const auto& [name, fault] : models.damaged)
    out.push_back({"model", name, "damaged", std::nullopt, fault.message()});
  return out;
}

std::vector<Standing> drifting_models(cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  std::vector<Standing> out;
  for (const std::string& name : known_watches(project)) {
    const auto newest = monitor::watches(project.store(), name, 1, invocation.clock().now());
    if (!newest.empty() && newest.back().fails())
      out.push_back({"monitor", "monitor/" + name, "drifting", newest.back().time, faults_of(newest.back())});
  }
  return out;
}

}  // namespace mlops::commands
