/// `mlops check`: what mlops.yaml asserts of data, judged.
#include "checking.hpp"
#include "cli/invocation.hpp"
#include "commands.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/project/project.hpp>

#include <optional>
#include <string_view>

namespace mlops::commands {
namespace {

struct CheckArgs {
  std::vector<std::string> targets;
};

bool has_version(project::Project& project, const std::string& address) {
  const std::size_t slash = address.find('/');
  return project.has_store() &&
         project.store().references().find({address.substr(0, slash), address.substr(slash + 1)}).has_value();
}

/// The newest version of the table that the view is made from.
std::optional<ToCheck> of_view(project::Project& project, const manifest::FeatureSpec& view) {
  const manifest::TableSpec& table = *project.manifest().find_table(view.from);
  const std::string address = project.manifest().address_of(table);
  if (!has_version(project, address)) return std::nullopt;
  return ToCheck{dataset::resolve(project.store(), address), &table, &view};
}

/// "features/airport", or the name alone where no table has it.
const manifest::FeatureSpec* named_view(const manifest::Manifest& manifest, const std::string& target) {
  constexpr std::string_view section = "features/";
  if (target.starts_with(section)) return manifest.find_feature(target.substr(section.size()));
  return manifest.find_table(target) == nullptr ? manifest.find_feature(target) : nullptr;
}

/// A version by its address; that of a table without one is not found.
ToCheck asked(project::Project& project, const std::string& address) {
  const manifest::Manifest& manifest = project.manifest();
  if (const manifest::FeatureSpec* view = named_view(manifest, address)) {
    if (auto found = of_view(project, *view)) return *std::move(found);
    throw error(Code::not_found, "'{}', which '{}' is made from, has no version", view->from, view->name)
        .with_id("data.not_found");
  }
  const manifest::TableSpec* table = manifest.find_table(address);
  const bool empty = table != nullptr && !project.has_store();
  if (empty) throw error(Code::not_found, "'{}' has no version", address).with_id("data.not_found");
  ToCheck out{.version = dataset::resolve(project.store(), address)};
  out.table = manifest.find_table(out.version.address());
  return out;
}

/// Everything that mlops.yaml asserts something of and that has a version.
std::vector<ToCheck> everything(project::Project& project, cli::Invocation& invocation) {
  std::vector<ToCheck> out;
  for (const manifest::TableSpec* table : project.manifest().tables()) {
    if (table->expect.empty()) continue;
    const std::string address = project.manifest().address_of(*table);
    if (has_version(project, address)) out.push_back({dataset::resolve(project.store(), address), table});
    else invocation.note(fmt::format("{} has no version yet", address));
  }
  for (const manifest::FeatureSpec& view : project.manifest().features) {
    if (view.expect.empty()) continue;
    if (auto one = of_view(project, view)) out.push_back(*std::move(one));
    else
      invocation.note(
          fmt::format("{}, which features/{} is made from, has no version yet", view.from, view.name));
  }
  return out;
}

/// As output and notes call it.
std::string address_of(const ToCheck& one) {
  return one.view != nullptr ? "features/" + one.view->name : one.version.address();
}

bool is_asserted(const ToCheck& one) {
  return one.view != nullptr ? !one.view->expect.empty() : one.table != nullptr && !one.table->expect.empty();
}

std::vector<ToCheck> versions_of(const CheckArgs& args, project::Project& project,
                                 cli::Invocation& invocation) {
  if (args.targets.empty()) return everything(project, invocation);
  std::vector<ToCheck> out;
  for (const std::string& target : args.targets) {
    ToCheck one = asked(project, target);
    if (is_asserted(one)) out.push_back(std::move(one));
    else invocation.note(fmt::format("mlops.yaml asserts nothing of {}", address_of(one)));
  }
  return out;
}

void check(const CheckArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  const std::vector<ToCheck> versions = versions_of(args, project, invocation);
  if (versions.empty()) {
    if (args.targets.empty())
      invocation.note("mlops.yaml asserts nothing of what is there: see `expect` in mlops.yaml(5)");
    return invocation.rows("mlops.check/1", {});
  }
  const std::vector<dataset::Check> checks = check_versions(invocation, project, versions);
  std::vector<ui::Row> rows;
  for (const dataset::Check& one : checks) {
    for (ui::Row& row : check_rows(one)) rows.push_back(std::move(row));
  }
  invocation.rows("mlops.check/1", rows);
  if (invocation.dry_run())
    invocation.note(fmt::format("{} would be recorded", count_of(checks.size(), "verdict")));
  if (auto fault = refusal(checks)) throw *std::move(fault);
}

}  // namespace

cli::Command check() {
  const auto args = std::make_shared<CheckArgs>();
  return {.name = "check",
          .summary = "judge data by what mlops.yaml asserts of them",
          .options = {{"target", "DATASET",
                       "datasets, versions of them, or views; all that mlops.yaml asserts something of",
                       &args->targets, cli::Offer::dataset}},
          .examples = {{"mlops check", "Judge the newest version of everything"},
                       {"mlops check churn@v1", "Judge the first version of churn"},
                       {"mlops check -n --json", "The same of everything as JSON, and keep nothing"}},
          .exits = {{Code::negative, "an assertion fails that is no warning"},
                    {Code::not_found, "there is no such dataset"}},
          .see_also = {"mlops-ingest(1)", "mlops.yaml(5)"},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) { check(*args, invocation); }};
}

}  // namespace mlops::commands
