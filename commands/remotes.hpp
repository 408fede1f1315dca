#pragma once
/// What the commands that talk to remotes share.

#include "cli/command.hpp"
#include "ui/output.hpp"

#include <mlops/base/digest.hpp>
#include <mlops/manifest/remotes.hpp>
#include <mlops/project/project.hpp>
#include <mlops/remote/address.hpp>
#include <mlops/remote/remote.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// The remote of that name; without one "origin", or the only one there is. Throws Error: not_found (near
/// misses; there is none at all), usage (which one is not said).
manifest::RemoteSpec remote_named(project::Project& project, const std::optional<std::string>& name);

/// Where it is.
remote::Address remote_address(const manifest::RemoteSpec& spec);

/// The entry of mlops.yaml that is meant where none is named; null where that is not clear.
const manifest::RemoteSpec* usual_remote(project::Project& project);

/// What `clone` and `remote add` are told of where an object store is.
void add_place_options(std::vector<cli::Option>& options, manifest::RemoteSpec& spec);

/// Its space. A relative path is relative to `folder`.
std::unique_ptr<remote::Space> space_of(cli::Invocation& invocation, const manifest::RemoteSpec& spec,
                                        const std::filesystem::path& folder);

/// The remote of the project's store. The store is made if need be.
std::unique_ptr<remote::Remote> open_remote(cli::Invocation& invocation, project::Project& project,
                                            const manifest::RemoteSpec& spec, bool rehearsal = false);

/// A name that moved, or did not: "sources/churn", the version here and there, what became of it.
ui::Row standing_row(const remote::Standing& standing, const std::string& state);

/// What work in the project needs: what mlops.lock pins, and the newest version of each table, view and
/// model.
std::vector<Digest> needed(project::Project& project);

/// What an address, an added path or a whole digest stands for. Throws as named() does.
std::vector<Digest> roots_of(project::Project& project, const std::string& address);

/// Whether the folder lies in a git work tree, which then brings the project's files.
bool in_git(const std::filesystem::path& folder);

}  // namespace mlops::commands
