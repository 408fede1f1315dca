/// `mlops features plan` and `mlops features apply`: the views of mlops.yaml, compiled and recorded.
#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "features.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/feature/sets.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>
#include <map>

namespace mlops::commands {
namespace {

enum class Tense { would, done };

const char* action_of(feature::Step::Kind kind, Tense tense) {
  switch (kind) {
    case feature::Step::Kind::create:
      return tense == Tense::would ? "would create" : "created";
    case feature::Step::Kind::change:
      return tense == Tense::would ? "would change" : "changed";
    case feature::Step::Kind::none:
      return "none";
    case feature::Step::Kind::gone:
      return "gone";
  }
  return "none";
}

/// The newest version there is; of what would be made, the number that it would have.
std::int64_t number_of(const feature::Step& step, Tense tense) {
  const std::int64_t newest = step.version ? step.version->number : 0;
  const bool more = step.kind == feature::Step::Kind::create || step.kind == feature::Step::Kind::change;
  return newest + (more && tense == Tense::would ? 1 : 0);
}

/// One for each difference; one for a view without any.
std::vector<ui::Row> step_rows(const std::vector<feature::Step>& steps, Tense tense) {
  std::vector<ui::Row> rows;
  const auto value = [](const std::string& text) { return text.empty() ? json::Value() : json::Value(text); };
  for (const feature::Step& step : steps) {
    std::vector<feature::Change> changes = step.changes;
    if (changes.empty()) changes.emplace_back();
    for (const feature::Change& change : changes) {
      rows.push_back({{"name", step.name},
                      {"action", action_of(step.kind, tense)},
                      {"version", number_of(step, tense)},
                      {"what", value(change.what)},
                      {"before", value(change.before)},
                      {"after", value(change.after)}});
    }
  }
  return rows;
}

/// All views of the file, compiled against what there is of their tables.
std::vector<feature::View> compiled_views(cli::Invocation& invocation) {
  std::vector<score::ViewUse> uses;
  std::map<std::string, dataset::Version> versions;
  const manifest::Manifest& manifest = invocation.project().manifest();
  for (const manifest::FeatureSpec& view : manifest.features) {
    const auto known = versions.find(view.from);
    if (known == versions.end()) uses.push_back(known_use({.use = view.name}, invocation));
    else
      uses.push_back({.use = {.use = view.name},
                      .view = view,
                      .table = *manifest.find_table(view.from),
                      .version = known->second});
    versions.insert_or_assign(view.from, uses.back().version);
  }
  return uses.empty() ? std::vector<feature::View>() : score::compile_views(enrich_place(invocation), uses);
}

/// Of a project without a store yet nothing can have been applied.
std::vector<feature::Step> planned(cli::Invocation& invocation) {
  const auto views = compiled_views(invocation);
  if (!invocation.project().has_store()) return {};
  return feature::plan(invocation.project().store(), views);
}

void say_where_views_are(cli::Invocation& invocation, const std::vector<feature::Step>& steps) {
  if (steps.empty()) invocation.note("mlops.yaml has no `features:`");
}

void plan_views(cli::Invocation& invocation) {
  const auto steps = planned(invocation);
  say_where_views_are(invocation, steps);
  invocation.rows("mlops.view-step/1", step_rows(steps, Tense::would));
  const bool work = std::any_of(steps.begin(), steps.end(), [](const feature::Step& step) {
    return step.kind == feature::Step::Kind::create || step.kind == feature::Step::Kind::change;
  });
  if (work) invocation.next("mlops features apply");
}

void apply_views(cli::Invocation& invocation) {
  if (invocation.dry_run()) return plan_views(invocation);
  const auto views = compiled_views(invocation);
  std::vector<feature::Step> steps;
  if (invocation.project().has_store())
    steps =
        feature::apply(invocation.project().store(), views, invocation.clock().now(), user_of(invocation));
  say_where_views_are(invocation, steps);
  invocation.rows("mlops.view-step/1", step_rows(steps, Tense::done));
}

std::vector<cli::Exit> view_exits() {
  return {{Code::usage, "a view cannot be used, or looks into the future: each fault is shown at its place"},
          {Code::not_found, "a table that a view is made from was never made"}};
}

}  // namespace

cli::Command features_plan() {
  return {.name = "plan",
          .summary = "compile the views of mlops.yaml and say what `features apply` would do",
          .examples = {{"mlops features plan", "Show what is new or changed, each difference on a line"}},
          .exits = view_exits(),
          .see_also = {"mlops-features-apply(1)", "mlops.yaml(5)"},
          .run = plan_views};
}

cli::Command features_apply() {
  return {.name = "apply",
          .summary = "record views of mlops.yaml that are new or changed as versions",
          .examples = {{"mlops features apply", "Record what is new or changed"},
                       {"mlops features apply -n", "Only say what would be recorded"}},
          .exits = view_exits(),
          .see_also = {"mlops-features-plan(1)", "mlops-features-show(1)", "mlops.yaml(5)"},
          .dry_run = true,
          .run = apply_views};
}

}  // namespace mlops::commands
