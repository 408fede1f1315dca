#pragma once
/// Projects whose files are in git: their objects are in a remote that `mlops.yaml` names.

#include <mlops/base/cancel.hpp>

#include <filesystem>
#include <map>
#include <string>

namespace mlops::remote {

/// `git clone`, which talks to the terminal itself. Throws Error: not_found (git is not installed), failed
/// (what git says it says itself), interrupted.
void clone_git(const std::string& url, const std::filesystem::path& folder,
               const std::map<std::string, std::string>& environment, const Cancel* cancel);

}  // namespace mlops::remote
