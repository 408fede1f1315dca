/// `mlops schedule`: what happens by itself.
#include "schedule.hpp"

#include "cli/invocation.hpp"
#include "commands.hpp"

#include <mlops/base/error.hpp>
#include <mlops/project/project.hpp>

namespace mlops::commands {
namespace {

constexpr std::int64_t most_times = 1000;

// ---- list
// ------------------------------------------------------------------------------------------------------

void list_schedules(cli::Invocation& invocation) {
  std::vector<ui::Row> rows;
  for (const manifest::ScheduleSpec* spec : schedules_named(invocation.project(), {}))
    rows.push_back(schedule_row(scheduled(*spec, invocation), invocation.clock().now()));
  invocation.rows("mlops.schedule/1", rows);
  if (rows.empty()) invocation.note("nothing is scheduled: see `schedule` in mlops.yaml(5)");
}

cli::Command list_spec() {
  return {.name = "list",
          .summary = "show what is scheduled, what came of it last, and when it is due next",
          .examples = {{"mlops schedule list", "Show every schedule of the project"},
                       {"mlops schedule list --json", "The same for a program"}},
          .see_also = {"mlops-schedule-next(1)", "mlops.yaml(5)"},
          .run = [](cli::Invocation& invocation) { list_schedules(invocation); }};
}

// ---- next
// ------------------------------------------------------------------------------------------------------

struct NextArgs {
  std::vector<std::string> names;
  std::int64_t count = 5;
};

void add_times(const Scheduled& one, Time now, std::int64_t count, std::vector<ui::Row>& rows) {
  auto due = one.times.next(now);
  for (; due && count > 0; --count, due = one.times.next(*due)) rows.push_back(time_row(one, *due));
}

void next(const NextArgs& args, cli::Invocation& invocation) {
  if (args.count < 1 || args.count > most_times)
    throw error(Code::usage, "'--count' is {}, 1 to {} is wanted", args.count, most_times);
  std::vector<ui::Row> rows;
  for (const manifest::ScheduleSpec* spec : schedules_named(invocation.project(), args.names)) {
    const Scheduled one = scheduled(*spec, invocation);
    const std::size_t before = rows.size();
    add_times(one, invocation.clock().now(), args.count, rows);
    if (rows.size() == before)
      invocation.note(fmt::format("'{}' is never due: `at: {}`", spec->name, spec->at));
    if (one.state().paused) invocation.note(fmt::format("'{}' is paused", spec->name));
  }
  invocation.rows("mlops.schedule-time/1", rows);
}

cli::Command next_spec() {
  const auto args = std::make_shared<NextArgs>();
  return {.name = "next",
          .summary = "show the next times of a schedule, in UTC and on its own clock",
          .options = {{"schedule", "SCHEDULE", "its name in mlops.yaml; all of them, if none is given",
                       &args->names, cli::Offer::schedule},
                      {"--count", "NUMBER", "how many of each; 5 if not given", &args->count}},
          .examples = {{"mlops schedule next --count 3", "Show the next three times of every schedule"},
                       {"mlops schedule next --as-of 2026-03-07", "Show what the change of clocks does"}},
          .exits = {{Code::not_found, "mlops.yaml has no such schedule"}},
          .see_also = {"mlops-schedule-list(1)", "mlops.yaml(5)"},
          .run = [args](cli::Invocation& invocation) { next(*args, invocation); }};
}

}  // namespace

cli::Command schedule() {
  return {.name = "schedule",
          .summary = "do what is due, and say what will be",
          .children = {list_spec(), next_spec(), schedule_tick(), schedule_install(), schedule_remove(),
                       schedule_pause(), schedule_resume()}};
}

}  // namespace mlops::commands
