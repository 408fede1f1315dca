#pragma once
/// What the commands of `mlops schedule` share.

#include "cli/command.hpp"
#include "ui/row.hpp"

#include <mlops/base/error.hpp>
#include <mlops/manifest/scheduling.hpp>
#include <mlops/pipeline/due.hpp>
#include <mlops/pipeline/journal.hpp>
#include <mlops/pipeline/zoned.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mlops::cli {
class Invocation;
}
namespace mlops::project {
class Project;
}

namespace mlops::commands {

cli::Command schedule_tick();
cli::Command schedule_install();
cli::Command schedule_remove();
cli::Command schedule_pause();
cli::Command schedule_resume();

/// An entry of `schedule:`, its times, and what happened to it.
struct Scheduled {
  manifest::ScheduleSpec spec;  ///< Of its own: training may write mlops.yaml, which is read anew then.
  pipeline::Timetable times;
  pipeline::Journal journal;

  const std::string& name() const { return spec.name; }
  pipeline::State state() const { return pipeline::state_of(journal.entries()); }
};

/// That whose mlops.yaml says what is scheduled; its store is made when it is first asked for. Throws
/// Error(not_found) where there is no mlops.yaml.
project::Project& project_to_schedule(cli::Invocation& invocation);

/// The entries of these names (`nightly`, `schedule/nightly`), each once; none: all of them. Throws
/// Error(not_found), with near misses.
std::vector<manifest::ScheduleSpec> schedules_named(project::Project& project,
                                                    const std::vector<std::string>& names);
/// Throws as pipeline::timetable_of() does.
Scheduled scheduled(const manifest::ScheduleSpec& spec, cli::Invocation& invocation);

/// When it is due next, beside what a tick is at work on; nothing: never, or it is paused.
std::optional<Time> next_of(const Scheduled& one, Time now);
/// The schedule, what it is doing, what came of it last, and when it is due next.
ui::Row schedule_row(const Scheduled& one, Time now);
/// A due time, as it stands in UTC and on the clock of the zone.
ui::Row time_row(const Scheduled& one, Time due);
/// What a tick made of a due time.
ui::Row tick_row(const std::string& schedule, const pipeline::Entry& ended);

}  // namespace mlops::commands
