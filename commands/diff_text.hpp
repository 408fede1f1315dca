#pragma once
/// Differences as people read them at a terminal. Pure.

#include "ui/terminal.hpp"

#include <mlops/dataset/diff.hpp>
#include <mlops/worktree/diff.hpp>

#include <string>

namespace mlops::commands {

/// Columns, counts, columns that changed most, and the rows that were told.
std::string text_of(const dataset::TableDiff& diff, const std::string& before, const std::string& after,
                    const ui::Stream& stream);

/// Lines as `diff -u` has them.
std::string text_of(const worktree::ContentDiff& diff, const std::string& before, const std::string& after,
                    const ui::Stream& stream);

}  // namespace mlops::commands
