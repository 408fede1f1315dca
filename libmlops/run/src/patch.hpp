#pragma once
/// What is in a work tree and not in its commit, as a patch that `git apply` takes on a clean checkout.

#include "git.hpp"

#include <mlops/store/objects.hpp>

namespace mlops::run {

/// Sets patch, patch_bytes and too_large of `code`, whose commit is known or empty. `git` stands in the top
/// folder of the work tree. What could not be done is returned, a line each.
std::vector<std::string> add_patch(store::Objects& objects, Git git, const std::filesystem::path& top,
                                   Code& code);

}  // namespace mlops::run
