#pragma once
/// Training as `train run` and `run release/NAME` do it: models are trained, judged and registered, and what
/// the project file lacks is written there.

#include "train_request.hpp"
#include "ui/row.hpp"

#include <mlops/base/error.hpp>
#include <mlops/release/train.hpp>

#include <optional>

namespace mlops::commands {

struct Training {
  release::TrainRequest request = {};
  release::Prepared prepared = {};
  std::optional<release::TrainReport> report = {};  ///< Nothing after a dry run.
};

/// Tells what was decided and found; the answer is the caller's. Throws as train_request(),
/// release::prepare() and release::train_models() do; Error(usage) with all faults of the gates, where they
/// stand in mlops.yaml.
Training train_and_judge(const TrainArgs& args, cli::Invocation& invocation);
/// The same of a request that was made of the words.
Training train_and_judge(const TrainArgs& args, release::TrainRequest request, cli::Invocation& invocation);

/// The answer of `train run`; people get tables beside it.
void answer_training(const Training& training, cli::Invocation& invocation);

/// Error(negative) about a version that was not accepted.
std::optional<Error> rejection(const Training& training);
/// The same about one that was judged before; `champion` is the version that answers.
Error rejection(const release::Judgement& judgement, std::optional<std::int64_t> champion);

}  // namespace mlops::commands
