#pragma once
/// Targets of `run` and `plan`: tables, which are brought up to date, and releases, which are trained and
/// judged.

#include <optional>
#include <string>
#include <vector>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

struct TargetArgs {
  std::vector<std::string> targets = {};  ///< Names or addresses; none: all tables of `data:`.
  std::vector<std::string> params = {};   ///< NAME=VALUE
  /// What becomes of a version that is accepted: nothing, stage, promote.
  std::optional<std::string> then = {};
};

/// Does it, or says what would be done, and answers with the steps. Throws Error: usage (`then` without a
/// release), not_found (no such target), negative (a version was not accepted), conflict (the champion was
/// moved while its challenger was judged).
void run_targets(const TargetArgs& args, bool plan, cli::Invocation& invocation);

}  // namespace mlops::commands
