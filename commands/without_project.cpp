/// Stands in for project_parts.cpp in a build without the project module: settings from the environment
/// alone.
#include "cli/invocation.hpp"
#include "project_parts.hpp"

namespace mlops::commands {

config::Settings load_settings(const config::Environment& environment) {
  const auto value = [&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  config::Settings settings;
  settings.progress = value("MLOPS_NO_PROGRESS").empty();
  settings.pager = "less -FRX";
  for (const char* name : {"PAGER", "MLOPS_PAGER"}) {
    if (environment.count(name) > 0) settings.pager = value(name);
  }
  return settings;
}

std::vector<cli::Candidate> project_offers(cli::Offer) { return {}; }

std::vector<ui::Row> project_report(cli::Invocation&) { return {}; }

}  // namespace mlops::commands
