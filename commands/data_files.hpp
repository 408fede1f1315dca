#pragma once
/// `mlops data add`, `status`, `checkout`, `unprotect` and `rm`: files and folders that are versioned as they
/// are.

#include "cli/command.hpp"
#include "pinned_files.hpp"
#include "ui/output.hpp"

#include <mlops/worktree/worktree.hpp>

#include <vector>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// Where files are versioned: the project's work tree and store.
worktree::Place files_place(cli::Invocation& invocation, project::Project& project);

/// Writes the line of mlops.lock.
void pin_path(project::Project& project, const std::string& path, const worktree::Pin& pin);

/// What `data checkout` does with these, and its rows. Throws as worktree::checkout().
std::vector<ui::Row> check_out(cli::Invocation& invocation, project::Project& project,
                               const std::vector<Pinned>& pinned, const worktree::CheckoutOptions& options);

cli::Command add_files_spec();
cli::Command files_status_spec();
cli::Command checkout_files_spec();
cli::Command unprotect_files_spec();
cli::Command remove_files_spec();

}  // namespace mlops::commands
