#pragma once
/// Targets of `run`, `plan` and a schedule: tables, which are brought up to date, releases, which are trained
/// and judged, and monitors, which judge live traffic. What has the key of what was done before is not done
/// again.

#include "ui/row.hpp"
#include "up_to_date.hpp"

#include <mlops/base/error.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

struct TargetArgs {
  std::vector<std::string> targets = {};  ///< Names or addresses; none: everything of `data:` and `release:`.
  std::vector<std::string> params = {};   ///< NAME=VALUE
  /// What becomes of a version that is accepted: nothing, stage, promote.
  std::optional<std::string> then = {};
};

/// What came of targets, in the order in which it was done.
struct TargetsReport {
  std::vector<ui::Row> rows = {};  ///< Of schema mlops.step/1.
  /// Of a plan: newest versions that are refused where another may come of what would be done.
  std::vector<Step> refused = {};
  bool worked = false;  ///< Something was made, trained, judged or moved; of a plan: would be.
  /// The gravest of what failed (corrupt; then what somebody has to mend; then busy) or was answered with no
  /// (negative). Everything that does not depend on it was done all the same.
  std::optional<Error> fault = {};
};

/// Does it, or says what would be done. Throws Error before anything is done: usage (`then` without a
/// release, a fault of mlops.yaml), not_found (no such target); and internal or interrupted.
TargetsReport bring_targets(const TargetArgs& args, Change change, cli::Invocation& invocation);

/// The same, answered for people and programs; the fault is thrown.
void run_targets(const TargetArgs& args, bool plan, cli::Invocation& invocation);

}  // namespace mlops::commands
