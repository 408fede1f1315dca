#include "targets.hpp"

#include "cli/invocation.hpp"
#include "monitor_judging.hpp"
#include "parameters.hpp"
#include "release_target.hpp"
#include "target_names.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/project/project.hpp>

namespace mlops::commands {
namespace {

/// With the trainings, which people want to see whole.
struct Brought {
  TargetsReport report = {};
  std::vector<Training> trainings = {};
  std::vector<Error> faults = {};
};

ui::Row monitor_row(const std::string& name, std::string_view action, json::Value rows, json::Value why,
                    json::Array gates) {
  return {{"address", "monitor/" + name},
          {"action", action},
          {"version", nullptr},
          {"rows", std::move(rows)},
          {"table", nullptr, ui::Show::digest},
          {"why", std::move(why)},
          {"gates", gates.empty() ? json::Value() : json::Value(std::move(gates)), ui::Show::hidden}};
}

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
    out.report.rows.push_back(
        monitor_row(name, is_new ? "judged" : "fresh", watch.rows, why_of(watch), results_of(watch)));
  }
  if (judged.verdict) out.faults.push_back(*std::move(judged.verdict));
}

void plan_monitor(const std::string& name, const manifest::Manifest& manifest, Brought& out) {
  const manifest::MonitorSpec* spec = manifest.find_monitor(name);
  const std::size_t asserted = spec == nullptr ? 0 : spec->expect.size();
  json::Array gates;
  for (std::size_t i = 0; i < asserted; ++i)
    gates.push_back(
        json::Object{{"assertion", spec->expect[i].text}, {"verdict", nullptr}, {"seen", nullptr}});
  out.report.worked = true;
  out.report.rows.push_back(monitor_row(
      name, "would judge", nullptr,
      asserted == 0 ? "nothing is asserted" : "by " + count_of(asserted, "assertion"), std::move(gates)));
}

std::vector<Step> bring_tables(const Targets& targets, const TargetArgs& args, Change change,
                               cli::Invocation& invocation, Brought& out) {
  const manifest::Manifest& manifest = invocation.project().manifest();
  std::vector<std::string> tables = targets.tables;
  for (const manifest::ReleaseSpec& release : targets.releases) add_tables_of(release, manifest, tables);
  const json::Object params = targets.releases.empty() ? only_project_parameters(args.params, manifest)
                                                       : project_parameters(args.params, manifest);
  if (tables.empty()) return {};
  std::vector<Step> steps = bring_up_to_date(tables, params, change, invocation);
  for (const Step& step : steps) {
    out.report.worked = out.report.worked || !step.fresh;
    out.report.rows.push_back(step_row(step, change == Change::plan));
  }
  return steps;
}

void add(Released released, Brought& out) {
  out.report.worked = out.report.worked || released.worked;
  out.report.rows.push_back(std::move(released.row));
  if (released.fault) out.faults.push_back(*std::move(released.fault));
  if (released.training) out.trainings.push_back(*std::move(released.training));
}

/// One for all answers that were no.
std::optional<Error> fault_of(const std::vector<Error>& faults) {
  if (faults.empty()) return std::nullopt;
  const Error& first = faults.front();
  if (faults.size() == 1) return first;
  return error(Code::negative, "{}, and {} more", first.message(), faults.size() - 1)
      .with_id(first.id())
      .with_hint("{}", first.hint());
}

Brought bring(const TargetArgs& args, Change change, cli::Invocation& invocation) {
  const bool plan = change == Change::plan;
  project::Project& project = plan ? invocation.project() : invocation.project_or_create();
  const Targets targets = targets_of(args, project);
  Brought out;
  const std::vector<Step> steps = bring_tables(targets, args, change, invocation, out);
  for (const manifest::ReleaseSpec& release : targets.releases)
    add(plan ? plan_release(release, args, steps, invocation) : bring_release(release, args, invocation),
        out);
  for (const std::string& name : targets.monitors) {
    if (plan) plan_monitor(name, project.manifest(), out);
    else judge_monitor(name, invocation, out);
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
