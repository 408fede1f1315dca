#pragma once
/// Judging what was picked: gates, slices, and the champion asked again about the same rows.

#include <mlops/release/judgement.hpp>
#include <mlops/release/train.hpp>

#include "src/candidate.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace mlops::release {

/// What is judged; all of it outlives the judging.
struct Case {
  const TrainRequest& request;
  const Prepared& prepared;
  const Bench& bench;
  const std::vector<Judged>& judged;
  std::size_t picked = 0;  ///< Of those.
  std::string metric = {};
  std::string reason = {};
  model::Registry::Added planned = {};  ///< The version that it becomes.
  std::int64_t champion = 0;            ///< 0: there is none.
};

/// The number and the record of the version are left open. Throws as evaluate::slices_of() does; Error:
/// interrupted, busy.
Judgement judge(Workshop& shop, const Case& about);

}  // namespace mlops::release
