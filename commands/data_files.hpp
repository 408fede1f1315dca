#pragma once
/// `mlops data add`, `status`, `checkout`, `unprotect` and `rm`: files and folders that are versioned as they
/// are.

#include "cli/command.hpp"

namespace mlops::commands {

cli::Command add_files_spec();
cli::Command files_status_spec();
cli::Command checkout_files_spec();
cli::Command unprotect_files_spec();
cli::Command remove_files_spec();

}  // namespace mlops::commands
