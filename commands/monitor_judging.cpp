#include "monitor_judging.hpp"

#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "up_to_date.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/open_file.hpp>
#include <mlops/feature/definition.hpp>
#include <mlops/manifest/assertions.hpp>
#include <mlops/monitor/segments.hpp>
#include <mlops/project/project.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace mlops::commands {
namespace {

/// A model with all that its watches need but the window.
struct Task {
  Watched watched;
  monitor::WatchRequest request;
  std::vector<monitor::Window> windows = {};
};

/// What is wrong with some models, while the others are judged all the same.
class Faults {
 public:
  explicit Faults(cli::Invocation& invocation) : invocation_(invocation) {}

  /// The first is what the command ends with, unless a verdict is; the others are told.
  void add(Error fault) {
    if (!first_) first_ = std::move(fault);
    else tell(fault);
  }

  /// Runs it for a model; false: it is at fault.
  template <typename Work>
  bool tries(const std::string& model, Work&& work) {
    try {
      work();
      return true;
    } catch (Error& e) {
      if (e.code() == Code::interrupted || e.code() == Code::internal) throw;
      e.add_context(fmt::format("while judging '{}'", model));
      add(std::move(e));
      return false;
    }
  }

  /// What is to be thrown where nothing else is said; beside a verdict it is told.
  std::optional<Error> ending(bool with_verdict) {
    if (!with_verdict || !first_) return std::move(first_);
    tell(*first_);
    return std::nullopt;
  }

 private:
  void tell(const Error& fault) {
    std::string text = fault.message();
    for (const std::string& line : fault.context()) text += ", " + line;
    invocation_.warning(text);
  }

  cli::Invocation& invocation_;
  std::optional<Error> first_ = {};
};

// ---- which windows
// -----------------------------------------------------------------------------------------------

/// `7d` before now, or a time.
std::optional<Time> since(const WatchArgs& args, Time now) {
  if (!args.since) return std::nullopt;
  if (const auto us = feature::duration_from(*args.since)) return Time{now.us - *us};
  if (const auto time = Time::parse(*args.since)) return time;
  throw error(Code::usage, "'--since' is '{}', a duration or a time is wanted", *args.since)
      .with_hint("such as `7d`, `12h` or `2026-11-01`");
}

std::vector<monitor::Window> windows_of(const WatchArgs& args, const Task& task, Time now) {
  const std::int64_t every = task.watched.every_us();
  if (!args.all && !args.since) return {monitor::newest_window(now, every)};
  const std::int64_t after = task.request.truth ? task.request.truth->after_us : 0;
  auto out = monitor::windows_of(task.request.log, task.watched.name, now, every, after);
  const auto from = since(args, now);
  if (from) std::erase_if(out, [&](const monitor::Window& one) { return one.to <= *from; });
  return out;
}

// ---- what is judged
// ----------------------------------------------------------------------------------------------

}  // namespace

std::optional<Error> unlogged(project::Project& project, const std::string& model) {
  if (!monitor::segments(project.predictions(), model).empty()) return std::nullopt;
  const manifest::ServeSpec* serve = project.manifest().find_serve(model);
  if (serve != nullptr && serve->log.value_or(0) > 0) return std::nullopt;
  const std::string why = serve == nullptr ? fmt::format("`serve:` of mlops.yaml has no entry '{}'", model)
                                           : fmt::format("`serve: {}` of mlops.yaml has no `log:`", model);
  return error(Code::usage, "no answer of '{}' was ever logged: {}", model, why)
      .with_id("monitor.unlogged")
      .with_hint("`serve: {{{0}: {{log: 100%}}}}` in mlops.yaml, or `mlops serve {0} --log 100%`, logs them",
                 model);
}

