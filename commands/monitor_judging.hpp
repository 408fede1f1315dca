#pragma once
/// Live traffic judged by what `monitor:` asserts: for `mlops monitor run`, and for `monitor/NAME` as a
/// target.

#include "monitor.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mlops::commands {

struct WatchArgs {
  std::vector<std::string> names =
      {};            ///< Models, with or without `monitor/` before them; none: every entry.
  bool all = false;  ///< Every window that the log has, not only the newest.
  std::optional<std::string> since = {};  ///< A duration or a time.
};

struct WatchJudged {
  monitor::Watch watch;
  bool is_new = false;  ///< It was not kept before with the same words.
};

struct WatchesJudged {
  std::vector<WatchJudged> watches = {};
  std::optional<Error> verdict = {};  ///< Error(negative): assertions fail that are no warnings.
  /// What is wrong with some models, while the others were judged all the same; with a verdict it is told
  /// instead.
  std::optional<Error> fault = {};
};

/// Keeps what it finds, unless nothing is to be done (`-n`), and tells what people should know. Throws Error:
/// usage (nothing is watched, a time that is none), not_found (no such model), interrupted.
WatchesJudged judge_watches(const WatchArgs& args, cli::Invocation& invocation);

/// Why there can be nothing to judge of a model; nothing: there is a log, or there will be one.
std::optional<Error> unlogged(project::Project& project, const std::string& model);

}  // namespace mlops::commands
