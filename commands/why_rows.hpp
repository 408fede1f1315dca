#pragma once
/// What reasons look like on screen.

#include "ui/row.hpp"

#include <mlops/model/registry.hpp>
#include <mlops/release/judgement.hpp>

namespace mlops::commands {

/// Why a version was accepted or rejected; without a judgement, why it was picked.
ui::Row why_model_row(const model::Version& version, const release::Judgement* judgement);
/// The same for people: a metric of each, and the slices in a table each, the worst first.
ui::Row why_model_for_people(const model::Version& version, const release::Judgement* judgement);

/// Why a table or a release would be made again, as the plan of it has it (mlops.step/1).
ui::Row why_target_row(const ui::Row& planned);

}  // namespace mlops::commands
