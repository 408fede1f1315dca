#pragma once
/// What `keep:` of mlops.yaml lets go.

#include <mlops/dataset/version.hpp>
#include <mlops/project/project.hpp>

#include <vector>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// Versions whose contents `keep:` lets go, and they are dropped unless this is a rehearsal. Spared are the
/// newest of each dataset, what mlops.lock pins, what was pinned in the store, and what a model learnt from
/// that an alias points at. Throws as store::forget() does.
std::vector<dataset::Version> apply_retention(cli::Invocation& invocation, project::Project& project);

}  // namespace mlops::commands
