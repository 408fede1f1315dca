#include "model_views.hpp"

#include "checking.hpp"
#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "parameters.hpp"
#include "up_to_date.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/project/project.hpp>
#include <mlops/score/enrich.hpp>

namespace mlops::commands {
namespace {

dataset::Version resolved(const feature::View& view, const std::string& address,
                          cli::Invocation& invocation) {
  try {
    return dataset::resolve(invocation.project().store(), address);
  } catch (const Error& fault) {
    if (fault.code() != Code::not_found) throw;
    throw error(Code::not_found, "features of '{}' are looked up in '{}', which is not here", view.name,
                view.from)
        .with_id("features.not_here")
        .with_hint("give the features as columns of the input, or bring the table here: `mlops {} {}`",
                   address.starts_with("data/") ? "run" : "ingest",
                   address.starts_with("data/") ? address : view.from);
  }
}

}  // namespace

dataset::Version table_of_view(const feature::View& view, cli::Invocation& invocation) {
  const manifest::Manifest& manifest = invocation.project().manifest();
  const manifest::TableSpec* table = manifest.find_table(view.from);
  if (table == nullptr) return resolved(view, view.from, invocation);
  const std::string address = manifest.address_of(*table);
  dataset::Version version = resolved(view, address, invocation);
  if (manifest.find_data(table->name) != table) return version;
  for (const Step& step :
       bring_up_to_date({address}, project_parameters({}, manifest), Change::plan, invocation)) {
    if (step.fresh || step.address != address) continue;
    invocation.warning(
        fmt::format("features of '{}' are looked up in {}@v{}, which may be out of date: {}; `mlops run {}` "
                    "makes it new",
                    view.name, version.name, version.number, step.why, address));
  }
  return version;
}

feature::History model_history(const feature::View& view, cli::Invocation& invocation) {
  const dataset::Version version = table_of_view(view, invocation);
  mind_refusal(invocation, invocation.project(), version, Asked::by_name);
  invocation.progress().phase("reading " + version.address(), 0, Unit::rows);
  const score::EnrichPlace place{.store = invocation.project().store(),
                                 .engines = invocation.engines(),
                                 .resources = resources_of(invocation),
                                 .cancel = &invocation.cancel()};
  return score::read_history(place, view, version);
}

}  // namespace mlops::commands
