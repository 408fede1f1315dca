/// `mlops why`: the reasons behind what there is.
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "model_as_of.hpp"
#include "newest_models.hpp"
#include "targets.hpp"
#include "why_rows.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/project/project.hpp>
#include <mlops/release/judgement.hpp>

#include <algorithm>
#include <array>

namespace mlops::commands {
namespace {

struct WhyArgs {
  std::string address;
};

constexpr std::string_view of_judgements = "judgements/";
constexpr std::array<std::string_view, 3> of_models = {"models/", "models:/", "model/"};
constexpr std::array<std::string_view, 2> of_tables = {"data/", "sources/"};
constexpr std::string_view of_releases = "release/";
constexpr std::array<std::string_view, 7> of_others = {"features/", "run/",    "runs:/", "monitor/",
                                                       "watches/",  "sha256:", "@"};

bool begins_with_any(const std::string& text, const auto& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return text.starts_with(prefix); });
}

Error unanswered(const std::string& address) {
  for (const std::string_view monitor : {"monitor/", "watches/"}) {
    if (address.starts_with(monitor))
      return error(Code::usage, "`why` does not answer for '{}'", address)
          .with_hint("`mlops monitor report {}` says it of its windows", address.substr(monitor.size()));
  }
  return error(Code::usage, "`why` does not answer for '{}'", address)
      .with_hint(
          "it answers for models, such as models/churn@v2, for tables, such as data/training, and for "
          "releases, such as release/churn");
}

/// Tables, releases and models as they are asked about.
std::vector<std::string> known_addresses(project::Project& project) {
  const manifest::Manifest& manifest = project.manifest();
  std::vector<std::string> out;
  for (const manifest::TableSpec* table : manifest.tables()) out.push_back(manifest.address_of(*table));
  for (const manifest::ReleaseSpec& one : manifest.releases) out.push_back("release/" + one.name);
  if (!project.has_store()) return out;
  for (const model::Version& one : newest_models(project.store()).versions)
    out.push_back("models/" + one.name);
  return out;
}

/// A section that there is not, or of which nothing can be asked.
Error unknown_address(const std::string& address, project::Project& project) {
  const std::vector<std::string> known = known_addresses(project);
  auto near = near_misses(address, known);
  const std::string name = address.substr(address.find('/') + 1);
  for (const std::string& one : known) {
    if (near.empty() && one.substr(one.find('/') + 1) == name) near = {one};
  }
  if (near.empty()) return unanswered(address);
  return error(Code::usage, "`why` does not answer for '{}'", address)
      .with_hint("it answers for {}", one_of(near));
}

void why_model(std::string address, cli::Invocation& invocation) {
  if (address.starts_with("model/")) address.insert(5, "s");
  store::Store& store = invocation.project().store();
  const model::Version version = model_as_of(invocation, address);
  const auto judgement = release::find_judgement(store, version.name, version.number);
  const bool people = invocation.format() == ui::Format::human;
  const release::Judgement* found = judgement ? &*judgement : nullptr;
  invocation.record("mlops.why/1",
                    people ? why_model_for_people(version, found) : why_model_row(version, found));
  const bool answers = std::find(version.aliases.begin(), version.aliases.end(), release::champion_name) !=
                       version.aliases.end();
  if (judgement && judgement->rejects() && !answers)
    invocation.next(fmt::format("mlops model promote {} --force", version.address()));
}

/// Of a table without its version: what is asked is whether the newest one would be made again.
std::string table_of(const std::string& address, const manifest::Manifest& manifest) {
  if (manifest.find_table(address) != nullptr) return address;
  const std::string name = address.substr(0, address.rfind('@'));
  if (manifest.find_table(name) != nullptr) return name;
  return "";
}

/// What `run` would do with a table or a release.
void why_target(const std::string& target, cli::Invocation& invocation) {
  const TargetsReport plan = bring_targets({.targets = {target}}, Change::plan, invocation);
  invocation.record("mlops.why/1", why_target_row(plan.rows.back()));
}

void why_table(const std::string& address, cli::Invocation& invocation) {
  const std::string table = table_of(address, invocation.project().manifest());
  why_target(table.empty() ? address : table, invocation);
}

void why(const WhyArgs& args, cli::Invocation& invocation) {
  const std::string& address = args.address;
  if (address.starts_with(of_judgements))
    return why_model("models/" + address.substr(of_judgements.size()), invocation);
  if (begins_with_any(address, of_models)) return why_model(address, invocation);
  if (begins_with_any(address, of_tables)) return why_table(address, invocation);
  if (address.starts_with(of_releases)) return why_target(address, invocation);
  if (begins_with_any(address, of_others)) throw unanswered(address);
  project::Project& project = invocation.project();
  const std::string name = address.substr(0, address.find('@'));
  const bool table = !table_of(address, project.manifest()).empty();
  const bool model = project.has_store() && project.store().references().find({"models", name}).has_value();
  // Of a table there is no version to ask for.
  const bool has_version = address != name && project.manifest().find_table(address) == nullptr;
  if (model && has_version) return why_model(address, invocation);
  if (table && model)
    throw error(Code::usage, "'{}' is a table and a model", name)
        .with_id("address.ambiguous")
        .with_hint("write `{}` or `models/{}`",
                   project.manifest().address_of(*project.manifest().find_table(name)), address);
  if (table) return why_table(address, invocation);
  if (project.manifest().find_feature(name) != nullptr) throw unanswered(address);
  if (!model && name.find('/') != std::string::npos) throw unknown_address(address, project);
  why_model(address, invocation);
}

}  // namespace

cli::Command why() {
  const auto args = std::make_shared<WhyArgs>();
  return {
      .name = "why",
      .summary = "say why a model was accepted or rejected, or why a table or a release would be made again",
      .options = {{"address", "ADDRESS",
                   "a version of a model, such as models/churn@v2, a table, such as data/training, or a "
                   "release, such as release/churn",
                   &args->address, cli::Offer::address, true}},
      .examples = {{"mlops why models/churn@v2", "Show what the second version was judged by"},
                   {"mlops why sources/churn", "Say whether the source would be read again, and why"}},
      .exits = {{Code::not_found, "there is no such model or table"}},
      .see_also = {"mlops-run(1)", "mlops-train-run(1)", "mlops-plan(1)", "mlops-model-promote(1)"},
      .run = [args](cli::Invocation& invocation) { why(*args, invocation); }};
}

}  // namespace mlops::commands
