#pragma once
/// `mlops data forget`.

#include "cli/command.hpp"

namespace mlops::commands {

cli::Command forget_rows_spec();

}  // namespace mlops::commands
