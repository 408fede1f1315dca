#pragma once
/// What a judged version looks like on screen.

#include "ui/row.hpp"

#include <mlops/evaluate/slices.hpp>
#include <mlops/release/evaluate_version.hpp>

namespace mlops::commands {

/// "auc": {"value", "low", "high", ...}
json::Object metrics_of(const evaluate::Slice& slice);

/// Everything, for programs; `people`: tables for people at its end, and their sources hidden.
ui::Row evaluation_row(const release::VersionQuestion& question, const release::VersionEvaluation& evaluation,
                       bool people);

}  // namespace mlops::commands
