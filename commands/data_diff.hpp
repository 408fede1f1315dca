#pragma once
/// `mlops data diff`: what changed between two versions.

#include "cli/command.hpp"

namespace mlops::commands {

cli::Command diff_data_spec();

}  // namespace mlops::commands
