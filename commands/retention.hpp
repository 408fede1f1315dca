#pragma once
/// Contents that need not be kept: by `keep:` of mlops.yaml, and what can be made again.

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

/// Versions of sources, but for those that are spared above, whose table is there and a cache. Each that does
/// not wait for removal already is made again to see that it comes out as it was, unless this is a rehearsal.
std::vector<dataset::Version> spare_caches(cli::Invocation& invocation, project::Project& project);

}  // namespace mlops::commands
