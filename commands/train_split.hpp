#pragma once
/// How `mlops train run` parts the rows: flags first, then the project file, then defaults.

#include "train_request.hpp"

#include <mlops/manifest/tables.hpp>
#include <mlops/train/split.hpp>

namespace mlops::commands {

/// How `mlops.yaml` says that a table is split, with the defaults of `train run`.
train::SplitRequest declared_split(const manifest::TableSpec& table);

/// `declared` is the table's entry in mlops.yaml, where it speaks of this label; null otherwise. Throws
/// Error(usage) for texts that are neither shares nor lengths of time, and for a length of time without a
/// column of time.
train::SplitRequest split_of(const TrainArgs& args, const manifest::TableSpec* declared);

/// What the flags asked for, in the words of the file.
manifest::SplitSpec asked_split(const TrainArgs& args, const train::SplitRequest& split);

}  // namespace mlops::commands
