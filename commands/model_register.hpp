#pragma once
/// `mlops model register`, which has a file of its own.

#include "cli/command.hpp"

namespace mlops::commands {

cli::Command model_register();

}  // namespace mlops::commands
