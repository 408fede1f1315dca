#pragma once
/// Verbs of `mlops store` that have a file of their own.

#include "cli/command.hpp"

namespace mlops::commands {

cli::Command store_gc();

}  // namespace mlops::commands
