#pragma once
/// What reasons look like on screen.

#include "ui/row.hpp"
#include "up_to_date.hpp"

#include <mlops/model/registry.hpp>
#include <mlops/release/judgement.hpp>

namespace mlops::commands {

/// Why a version was accepted or rejected; without a judgement, why it was picked.
ui::Row why_model_row(const model::Version& version, const release::Judgement* judgement);
/// The same for people: a metric of each, and the slices in a table each, the worst first.
ui::Row why_model_for_people(const model::Version& version, const release::Judgement* judgement);

/// Why a table would be made again; of a plan.
ui::Row why_table_row(const Step& step);

/// Of a release, as the plan of it has it (mlops.step/1).
ui::Row why_release_row(const ui::Row& planned);

}  // namespace mlops::commands
