#pragma once
/// Columns and parameters that mlops.yaml has training take, held to what there is before anything is read.

#include "train_subject.hpp"

#include <mlops/release/train.hpp>

namespace mlops::commands {

/// Throws Error(usage) with the place in mlops.yaml of a label, a time, a column or a parameter of a model,
/// or a slice of `release` (may be null) that the data, or the trainer, do not have. What a flag says instead
/// is not looked at.
void require_declared(const TrainArgs& args, const Subject& subject, const release::TrainRequest& request,
                      const manifest::ReleaseSpec* release, project::Project& project);

}  // namespace mlops::commands
