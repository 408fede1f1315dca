/// Added paths that are not as mlops.lock pins them.
#include "cli/invocation.hpp"
#include "data_files.hpp"
#include "standing.hpp"

#include <fmt/core.h>
#include <mlops/project/project.hpp>

#include <filesystem>

namespace mlops::commands {
namespace {

Standing gone(const std::string& path) {
  return {.kind = "files",
          .address = "files/" + path,
          .state = "gone",
          .why = fmt::format("it is pinned and not here; `mlops data checkout {}` brings it", path)};
}

Standing changed(const std::string& path, const FileCounts& counts) {
  return {.kind = "files",
          .address = "files/" + path,
          .state = "stale",
          .why = fmt::format("{}; `mlops data add {}` makes that a version", text_of(counts), path)};
}

}  // namespace

std::vector<Standing> changed_files(cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  std::vector<Standing> out;
  for (const Pinned& one : pinned_files(project, {})) {
    std::error_code fault;
    if (!std::filesystem::exists(std::filesystem::symlink_status(project.root() / one.path, fault))) {
      out.push_back(gone(one.path));
      continue;
    }
    FileCounts counts;
    worktree::compare(
        files_place(invocation, project), one.path, one.pin,
        [&](const worktree::Difference& difference) { ++counts[worktree::name_of(difference.state)]; });
    if (!counts.empty()) out.push_back(changed(one.path, counts));
  }
  return out;
}

}  // namespace mlops::commands
