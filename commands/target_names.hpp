#pragma once
/// What the words behind `run` and `plan` name.

#include "targets.hpp"

#include <mlops/manifest/manifest.hpp>

#include <string>
#include <vector>

namespace mlops::project {
class Project;
}

namespace mlops::commands {

/// Each thing once, in the order in which it was named.
struct Targets {
  std::vector<std::string> tables = {};  ///< Names or addresses, unknown ones among them.
  std::vector<manifest::ReleaseSpec> releases = {};
  std::vector<std::string> monitors = {};  ///< Names of models.
};

/// Without words everything of `data:` and `release:`; `data`, `release`, `sources` and `monitor` are all of
/// their section unless a table or a release has that name. Throws Error: usage (there is nothing of that
/// kind, `then` without a release), not_found (no such release or monitor).
Targets targets_of(const TargetArgs& args, project::Project& project);

/// The table that the release is trained on, which must be said for all of its models together. Throws
/// Error(usage).
std::string data_of(const manifest::ReleaseSpec& release, const manifest::Manifest& manifest);

/// The data of the release, and the tables of the views that its models take, put behind those that are
/// there.
void add_tables_of(const manifest::ReleaseSpec& release, const manifest::Manifest& manifest,
                   std::vector<std::string>& tables);

}  // namespace mlops::commands
