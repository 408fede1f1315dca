#pragma once
/// The newest version of each model, as far as its records and references can be read.

#include <mlops/base/error.hpp>
#include <mlops/model/registry.hpp>

#include <map>
#include <string>
#include <vector>

namespace mlops::commands {

struct NewestModels {
  std::vector<model::Version> versions = {};  ///< By name.
  std::map<std::string, Error> damaged = {};  ///< By name: what keeps the others from being read.
};

NewestModels newest_models(store::Store& store);

}  // namespace mlops::commands
