#pragma once
/// What commands that know no project still say about one.

#include "cli/application.hpp"
#include "ui/row.hpp"

#include <vector>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// Names for completion.
std::vector<cli::Candidate> project_offers(cli::Offer offer);

/// Rows for `mlops doctor`; empty where there is no project.
std::vector<ui::Row> project_report(cli::Invocation& invocation);

}  // namespace mlops::commands
