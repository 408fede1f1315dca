#pragma once
/// What `mlops train run` asks a person who left it open.

#include "ui/prompt.hpp"

#include <mlops/dataset/version.hpp>

#include <string>
#include <vector>

namespace mlops::commands {

/// Every column with its type, those first that look like something to predict.
ui::Question label_question(const dataset::Version& data);

/// Each dataset with its rows.
ui::Question data_question(const std::vector<dataset::Version>& versions);

}  // namespace mlops::commands
