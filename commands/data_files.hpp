#pragma once
/// `mlops data add`, `status`, `checkout`, `unprotect` and `rm`: files and folders that are versioned as they
/// are.

#include "cli/command.hpp"
#include "pinned_files.hpp"
#include "ui/output.hpp"

#include <mlops/worktree/worktree.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// Where files are versioned: the project's work tree and store.
worktree::Place files_place(cli::Invocation& invocation, project::Project& project);

/// How many files differ, and how.
using FileCounts = std::map<std::string_view, std::uint64_t>;
/// "3 added, 1 modified"
std::string text_of(const FileCounts& counts);

/// Writes the line of mlops.lock.
void pin_path(project::Project& project, const std::string& path, const worktree::Pin& pin);

/// What `data checkout` does with these, and its rows. Throws as worktree::checkout().
std::vector<ui::Row> check_out(cli::Invocation& invocation, project::Project& project,
                               const std::vector<Pinned>& pinned, const worktree::CheckoutOptions& options);

/// Words that name added paths.
cli::Option paths_option(std::vector<std::string>& target, std::string help, bool required);

cli::Command add_files_spec();
cli::Command files_status_spec();
cli::Command checkout_files_spec();
cli::Command unprotect_files_spec();
cli::Command remove_files_spec();

}  // namespace mlops::commands
