#pragma once
/// `release/NAME` as a target: trained and judged, unless that was done before with the same key.

#include "targets.hpp"
#include "training.hpp"

#include <mlops/manifest/manifest.hpp>

#include <optional>

namespace mlops::commands {

/// A release that was brought up to date.
struct Released {
  ui::Row row;                            ///< Of schema mlops.step/1.
  bool worked = false;                    ///< Something was trained, judged or moved.
  std::optional<Training> training = {};  ///< Nothing where nothing was trained.
  std::optional<Error> fault = {};        ///< As in TargetsReport.
};

/// Its tables are up to date. Throws as train_and_judge() does.
Released bring_release(const manifest::ReleaseSpec& release, const TargetArgs& args,
                       cli::Invocation& invocation);

/// What bring_release() would do after `tables`, the steps of a plan.
Released plan_release(const manifest::ReleaseSpec& release, const TargetArgs& args,
                      const std::vector<Step>& tables, cli::Invocation& invocation);

}  // namespace mlops::commands
