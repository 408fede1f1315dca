#include "targets.hpp"

#include "cli/invocation.hpp"
#include "gate_rows.hpp"
#include "monitor.hpp"
#include "monitor_judging.hpp"
#include "parameters.hpp"
#include "release_target.hpp"
#include "target_names.hpp"
#include "target_rows.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>
#include <filesystem>

namespace mlops::commands {
namespace {

struct Fault {
  std::string address;
  Error error;
};

/// With the trainings, which people want to see whole.
struct Brought {
  TargetsReport report = {};
  std::vector<Training> trainings = {};
  std::vector<Fault> faults = {};
};

std::string monitor_address(const std::string& name) { return "monitor/" + name; }

json::Array results_of(const monitor::Watch& watch) {
  json::Array out;
  for (const monitor::WatchResult& one : watch.results) {
    const bool warns = one.warn && one.verdict.outcome == expect::Outcome::fail;
    out.push_back(json::Object{{"assertion", one.assertion},
                               {"verdict", warns ? "warn" : expect::name_of(one.verdict.outcome)},
                               {"seen", one.verdict.seen}});
  }
  return out;
}

std::string why_of(const monitor::Watch& watch) {
  for (const monitor::WatchResult& one : watch.results) {
    if (one.fails()) return fmt::format("{}: {}: {}", watch.summary(), one.assertion, one.verdict.seen);
  }
  if (watch.rows == 0) return "nothing was answered " + span_text(watch.window);
  return watch.results.empty() ? "nothing is asserted" : watch.summary();
}

void judge_monitor(const std::string& name, cli::Invocation& invocation, Brought& out) {
  WatchesJudged judged = judge_watches({.names = {name}}, invocation);
  if (judged.fault) throw *std::move(judged.fault);
  for (const auto& [watch, is_new] : judged.watches) {
    out.report.worked = out.report.worked || is_new;
    out.report.rows.push_back(target_row(monitor_address(name), is_new ? "judged" : "fresh", nullptr,
                                         watch.rows, why_of(watch), results_of(watch)));
  }
  if (judged.verdict) out.faults.push_back({monitor_address(name), *std::move(judged.verdict)});
}

void plan_monitor(const std::string& name, const Targets& targets, project::Project& project, Brought& out) {
  const bool is_released = std::any_of(targets.releases.begin(), targets.releases.end(),
                                       [&](const auto& release) { return release.name == name; });
  if (!is_released) (void)watched_named(project, {name});
  if (auto missing = unlogged(project, name)) throw *std::move(missing);
  const manifest::MonitorSpec* spec = project.manifest().find_monitor(name);
  json::Array gates = spec == nullptr ? json::Array() : planned_gates(spec->expect);
  const std::string why = gates.empty() ? "nothing is asserted" : "by " + count_of(gates.size(), "assertion");
  out.report.worked = true;
  out.report.rows.push_back(
      target_row(monitor_address(name), "would judge", nullptr, nullptr, why, std::move(gates)));
}

std::vector<Step> bring_tables(const Targets& targets, const TargetArgs& args, Change change,
                               cli::Invocation& invocation, Brought& out) {
  const manifest::Manifest& manifest = invocation.project().manifest();
  std::vector<std::string> tables = targets.tables;
  for (const manifest::ReleaseSpec& release : targets.releases) add_tables_of(release, manifest, tables);
  if (tables.empty()) return {};
  const json::Object params = project_parameters(args.params, manifest);
  const bool plan = change == Change::plan;
  std::vector<Step> steps = bring_up_to_date(tables, params, change, invocation, OnFault::go_on);
  for (const Step& step : steps) {
    out.report.worked = out.report.worked || (!step.fresh && obstacle_in(step).empty());
    out.report.rows.push_back(step_row(step, plan));
    if (step.refused) out.report.refused.push_back(step);
    // that something was rejected before is an answer of a plan, no fault of it
    if (step.fault && !(plan && step.fault->code() == Code::negative))
      out.faults.push_back({step.address, *step.fault});
  }
  return steps;
}

void add(const std::string& address, Released released, Brought& out) {
  out.report.worked = out.report.worked || released.worked;
  out.report.rows.push_back(std::move(released.row));
  if (released.fault) out.faults.push_back({address, *std::move(released.fault)});
  if (released.training) out.trainings.push_back(*std::move(released.training));
}

/// What of its tables is missing or refused; empty: nothing.
std::string obstacle_of(const manifest::ReleaseSpec& release, const std::vector<Step>& steps,
                        const manifest::Manifest& manifest) {
  std::vector<std::string> tables;
  add_tables_of(release, manifest, tables);
  for (const Step& step : steps) {
    const bool reads = std::find(tables.begin(), tables.end(), step.address) != tables.end();
    if (std::string obstacle = obstacle_in(step); reads && !obstacle.empty()) return obstacle;
  }
  return "";
}

/// A fault of it is one of the answer; others are done all the same.
template <typename Bring>
void go_on(const std::string& address, Brought& out, Bring bring) {
  try {
    bring();
  } catch (const Error& fault) {
    if (ends_everything(fault)) throw;
    out.report.rows.push_back(failed_row(address, fault));
    out.faults.push_back({address, fault});
  }
}

/// What is nobody's verdict is graver than one, what somebody has to mend graver than what passes by itself.
int gravity(const Error& fault) {
  switch (fault.code()) {
    case Code::negative:
      return 0;
    case Code::busy:
      return 1;
    case Code::corrupt:
      return 3;
    default:
      return 2;
  }
}

/// One for all: the first of the gravest, and where the others are.
std::optional<Error> fault_of(const std::vector<Fault>& faults) {
  if (faults.size() < 2) return faults.empty() ? std::nullopt : std::optional(faults.front().error);
  const auto gravest = std::max_element(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) {
    return gravity(a.error) < gravity(b.error);
  });
  std::vector<std::string> others;
  for (auto one = faults.begin(); one != faults.end(); ++one) {
    if (one != gravest) others.push_back(one->address);
  }
  const Error& first = gravest->error;
  return Error(first).with_message("{}, and {} more: {}", first.message(), others.size(),
                                   fmt::join(others, ", "));
}

void bring_release_or_tell(const manifest::ReleaseSpec& release, const TargetArgs& args,
                           const std::vector<Step>& steps, Change change, cli::Invocation& invocation,
                           Brought& out) {
  const std::string address = "release/" + release.name;
  const std::string obstacle = obstacle_of(release, steps, invocation.project().manifest());
  if (!obstacle.empty())
    return out.report.rows.push_back(target_row(address, "blocked", nullptr, nullptr, obstacle, {}));
  go_on(address, out, [&] {
    add(address,
        change == Change::plan ? plan_release(release, args, steps, invocation)
                               : bring_release(release, args, invocation),
        out);
  });
}

/// A clone has mlops.yaml, and no store yet.
project::Project& project_to_work_on(Change change, cli::Invocation& invocation) {
  const bool is_there = project::find_root(std::filesystem::current_path()).has_value();
  return change == Change::plan || !is_there ? invocation.project() : invocation.project_or_create();
}

Brought bring(const TargetArgs& args, Change change, cli::Invocation& invocation) {
  const bool plan = change == Change::plan;
  project::Project& project = project_to_work_on(change, invocation);
  const Targets targets = targets_of(args, project);
  require_parameters(args.params, targets.releases, project.manifest());
  Brought out;
  const std::vector<Step> steps = bring_tables(targets, args, change, invocation, out);
  for (const manifest::ReleaseSpec& release : targets.releases)
    bring_release_or_tell(release, args, steps, change, invocation, out);
  for (const std::string& name : targets.monitors) {
    go_on(monitor_address(name), out, [&] {
      if (plan) plan_monitor(name, targets, project, out);
      else judge_monitor(name, invocation, out);
    });
  }
  out.report.fault = fault_of(out.faults);
  return out;
}

}  // namespace

TargetsReport bring_targets(const TargetArgs& args, Change change, cli::Invocation& invocation) {
  return bring(args, change, invocation).report;
}

void run_targets(const TargetArgs& args, bool plan, cli::Invocation& invocation) {
  Brought brought = bring(args, plan ? Change::plan : Change::make, invocation);
  if (invocation.format() == ui::Format::human) {
    for (const Training& one : brought.trainings) answer_training(one, invocation);
  }
  invocation.rows("mlops.step/1", brought.report.rows);
  if (brought.report.fault) throw *std::move(brought.report.fault);
}

}  // namespace mlops::commands
