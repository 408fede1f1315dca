#pragma once
/// What of a project wants somebody's eye. Nothing is executed, and no file of a source is read.

#include <mlops/base/clock.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

struct Standing {
  std::string kind;     ///< "table", "files", "release", "run", "model", "monitor", "schedule", "remote"
  std::string address;  ///< "data/events", "run/k3f9", "churn@v3"
  std::string state;    ///< "failed", "lost", "late", "rejected", "damaged", "drifting", "gone", "off",
                        ///< "paused", "running", "stale", "unpushed"
  std::optional<Time> since = {};
  std::string why = {};
};

/// What `mlops plan` would do; a plan that cannot be made is one that failed.
std::vector<Standing> out_of_date(cli::Invocation& invocation);
/// Added paths that are not as they are pinned, or not here.
std::vector<Standing> changed_files(cli::Invocation& invocation);
/// Runs that live, and of each experiment the newest one where it failed or was killed.
std::vector<Standing> unfinished_runs(cli::Invocation& invocation);
/// Models whose newest version may not answer.
std::vector<Standing> rejected_models(cli::Invocation& invocation);
/// Models whose newest watch has an assertion that fails.
std::vector<Standing> drifting_models(cli::Invocation& invocation);

/// Remotes that lack versions which were made here, as far as is known without asking them.
std::vector<Standing> unpushed(cli::Invocation& invocation);

/// Schedules whose newest tick went wrong, that nobody ticks, that are paused or at work.
std::vector<Standing> schedules_to_see_to(cli::Invocation& invocation);

/// Throws Error(negative) when a schedule had no good tick for `allowed_us`, or, where nothing is scheduled,
/// nothing was done.
void require_alive(std::string_view allowed, std::int64_t allowed_us, cli::Invocation& invocation);

}  // namespace mlops::commands
