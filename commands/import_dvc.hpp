#pragma once
/// `mlops import dvc`: what DVC tracks as versions of added files.

#include "cli/command.hpp"

namespace mlops::commands {

cli::Command import_dvc_spec();

}  // namespace mlops::commands
