/// `mlops schedule install` and `remove`: the line in the user's crontab that ticks.
#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "schedule.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/crontab/crontab.hpp>
#include <mlops/project/project.hpp>

namespace mlops::commands {
namespace {

std::string mark_of(const std::filesystem::path& root) {
  (void)crontab::word(root.native());  // a line end would end the comment
  return "# mlops: " + root.native();
}

crontab::Entry entry_of(cli::Invocation& invocation) {
  const std::filesystem::path& root = invocation.project().root();
  const std::filesystem::path& program = invocation.application().executable;
  if (program.empty()) throw error(Code::failed, "where this program lies cannot be told: there is no /proc");
  return {.mark = mark_of(root),
          .line = fmt::format("* * * * * cd {} && {} schedule tick --quiet", crontab::word(root.native()),
                              crontab::word(program.native()))};
}

ui::Row crontab_row(std::string_view state, const std::string& mark, const std::string& line) {
  return {{"state", state}, {"mark", mark}, {"line", line.empty() ? json::Value() : json::Value(line)}};
}

/// What came due before is not made up; `anew`: nor what passed since it was last seen to, as nobody ticked.
void arm(const std::vector<manifest::ScheduleSpec>& specs, Time now, bool anew, cli::Invocation& invocation) {
  for (const manifest::ScheduleSpec& spec : specs) {
    Scheduled one = scheduled(spec, invocation);
    const auto seen_to = one.state().seen_to;
    if (seen_to && (!anew || *seen_to >= now)) continue;
    one.journal.append({.event = pipeline::Entry::Event::armed, .time = now, .who = user_of(invocation)});
  }
}

/// Where there is no cron the line is of use all the same.
std::string table_for(const crontab::Entry& entry, cli::Invocation& invocation) {
  try {
    return crontab::read(invocation.environment());
  } catch (Error& e) {
    if (e.id() != "cron.not_found") throw;
    if (invocation.dry_run()) return {};
    throw std::move(e)
        .with_detail(entry.line)
        .with_hint(
            "whatever runs this line once a minute will do: a timer of systemd, a CronJob, a loop in a "
            "container");
  }
}

void install(cli::Invocation& invocation) {
  const auto specs = schedules_named(project_to_schedule(invocation), {});
  const crontab::Entry entry = entry_of(invocation);
  if (specs.empty())
    throw error(Code::not_found, "nothing is scheduled: mlops.yaml has no `schedule:`")
        .with_id("schedule.not_found");
  const Time now = invocation.clock().now();
  if (!invocation.dry_run()) {
    (void)invocation.project().store();
    arm(specs, now, false, invocation);
  }
  const std::string before = table_for(entry, invocation);
  const std::string after = crontab::with_entry(before, entry);
  const bool changes = before != after;
  if (changes && !invocation.dry_run()) {
    if (crontab::line_of(before, entry.mark).empty()) arm(specs, now, true, invocation);
    crontab::write(invocation.environment(), invocation.project().store().root() / "tmp", after);
  }
  invocation.record("mlops.crontab/1", crontab_row(!changes               ? "unchanged"
                                                   : invocation.dry_run() ? "would be installed"
                                                                          : "installed",
                                                   entry.mark, entry.line));
  if (!invocation.dry_run()) invocation.next("mlops schedule next");
}

void remove(cli::Invocation& invocation) {
  const std::string mark = mark_of(project_to_schedule(invocation).root());
  const std::string before = crontab::read(invocation.environment());
  const std::string line = crontab::line_of(before, mark);
  const std::string after = crontab::without_entry(before, mark);
  const bool changes = before != after;
  if (changes && !invocation.dry_run())
    crontab::write(invocation.environment(), invocation.project().store().root() / "tmp", after);
  invocation.record("mlops.crontab/1", crontab_row(!changes               ? "unchanged"
                                                   : invocation.dry_run() ? "would be removed"
                                                                          : "removed",
                                                   mark, line));
}

}  // namespace

cli::Command schedule_install() {
  return {.name = "install",
          .summary = "have cron tick once a minute",
          .examples = {{"mlops schedule install -n", "Print the line, and change nothing"}},
          .exits = {{Code::not_found, "nothing is scheduled, or there is no program `crontab`"}},
          .see_also = {"mlops-schedule-tick(1)", "mlops-schedule-remove(1)", "crontab(5)"},
          .dry_run = true,
          .run = [](cli::Invocation& invocation) { install(invocation); }};
}

cli::Command schedule_remove() {
  return {.name = "remove",
          .summary = "have cron tick no more",
          .examples = {{"mlops schedule remove", "Take the line of this project out of the crontab"}},
          .exits = {{Code::not_found, "there is no program `crontab`"}},
          .see_also = {"mlops-schedule-install(1)"},
          .dry_run = true,
          .run = [](cli::Invocation& invocation) { remove(invocation); }};
}

}  // namespace mlops::commands
