/// The version of a table that others are made from.
#include "cli/invocation.hpp"
#include "parameters.hpp"
#include "up_to_date.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/project/project.hpp>

namespace mlops::commands {

void require_made(cli::Invocation& invocation, const std::string& address) {
  const manifest::Manifest& manifest = invocation.project().manifest();
  const manifest::TableSpec* table = manifest.find_table(address);
  if (table == nullptr || manifest.find_data(table->name) != table) return;
  throw error(Code::not_found, "the table '{}' was never made", address)
      .with_id("data.not_found")
      .with_hint("`mlops run data/{}` makes it", table->name);
}

namespace {

Error never_made(const std::string& address) {
  return error(Code::not_found, "{} was never made", address)
      .with_id("data.not_found")
      .with_hint("`mlops run {}` makes it", address);
}

dataset::Version planned_version(const std::string& address, cli::Invocation& invocation) {
  const json::Object params = project_parameters({}, invocation.project().manifest());
  const Step step = bring_up_to_date({address}, params, Change::plan, invocation).back();
  if (!step.version) throw never_made(step.address);
  if (!step.fresh)
    invocation.note(fmt::format("{} is out of date ({}); `mlops run {}` makes it anew", step.address,
                                step.why, step.address));
  return *step.version;
}

}  // namespace

dataset::Version current_version(const std::string& address, const std::vector<std::string>& parameters,
                                 cli::Invocation& invocation, Change change) {
  const manifest::Manifest& manifest = invocation.project().manifest();
  const manifest::TableSpec* table = manifest.find_table(address);
  const bool made = table != nullptr && manifest.find_data(table->name) == table;
  if (!made) return dataset::resolve(invocation.project().store(), address);
  const bool dry = invocation.dry_run() || change == Change::plan;
  const auto steps = bring_up_to_date({address}, project_parameters(parameters, manifest),
                                      dry ? Change::plan : Change::make, invocation);
  for (const Step& step : steps) {
    if (step.fresh) continue;
    invocation.note(fmt::format("{} {}: {}", step.address, dry ? "is out of date" : "is new", step.why));
  }
  if (steps.back().version) return *steps.back().version;
  throw never_made(steps.back().address);
}

dataset::Version known_version(const std::string& address, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  const manifest::TableSpec* table = project.manifest().find_table(address);
  if (table != nullptr && project.manifest().find_data(table->name) == table)
    return planned_version(address, invocation);
  const std::string name = address.substr(address.find('/') + 1);
  if (table != nullptr && (!project.has_store() || !project.store().references().find({"sources", name}))) {
    throw error(Code::not_found, "the source '{}' was never ingested", name)
        .with_id("data.not_found")
        .with_hint("`mlops ingest {}` reads it", name);
  }
  return dataset::resolve(project.store(), address);
}

}  // namespace mlops::commands
