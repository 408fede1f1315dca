#pragma once
/// Inputs at http and https become files; what the server says is as it was is not fetched again.

#include <mlops/dataset/ingest.hpp>

#include <optional>
#include <vector>

#include "src/input.hpp"

namespace mlops::dataset {

/// What is known of an earlier read.
struct Known {
  json::Object seen = {};  ///< Version::origin.seen, or what the lock has of it.
  std::optional<store::Tree> files =
      {};  ///< The bytes, where the store has them; their paths are names of inputs.
  bool untouched_is_enough = false;  ///< Nothing else is needed if all is as it was, not even its bytes.
  bool dropped = false;              ///< The bytes were not kept: there are no `files` and need be none.
};

struct Gathered {
  std::vector<InputFile> inputs;
  std::vector<TemporaryFile> made = {};  ///< What they need to live.
  json::Object seen = {};
  bool unchanged = false;  ///< All of it is as it was: `inputs` may lack their bytes.
  std::vector<std::string> warnings = {};
};

/// Throws as http::download() does.
Gathered fetch(store::Objects& objects, Workshop& shop, std::vector<InputFile> inputs, const Known& known);

}  // namespace mlops::dataset
