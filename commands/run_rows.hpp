#pragma once
/// What a run looks like on screen.

#include "ui/row.hpp"

#include <mlops/run/list.hpp>

#include <string>
#include <vector>

namespace mlops::commands {

/// A run in a list: its params and metrics as flat objects.
ui::Row run_row(const run::Run& run);

/// The same list for people: one column for each of the few metrics and params that tell the runs apart.
std::vector<ui::Row> run_table(const std::vector<run::Run>& runs, const std::string& first_metric);

/// Everything about one run; `details` is what run::details() says.
ui::Row run_record(const run::Run& run, const json::Object& details);

/// "0.4 s", "3 min 20 s", "2 h 5 min".
std::string duration_text(double seconds);

/// "0.9123", "NaN".
std::string number_text(double value);

}  // namespace mlops::commands
