/// `mlops schedule pause` and `resume`.
#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "row_values.hpp"
#include "schedule.hpp"

#include <mlops/base/error.hpp>
#include <mlops/project/project.hpp>

namespace mlops::commands {
namespace {

struct PauseArgs {
  std::vector<std::string> names;
  std::string why;
};

std::string_view word_of(bool pauses, bool changes, bool dry_run) {
  if (!changes) return "unchanged";
  if (dry_run) return pauses ? "would be paused" : "would be resumed";
  return pauses ? "paused" : "resumed";
}

void write_down(Scheduled& one, bool pauses, const PauseArgs& args, cli::Invocation& invocation) {
  using Event = pipeline::Entry::Event;
  (void)invocation.project().store();
  one.journal.append({.event = pauses ? Event::paused : Event::resumed,
                      .time = invocation.clock().now(),
                      .why = args.why,
                      .who = user_of(invocation)});
}

ui::Row set_paused(Scheduled one, bool pauses, const PauseArgs& args, cli::Invocation& invocation) {
  const Time now = invocation.clock().now();
  const bool changes = one.state().paused != pauses;
  // what a damaged line said of it is forgotten: it is said anew
  const bool says = changes || one.journal.damaged() > 0;
  if (says && !invocation.dry_run()) write_down(one, pauses, args, invocation);
  const auto next = next_of(one, now);
  return {{"name", one.name()},
          {"state", word_of(pauses, changes, invocation.dry_run())},
          {"next", next ? json::Value(next->text()) : json::Value()}};
}

void set_all_paused(bool pauses, const PauseArgs& args, cli::Invocation& invocation) {
  std::vector<ui::Row> rows;
  for (const manifest::ScheduleSpec& spec : schedules_named(project_to_schedule(invocation), args.names))
    rows.push_back(set_paused(scheduled(spec, invocation), pauses, args, invocation));
  invocation.rows("mlops.schedule-change/1", rows);
}

cli::Option name_option(PauseArgs& args) {
  return {"schedule", "SCHEDULE", "its name in mlops.yaml", &args.names, cli::Offer::schedule, true};
}

}  // namespace

cli::Command schedule_pause() {
  const auto args = std::make_shared<PauseArgs>();
  return {
      .name = "pause",
      .summary = "let a schedule rest until it is resumed",
      .options = {name_option(*args), {"--why", "TEXT", "the reason, for the journal", &args->why}},
      .examples = {{"mlops schedule pause nightly --why 'the warehouse moves'", "Let it rest, saying why"}},
      .exits = {{Code::not_found, "mlops.yaml has no such schedule"}},
      .see_also = {"mlops-schedule-resume(1)"},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { set_all_paused(true, *args, invocation); }};
}

cli::Command schedule_resume() {
  const auto args = std::make_shared<PauseArgs>();
  return {
      .name = "resume",
      .summary = "let a schedule that was paused go on",
      .options = {name_option(*args)},
      .examples = {{"mlops schedule resume nightly", "Let it go on; what passed meanwhile is not made up"}},
      .exits = {{Code::not_found, "mlops.yaml has no such schedule"}},
      .see_also = {"mlops-schedule-pause(1)"},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { set_all_paused(false, *args, invocation); }};
}

}  // namespace mlops::commands
