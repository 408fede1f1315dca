/// `mlops monitor`: what is served, watched.
#include "monitor.hpp"

#include "cli/invocation.hpp"
#include "commands.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/monitor/report.hpp>
#include <mlops/project/project.hpp>

#include <fmt/core.h>

namespace mlops::commands {
namespace {

/// Those of windows that are over now, oldest first.
std::vector<monitor::Watch> kept(cli::Invocation& invocation, const std::string& model, std::size_t most) {
  if (!invocation.project().has_store()) return {};
  return monitor::watches(invocation.project().store(), model, most, invocation.clock().now());
}

// ---- status
// ------------------------------------------------------------------------------------------------------

void status(cli::Invocation& invocation) {
  std::vector<ui::Row> rows;
  const std::vector<std::string> names = known_watches(invocation.project());
  for (const std::string& name : names) {
    const auto watches = kept(invocation, name, 1);
    rows.push_back(status_row(name, watches.empty() ? nullptr : &watches.back(), invocation.clock().now()));
  }
  invocation.rows("mlops.monitor-status/1", rows);
  if (names.empty()) invocation.note("nothing is watched: see `monitor` in mlops.yaml(5)");
}

cli::Command status_spec() {
  return {.name = "status",
          .summary = "show how each model that is watched did last",
          .examples = {{"mlops monitor status", "Show the last verdict on everything that is watched"},
                       {"mlops monitor status --json", "The same for a program"}},
          .see_also = {"mlops-monitor-run(1)"},
          .run = [](cli::Invocation& invocation) { status(invocation); }};
}

// ---- report
// ------------------------------------------------------------------------------------------------------

struct ReportArgs {
  std::string name;
  std::optional<std::string> html;
  std::optional<std::string> markdown;
};

void write(cli::Invocation& invocation, const std::string& file, const std::string& report) {
  if (file == "-") return invocation.output().text(report);
  if (!invocation.dry_run()) monitor::write_report(file, report);
  invocation.note(fmt::format("{}{}: {}", invocation.dry_run() ? "would be written: " : "", file,
                              size_text(report.size())));
}

/// The records themselves, for programs.
void write_records(cli::Invocation& invocation, const std::vector<monitor::Watch>& watches) {
  std::vector<ui::Row> rows;
  for (const monitor::Watch& watch : watches) {
    ui::Row& row = rows.emplace_back();
    for (const auto& [name, value] : monitor::to_record(watch)) row.push_back({name, value});
  }
  invocation.rows("mlops.monitor-report/1", rows);
}

void report(const ReportArgs& args, cli::Invocation& invocation) {
  if (args.html == "-" && args.markdown == "-")
    throw error(Code::usage, "'--html' and '--markdown' both are '-', one standard output is there");
  const bool for_people = invocation.format() == ui::Format::human;
  if (!for_people && (args.html == "-" || args.markdown == "-"))
    throw error(Code::usage, "'--json' and '--porcelain' take the standard output, where '-' writes too")
        .with_hint("name a file, or leave `--html` and `--markdown` away");
  const std::string name = watched_name(args.name);
  const auto watches = kept(invocation, name, 1000);
  if (watches.empty()) throw no_watch(name, known_watches(invocation.project()));
  if (args.html) write(invocation, *args.html, monitor::html_report(watches));
  if (!for_people) write_records(invocation, watches);
  if (args.markdown || (for_people && !args.html))
    write(invocation, args.markdown.value_or("-"), monitor::markdown_report(watches));
}

cli::Command report_spec() {
  const auto args = std::make_shared<ReportArgs>();
  return {.name = "report",
          .summary = "write what was watched as a page or as Markdown",
          .options =
              {{"model", "MODEL", "the model that is watched", &args->name, cli::Offer::model, true},
               {"--html", "FILE", "write one page that needs nothing else; - for standard output",
                &args->html, cli::Offer::file},
               {"--markdown", "FILE",
                "write Markdown, as comments of pull requests take it; - (the default) for standard output",
                &args->markdown, cli::Offer::file}},
          .examples = {{"mlops monitor report churn", "Print what the last window was like, as Markdown"},
                       {"mlops monitor report churn --html churn.html", "Write a page with pictures of it"},
                       {"mlops monitor report churn --json", "The records of all windows, for a program"}},
          .exits = {{Code::not_found, "no watch of that model is kept"}},
          .see_also = {"mlops-monitor-run(1)"},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) { report(*args, invocation); }};
}

}  // namespace

cli::Command monitor() {
  return {.name = "monitor",
          .summary = "judge live traffic, show how it went, report",
          .children = {monitor_run(), status_spec(), report_spec()}};
}

}  // namespace mlops::commands
