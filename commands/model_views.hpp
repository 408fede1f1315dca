#pragma once
/// Views that models were trained on, looked up in the project's tables of today.

#include <mlops/dataset/version.hpp>
#include <mlops/feature/join.hpp>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// The version of a view's table that is current here, as it is: what is made from sources may lag behind
/// them, which would be features without the newest events and is told of. Throws Error(not_found).
dataset::Version table_of_view(const feature::View& view, cli::Invocation& invocation);

/// The events of a model's view, from the version of its table that is current here: nothing is made or
/// ingested for it, and a table that is out of date is told of. Throws Error: not_found (no such table, or
/// never made), negative (it was refused), conflict (it is another one than at training).
feature::History model_history(const feature::View& view, cli::Invocation& invocation);

}  // namespace mlops::commands
