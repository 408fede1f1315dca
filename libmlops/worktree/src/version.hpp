#pragma once
/// The records of added paths.

#include <mlops/worktree/worktree.hpp>

#include <optional>
#include <string>

namespace mlops::worktree {

store::ReferenceName reference_of(const std::string& path);

std::optional<Version> newest_of(const store::Store& store, const std::string& path);

json::Object to_record(const Version& version, const std::optional<Digest>& previous);

/// "50,000 files, 409.6 MB"
std::string summary_of(const Pin& pin);

/// "images/a/b" of the added path `images` and its file `a/b`; the path itself of a file that was added.
std::string joined(const std::string& path, const std::string& file);

}  // namespace mlops::worktree
