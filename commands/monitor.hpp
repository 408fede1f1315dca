#pragma once
/// What the commands of `mlops monitor` share.

#include "cli/command.hpp"
#include "ui/row.hpp"

#include <mlops/base/error.hpp>
#include <mlops/manifest/monitoring.hpp>
#include <mlops/monitor/watch.hpp>

#include <cstdint>
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

/// `mlops monitor run`
cli::Command monitor_run();

/// A registered model, and its entry of `monitor:`, if there is one.
struct Watched {
  std::string name;
  const manifest::MonitorSpec* spec = nullptr;

  /// Of a window, microseconds.
  std::int64_t every_us() const;
};

/// Those of that name (`delay`, `monitor/delay`). Throws Error(not_found): nothing is called so (near
/// misses), or the model has no version yet.
std::vector<Watched> watched_named(project::Project& project, const std::vector<std::string>& names);
/// Every entry of `monitor:`; those whose model has no version yet are noted and left out, or are `unknown`
/// where they look like the name of another one.
std::vector<Watched> watched_all(cli::Invocation& invocation, project::Project& project,
                                 std::vector<Error>& unknown);

/// The name without `monitor/` before it.
std::string watched_name(const std::string& word);
/// Models with an entry or with a watch that is kept, sorted.
std::vector<std::string> known_watches(project::Project& project);
/// For a name that is none of `known`, with near misses and how a watch of a model is made.
Error no_watch(const std::string& name, const std::vector<std::string>& known);

/// A line for each assertion; where nothing is asserted, one for each figure that is worth a look.
std::vector<ui::Row> watch_rows(const monitor::Watch& watch);
/// The model, its newest watch (null: none), and how many windows were over since.
ui::Row status_row(const std::string& model, const monitor::Watch* newest, Time now);

/// "fail", "warn", "pass", "skip", of the whole; empty: nothing is asserted.
std::string verdict_of(const monitor::Watch& watch);

/// "45s", "12m", "5h", "3d"
std::string age_text(std::int64_t us);

/// "2026-11-20 (UTC)"-like, for messages: "2026-11-20T00:00:00Z to 2026-11-21T00:00:00Z".
std::string span_text(const monitor::Window& window);

}  // namespace mlops::commands
