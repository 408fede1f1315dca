#pragma once
/// What git remembers of a DVC project: its outs at each commit of the current branch.

#include <mlops/base/cancel.hpp>
#include <mlops/base/clock.hpp>
#include <mlops/dvc/config.hpp>
#include <mlops/dvc/project.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace mlops::dvc {

/// A commit that gave outs other contents than the commit before.
struct Moment {
  std::string commit = {};
  Time time = {};
  std::string who = {};            ///< Its author.
  std::vector<Out> outs = {};      ///< Those that are new or other ones, sorted by path.
  std::vector<Error> faults = {};  ///< Of files that could not be read.
};

/// Tells each of them, the oldest first, along the first parents of merges. Throws Error: not_found (no git,
/// no commit), failed.
void each_moment(const std::filesystem::path& root, const Environment& environment, const Cancel* cancel,
                 const std::function<void(const Moment& moment)>& visit);

}  // namespace mlops::dvc
