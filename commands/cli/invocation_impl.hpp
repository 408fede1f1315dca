#pragma once
/// The parts of an Invocation; those of the project live in a file of their own.

#include "invocation.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>

namespace mlops::cli {

struct Invocation::Impl {
  const Application& application;
  const std::vector<std::string>& args;
  const Globals& globals;
  Cancel& cancel;
  std::unique_ptr<Clock> clock;
  std::optional<config::Settings> settings = {};
  std::optional<ui::Output> output = {};
  std::unique_ptr<Engines> engines = {};
  int exit_status = 0;
  bool reads_input = false;
  std::vector<std::string> answers = {};  ///< Words that questions were answered with.
  std::set<std::string> noted = {};       ///< What note_once() said.
  /// Deleted by the file that knows the class.
  std::unique_ptr<project::Project, std::function<void(project::Project*)>> project = {};
};

}  // namespace mlops::cli
