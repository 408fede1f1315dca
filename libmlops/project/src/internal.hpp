#pragma once
/// Paths of a project.

#include <filesystem>
#include <string>

namespace mlops::project {

/// The folder `start` without links, `.` and `..`. Throws Error: not_found, failed.
std::filesystem::path real_folder(const std::filesystem::path& start);

/// A name for the project in the folder `root`: the folder's, where a project file can hold it.
std::string name_of(const std::filesystem::path& root);

/// See Project::relative().
std::string relative_to(const std::filesystem::path& root, const std::filesystem::path& path);

}  // namespace mlops::project
