#pragma once
/// Objects of the store as inputs of a program, which may have the right to destroy them.

#include "folder.hpp"

#include <mlops/fs/file.hpp>
#include <mlops/run/track.hpp>

#include <string>
#include <utility>
#include <vector>

namespace mlops::run {

class Lent {
 public:
  /// Puts a copy of the object into the run's folder; where it is too dear, or there is no room, a link.
  void give(const Task& task, const TaskInput& input, const Folder& folder);

  /// What the program did to those that it was given as they are, one line each.
  std::vector<std::string> damage(store::Store& store) const;

 private:
  std::vector<std::pair<TaskInput, fs::Stamp>> lent_ = {};
};

}  // namespace mlops::run
