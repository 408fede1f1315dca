#pragma once
/// The program as the command line sees it: the tree, and what comes from outside the process. Made once in
/// apps/.

#include "command.hpp"

#include <mlops/base/engines.hpp>
#include <mlops/config/settings.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace mlops::cli {

/// One word that completion offers.
struct Candidate {
  std::string word;
  std::string doc = {};
};

struct Application {
  Command root;
  config::Environment environment = {};
  std::filesystem::path executable = {};  ///< Empty: it cannot be told.
  std::vector<std::filesystem::path> engine_folders = {};
  /// Makes one more folder of engines when none of those has what is wanted.
  Engines::Last carried_engines = {};
  /// What the project in the current folder offers; whatever it throws, completion keeps silent.
  std::function<std::vector<Candidate>(Offer offer)> offers = {};
};

}  // namespace mlops::cli
