#pragma once
/// What `mlops data diff` compares: from the words to two tables, or two versions of files.

#include "pinned_files.hpp"

#include <mlops/dataset/version.hpp>
#include <mlops/project/project.hpp>
#include <mlops/worktree/worktree.hpp>

#include <optional>
#include <string>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// A version of a dataset, or of files; one of the two.
struct DiffSubject {
  std::string name;  ///< "sources/churn@v2", "images@v2", or the digest that was given.
  std::optional<dataset::Version> table = {};
  std::optional<worktree::Pin> pin = {};
  std::string path = {};    ///< Of files; empty when a digest named them.
  std::int64_t number = 0;  ///< Of the files' version; 0: none that is known here.
};

/// A dataset or an added path, at a version, or what a digest names: a record, the tree of a folder, the
/// content of a file. Without a version a path is what mlops.lock pins. Throws Error: not_found (near
/// misses), usage.
DiffSubject diff_subject(cli::Invocation& invocation, const std::string& word);

/// The version before. Throws Error(not_found): it is the first one, or none that is known here.
DiffSubject diff_predecessor(cli::Invocation& invocation, const DiffSubject& subject);

/// Throws Error(usage) unless both are datasets, both folders or both files.
void check_comparable(const DiffSubject& before, const DiffSubject& after);

}  // namespace mlops::commands
