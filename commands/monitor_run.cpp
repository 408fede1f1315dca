/// `mlops monitor run`: live traffic, judged window by window.
#include "cli/invocation.hpp"
#include "monitor_judging.hpp"

#include <mlops/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace mlops::commands {
namespace {

void tell_kept(cli::Invocation& invocation, const std::vector<WatchJudged>& watches) {
  const auto fresh = static_cast<std::size_t>(
      std::count_if(watches.begin(), watches.end(), [](const WatchJudged& one) { return one.is_new; }));
  invocation.note(fresh == 0 ? std::string("no window would be kept: all are already")
                             : fmt::format("{} would be kept", count_of(fresh, "window")));
}

void run(const WatchArgs& args, cli::Invocation& invocation) {
  WatchesJudged judged = judge_watches(args, invocation);
  std::vector<ui::Row> rows;
  for (const WatchJudged& one : judged.watches) {
    for (ui::Row& row : watch_rows(one.watch)) rows.push_back(std::move(row));
  }
  invocation.rows("mlops.monitor/1", rows);
  if (invocation.dry_run() && !judged.watches.empty()) tell_kept(invocation, judged.watches);
  if (judged.verdict) throw *std::move(judged.verdict);
  if (judged.fault) throw *std::move(judged.fault);
}

}  // namespace

cli::Command monitor_run() {
  const auto args = std::make_shared<WatchArgs>();
  return {
      .name = "run",
      .summary = "judge live traffic by what mlops.yaml asserts of it",
      .options = {{"model", "MODEL", "models, with or without an entry of `monitor:`; default: every entry",
                   &args->names, cli::Offer::model},
                  {"--all", "", "every window that the log has, not only the newest", &args->all},
                  {"--since", "WHEN", "the windows since then: a duration such as 7d, or a time",
                   &args->since}},
      .examples = {{"mlops monitor run", "Judge the newest window of everything that is watched"},
                   {"mlops monitor run churn --since 7d", "Judge each window of the last seven days"},
                   {"mlops monitor run -n --json", "The same of everything as JSON, and keep nothing"}},
      .exits = {{Code::negative, "an assertion fails that is no warning"},
                {Code::not_found, "there is no such model, or the table of the truth was never made"},
                {Code::usage, "what a model answers is not logged, or an assertion does not fit it"}},
      .see_also = {"mlops-monitor-report(1)", "mlops-serve(1)", "mlops-predictions(5)", "mlops.yaml(5)"},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { run(*args, invocation); }};
}

}  // namespace mlops::commands
