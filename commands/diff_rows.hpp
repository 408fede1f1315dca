#pragma once
/// Differences as rows, for programs and for people.

#include "diff_subject.hpp"
#include "ui/row.hpp"

#include <mlops/dataset/diff.hpp>
#include <mlops/worktree/diff.hpp>

#include <string>

namespace mlops::commands {

/// mlops.table-diff/1
ui::Row diff_row(const dataset::TableDiff& diff, const dataset::TableDiffRequest& request,
                 const std::string& before, const std::string& after);

/// mlops.files-diff/1; `from` is what a renamed file was called, else empty.
ui::Row diff_row(const worktree::Change& change, const std::string& path, const std::string& from);
/// The same of the work tree, where less is known.
ui::Row diff_row(const worktree::Difference& difference, const std::string& path, const std::string& from);

/// mlops.file-diff/1
ui::Row diff_row(const worktree::ContentDiff& diff, const DiffSubject& before, const DiffSubject& after);

}  // namespace mlops::commands
