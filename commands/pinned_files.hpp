#pragma once
/// From the words of `mlops data add` and its siblings to the paths of added files.

#include <mlops/project/project.hpp>
#include <mlops/worktree/worktree.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace mlops::commands {

/// Relative to the project's root. Throws Error: usage (outside of the project, the project itself, a part of
/// what was added already or around it, a link), not_found.
std::vector<std::string> paths_to_add(project::Project& project, const std::vector<std::string>& words);

/// The paths that mlops.lock pins.
std::vector<std::string> added_paths(project::Project& project);

/// The path, from the project's root, can be added beside these others; whether it is there is not asked.
/// Throws Error(usage) as paths_to_add().
void require_place(project::Project& project, const std::string& path,
                   const std::vector<std::string>& others);

/// The path of what `mlops data add` made versions of, by a word as pinned_files() takes it; empty: of none.
std::string find_added(project::Project& project, const std::string& word);

struct Pinned {
  std::string path;
  worktree::Pin pin;
  bool chosen = false;      ///< By its version, not by mlops.lock.
  std::int64_t number = 0;  ///< Of a chosen one.
};

/// What mlops.lock pins, all of it without words. A word is a path or an address (`files/images`), of a
/// version when `@v2` follows. Throws Error: not_found, usage.
std::vector<Pinned> pinned_files(project::Project& project, const std::vector<std::string>& words);

}  // namespace mlops::commands
