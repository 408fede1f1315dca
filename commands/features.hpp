#pragma once
/// Views on screen, and what the commands about them share.

#include "cli/command.hpp"
#include "ui/row.hpp"

#include <mlops/manifest/features.hpp>
#include <mlops/score/enrich.hpp>

#include <string>
#include <vector>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

cli::Command features_plan();
cli::Command features_apply();
cli::Command features_join();
cli::Command features_materialize();
cli::Command features_push();
cli::Command features_get();
cli::Command features_serve();

/// Answers with everything about the view of that address. Throws as feature::resolve() does.
void show_view(const std::string& address, cli::Invocation& invocation);

/// The entry of mlops.yaml. Throws Error(not_found), with near misses.
const manifest::FeatureSpec& declared_view(const std::string& name, cli::Invocation& invocation);

/// `use` with the newest version of the table that its view is made from; nothing is brought up to date.
/// Throws Error(not_found) for a table that was never made.
score::ViewUse known_use(const manifest::FeatureUse& use, cli::Invocation& invocation);

/// Where views are compiled and joined.
score::EnrichPlace enrich_place(cli::Invocation& invocation);

}  // namespace mlops::commands
