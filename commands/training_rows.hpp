#pragma once
/// What a training looks like on screen.

#include "ui/row.hpp"

#include <mlops/release/train.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mlops::commands {

/// What was decided before anything is trained, a line each: label, features, columns left out, split.
std::vector<std::string> plan_notes(const release::TrainRequest& request, const release::Prepared& prepared);

/// What would be done.
ui::Row planned_row(const release::TrainRequest& request, const release::Prepared& prepared);

/// What was done; the candidates are not shown to people.
ui::Row training_row(const release::TrainRequest& request, const release::Prepared& prepared,
                     const release::TrainReport& report);

/// The candidates as a table for people: those that would be trained, and those that were.
ui::Cell planned_for_people(const release::Prepared& prepared);
ui::Cell candidates_for_people(const release::TrainReport& report);

/// The gates as a table for people; without a report those that would judge.
ui::Cell gates_for_people(const release::TrainRequest& request,
                          const std::optional<release::TrainReport>& report);

}  // namespace mlops::commands
