#pragma once
/// The views that the models of a training take, with the tables that they are made from.

#include "train_request.hpp"

namespace mlops::commands {

/// Adds to `request` the views of its candidates; tables of `data:` behind them are brought up to date.
/// Throws Error: usage (one prefix for different things, a table without a time, a key that is known only
/// afterwards), not_found.
void add_views(const TrainArgs& args, cli::Invocation& invocation, release::TrainRequest& request);

/// The rows to be answered have no outcome yet, so it can be no key: Error(usage).
void require_known_keys(const score::ViewUse& view, const manifest::TableSpec& trained);

}  // namespace mlops::commands
