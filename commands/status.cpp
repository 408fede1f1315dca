/// `mlops status`: what wants somebody's eye, on one screen.
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "standing.hpp"
#include "up_to_date.hpp"

#include <mlops/base/error.hpp>
#include <mlops/feature/definition.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>
#include <array>

namespace mlops::commands {
namespace {

struct StatusArgs {
  std::optional<std::string> stale;
};

/// What hurts most comes first.
std::size_t rank(const Standing& one) {
  constexpr std::array<std::string_view, 12> order = {"failed",   "damaged",  "lost",  "late",
                                                      "rejected", "drifting", "gone",  "off",
                                                      "paused",   "running",  "stale", "unpushed"};
  return static_cast<std::size_t>(std::find(order.begin(), order.end(), one.state) - order.begin());
}

void append(std::vector<Standing>& all, std::vector<Standing> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

/// What cannot be read is a line, and hides no other.
template <typename Find>
void append(std::vector<Standing>& all, const char* kind, const char* address, Find find) {
  try {
    append(all, find());
  } catch (const Error& fault) {
    if (ends_everything(fault)) throw;
    all.push_back({kind, address, "failed", std::nullopt, fault.message()});
  }
}

std::vector<Standing> standings(cli::Invocation& invocation) {
  std::vector<Standing> all = out_of_date(invocation);
  append(all, schedules_to_see_to(invocation));
  if (invocation.project().has_store()) {
    append(all, "files", "files", [&] { return changed_files(invocation); });
    append(all, "run", "runs", [&] { return unfinished_runs(invocation); });
    append(all, "model", "models", [&] { return rejected_models(invocation); });
    append(all, "monitor", "monitor", [&] { return drifting_models(invocation); });
    append(all, "remote", "remotes", [&] { return unpushed(invocation); });
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Standing& a, const Standing& b) { return rank(a) < rank(b); });
  return all;
}

ui::Row row(const Standing& one) {
  return {{"kind", one.kind},
          {"address", one.address},
          {"state", one.state},
          {"since", one.since ? json::Value(one.since->text()) : json::Value()},
          {"why", one.why.empty() ? json::Value() : json::Value(one.why)}};
}

std::optional<std::int64_t> allowed(const StatusArgs& args) {
  if (!args.stale) return std::nullopt;
  if (const auto us = feature::duration_from(*args.stale)) return us;
  throw error(Code::usage, "'--stale' is '{}', a duration is wanted", *args.stale)
      .with_hint("such as `26h` or `7d`");
}

void status(const StatusArgs& args, cli::Invocation& invocation) {
  const auto silence = allowed(args);
  std::vector<ui::Row> rows;
  for (const Standing& one : standings(invocation)) rows.push_back(row(one));
  invocation.rows("mlops.status/1", rows);
  if (rows.empty())
    invocation.note(
        "all is well: nothing is failed, late, rejected, drifting, gone, under way or out of date");
  if (silence) require_alive(*args.stale, *silence, invocation);
}

}  // namespace

cli::Command status() {
  const auto args = std::make_shared<StatusArgs>();
  return {
      .name = "status",
      .summary = "show what failed, is late, rejected, drifting, gone, under way or out of date",
      .options = {{"--stale", "DURATION", "exit with 3 when no tick went well for that long, such as 26h",
                   &args->stale}},
      .examples = {{"mlops status", "Show what wants to be looked at"},
                   {"mlops status --stale 26h --quiet", "Let a monitor alert on a project that fell silent"}},
      .exits = {{Code::negative, "no tick went well, or nothing was done, for as long as `--stale` says"}},
      .see_also = {"mlops-plan(1)", "mlops-schedule-list(1)", "mlops-monitor-status(1)", "mlops-runs-list(1)",
                   "mlops-log(1)"},
      .run = [args](cli::Invocation& invocation) { status(*args, invocation); }};
}

}  // namespace mlops::commands
