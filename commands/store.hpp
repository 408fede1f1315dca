#pragma once
/// Verbs of `mlops store` that have a file of their own.

#include "cli/command.hpp"

namespace mlops::commands {

cli::Command store_bundle();
cli::Command store_gc();
cli::Command store_pin();
cli::Command store_unbundle();
cli::Command store_unpin();

}  // namespace mlops::commands
