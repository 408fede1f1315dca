#pragma once
/// Whether a release was brought to an end before with the key that it has now.

#include "train_request.hpp"

#include <mlops/manifest/manifest.hpp>
#include <mlops/release/conclusion.hpp>

#include <optional>
#include <string>

namespace mlops::commands {

struct ReleaseState {
  TrainArgs words = {};
  release::TrainRequest request = {};
  release::Key key = {};
  std::optional<release::Conclusion> before = {};  ///< The last one, of whatever key.
  std::optional<release::StillTrue> known = {};    ///< Of this key: there is nothing to train.
  std::string why = {};                            ///< What differs first; empty where it is known.
};

/// Tables are brought up to date on the way, unless `plan`. No engine is opened where the versions of those
/// that matter are remembered. Throws as train_request() does.
ReleaseState release_state(const manifest::ReleaseSpec& release, const std::vector<std::string>& params,
                           bool plan, cli::Invocation& invocation);

}  // namespace mlops::commands