namespace {

std::optional<monitor::Truth> truth_of(const Watched& watched, cli::Invocation& invocation) {
  if (watched.spec == nullptr || !watched.spec->truth) return std::nullopt;
  const manifest::TruthSpec& said = *watched.spec->truth;
  return monitor::Truth{.table = known_version(said.from, invocation),
                        .id = said.id.empty() ? "request" : said.id,
                        .row = said.row,
                        .label = said.label,
                        .after_us = said.after_us.value_or(0)};
}

/// Of the requests, where mlops.yaml says that not all are logged.
std::optional<double> logged_share(project::Project& project, const std::string& model) {
  const manifest::ServeSpec* serve = project.manifest().find_serve(model);
  if (serve == nullptr || serve->log.value_or(0) <= 0 || *serve->log >= 1) return std::nullopt;
  return serve->log;
}

Error nothing_watched() {
  return error(Code::usage, "mlops.yaml has no `monitor:` that says what to judge")
      .with_id("monitor.none")
      .with_hint("`monitor: {{churn: {{every: 1d, expect: ['psi(*) < 0.2']}}}}`, or name a registered model");
}

std::vector<monitor::Asserted> assertions_of(const Watched& watched) {
  std::vector<monitor::Asserted> out;
  if (watched.spec == nullptr) return out;
  for (const manifest::ExpectSpec& spec : watched.spec->expect)
    out.push_back({spec.text, spec.warn, std::get<expect::Assertion>(expect::parse(spec.text))});
  return out;
}

Task task_of(const WatchArgs& args, const Watched& watched, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  Task out{.watched = watched,
           .request = {.model = watched.name,
                       .log = project.predictions(),
                       .truth = truth_of(watched, invocation),
                       .assertions = assertions_of(watched),
                       .scratch = dataset::scratch_beside(project.store().objects()),
                       .logged = logged_share(project, watched.name)}};
  out.windows = windows_of(args, out, invocation.clock().now());
  return out;
}

std::vector<manifest::AssertionFault> faults_of(project::Project& project, dataset::Workshop& shop,
                                                const Task& task) {
  std::vector<manifest::AssertionFault> out;
  for (std::size_t i = 0; i < task.request.assertions.size(); ++i) {
    const expect::Assertion& tree = task.request.assertions[i].assertion;
    for (expect::Fault& fault : monitor::check(project.store(), shop, task.watched.name, tree))
      out.push_back({task.watched.spec->expect[i], std::move(fault)});
  }
  return out;
}

/// Every fault of every assertion is told, where it stands in mlops.yaml; models without one stay.
void check_assertions(project::Project& project, dataset::Workshop& shop, std::vector<Task>& tasks,
                      Faults& faults) {
  std::vector<manifest::AssertionFault> found;
  std::erase_if(tasks, [&](const Task& task) {
    std::vector<manifest::AssertionFault> of_task;
    if (!faults.tries(task.watched.name, [&] { of_task = faults_of(project, shop, task); })) return true;
    std::move(of_task.begin(), of_task.end(), std::back_inserter(found));
    return !of_task.empty();
  });
  if (!found.empty()) faults.add(project.error_of(found));
}

// ---- what is said
// ------------------------------------------------------------------------------------------------

/// When the first answer was logged, where that is what explains an empty window.
std::string log_text(const Task& task) {
  const auto segments = monitor::segments(task.request.log, task.watched.name);
  if (segments.empty()) return "nothing is logged yet";
  return fmt::format("the log begins {}", segments.front().begun.text());
}

void tell(cli::Invocation& invocation, const Task& task, const monitor::Watch& watch) {
  const std::string& name = watch.model;
  if (watch.rows == 0) {
    invocation.note(
        fmt::format("{}: nothing was answered {}; {}", name, span_text(watch.window), log_text(task)));
  } else if (!watch.note.empty()) {
    invocation.warning(fmt::format("{}: {}", name, watch.note));
  }
  if (watch.performance && watch.performance->ambiguous > 0)
    invocation.warning(fmt::format("{}: {}", name, monitor::ambiguous_text(*watch.performance)));
  if (watch.performance && !watch.performance->unmatched.empty())
    invocation.warning(fmt::format("{}: {}", name, watch.performance->unmatched));
  if (watch.torn > 0)
    invocation.warning(fmt::format("{}: {} of the log cannot be read", name, count_of(watch.torn, "line")));
}

void judge(cli::Invocation& invocation, dataset::Workshop& shop, const Task& task, WatchesJudged& out) {
  store::Store& store = invocation.project().store();
  if (task.request.logged && !task.windows.empty())
    invocation.note(fmt::format("{}: {}", task.watched.name, monitor::logged_text(*task.request.logged)));
  for (const monitor::Window& window : task.windows) {
    monitor::WatchRequest request = task.request;
    request.window = window;
    monitor::Watch watch = monitor::watch(store, shop, request);
    const bool is_new = monitor::is_new(store, watch);
    if (!invocation.dry_run()) monitor::keep(store, watch, user_of(invocation));
    tell(invocation, task, watch);
    out.watches.push_back({std::move(watch), is_new});
  }
  if (task.windows.empty())
    invocation.note(
        fmt::format("{}: no window that is over has answers; {}", task.watched.name, log_text(task)));
}

WatchesJudged judge(cli::Invocation& invocation, dataset::Workshop& shop, const std::vector<Task>& tasks,
                    Faults& faults) {
  WatchesJudged out;
  for (const Task& task : tasks) {
    invocation.progress().phase("judging " + task.watched.name, task.windows.size(), Unit::items);
    faults.tries(task.watched.name, [&] { judge(invocation, shop, task, out); });
  }
  return out;
}

/// One line for all that fails.
std::optional<Error> verdict_on(const std::vector<WatchJudged>& watches) {
  std::vector<std::string> names;
  std::size_t failing = 0, windows = 0;
  for (const auto& [watch, is_new] : watches) {
    const auto failed = static_cast<std::size_t>(std::count_if(watch.results.begin(), watch.results.end(),
                                                               [](const auto& one) { return one.fails(); }));
    if (failed == 0) continue;
    failing += failed;
    ++windows;
    if (names.empty() || names.back() != watch.model) names.push_back(watch.model);
  }
  if (failing == 0) return std::nullopt;
  return error(Code::negative, "{} of {} {}{}", count_of(failing, "assertion"), fmt::join(names, ", "),
               failing == 1 ? "fails" : "fail",
               windows > names.size() ? fmt::format(" in {}", count_of(windows, "window")) : "")
      .with_id("monitor.failed")
      .with_hint("`mlops monitor report {}` shows what changed and since when", names.front());
}

}  // namespace

WatchesJudged judge_watches(const WatchArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  since(args, invocation.clock().now());
  if (args.names.empty() && project.manifest().monitors.empty()) throw nothing_watched();
  std::vector<Task> tasks;
  Faults faults(invocation);
  std::vector<Error> unknown;
  const auto watched =
      args.names.empty() ? watched_all(invocation, project, unknown) : watched_named(project, args.names);
  for (Error& one : unknown) faults.add(std::move(one));
  for (const Watched& one : watched) {
    if (auto missing = unlogged(project, one.name)) faults.add(*std::move(missing));
    else faults.tries(one.name, [&] { tasks.push_back(task_of(args, one, invocation)); });
  }
  dataset::Workshop shop = data_workshop(invocation);
  check_assertions(project, shop, tasks, faults);
  WatchesJudged out = judge(invocation, shop, tasks, faults);
  out.verdict = verdict_on(out.watches);
  out.fault = faults.ending(out.verdict.has_value());
  return out;
}

}  // namespace mlops::commands
