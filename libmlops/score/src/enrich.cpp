#include <mlops/dataset/kept.hpp>
#include <mlops/score/enrich.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/feature/misfits.hpp>
#include <mlops/feature/refit.hpp>
#include <mlops/table/engine.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>

#include "src/version_table.hpp"

namespace mlops::score {
namespace {

feature::Table table_of(const ViewUse& use, const EnrichPlace& place) {
  feature::Table table = table_of_version(place, use.version);
  table.time = use.table.time;
  table.outcome = use.table.outcome;
  table.label = use.table.label;
  return table;
}

class Reading {
 public:
  explicit Reading(const EnrichPlace& place) : place_(place), engine_(engine_of(place)) {}

  const feature::History& history(const ViewUse& use) {
    const auto found = histories_.find(use.view.name);
    if (found != histories_.end()) return found->second;
    const feature::Table table = table_of(use, place_);
    const auto compiled = feature::compile(use.view, table, *engine_);
    if (!compiled.misfits.empty()) throw feature::refusal({{use.view.name, compiled.misfits}}, place_.file);
    const auto events = feature::read_events(compiled.view, table, *engine_);
    return histories_
        .emplace(use.view.name, feature::History(compiled.view, events.columns, place_.resources.threads))
        .first->second;
  }

 private:
  const EnrichPlace& place_;
  std::unique_ptr<table::Engine> engine_;
  std::map<std::string, feature::History> histories_;
};

/// The columns of the rows, one for each key of the view.
std::vector<std::string> key_of(const manifest::FeatureUse& use, const feature::View& view) {
  std::vector<std::string> columns;
  std::vector<std::string> entities;
  for (const feature::Key& key : view.key) {
    const auto other = use.key.find(key.entity);
    columns.push_back(other == use.key.end() ? key.column : other->second);
    entities.push_back(key.entity);
  }
  for (const auto& [entity, column] : use.key) {
    if (std::find(entities.begin(), entities.end(), entity) != entities.end()) continue;
    Error fault = error(Code::usage, "view '{}' has no entity '{}'", view.name, entity);
    throw entities.empty() ? fault : std::move(fault).with_hint("it has {}", one_of(entities));
  }
  return columns;
}

}  // namespace

std::string prefix_of(const manifest::FeatureUse& use) { return use.as.empty() ? use.use : use.as; }

std::vector<feature::View> compile_views(const EnrichPlace& place, std::span<const ViewUse> uses) {
  const auto engine = engine_of(place);
  std::vector<feature::View> views;
  std::vector<feature::Refused> refused;
  for (const ViewUse& use : uses) {
    auto compiled = feature::compile(use.view, table_of(use, place), *engine);
    if (!compiled.misfits.empty()) refused.push_back({use.view.name, std::move(compiled.misfits)});
    views.push_back(std::move(compiled.view));
  }
  if (!refused.empty()) throw feature::refusal(refused, place.file);
  return views;
}

Enriched enrich(const EnrichPlace& place, const Columns& rows, const std::string& time,
                std::span<const ViewUse> uses) {
  if (time.empty())
    throw error(Code::usage, "the rows have no time, and features are values as of a moment")
        .with_hint("name the column that says when a row happened: `time: COLUMN`");
  Reading reading(place);
  Enriched out;
  std::vector<feature::Use> joined;
  for (const ViewUse& use : uses) {
    const feature::History& history = reading.history(use);
    out.views.push_back(history.view());
    out.keys.push_back(key_of(use.use, history.view()));
    joined.push_back({.history = &history,
                      .key = out.keys.back(),
                      .as = use.short_names ? "" : prefix_of(use.use),
                      .columns = use.columns});
  }
  out.join = feature::join(rows, time, joined, {.threads = place.resources.threads, .cancel = place.cancel});
  return out;
}

Columns with_features(const Columns& rows, const Enriched& joined, const std::vector<feature::Fit>& fits) {
  const Columns features = feature::apply(fits, joined.join.columns);
  for (const Field& field : features.fields()) {
    if (!rows.find(field.name)) continue;
    throw error(Code::usage, "the rows have a column '{}', which a feature would add", field.name)
        .with_hint("rename it, or give the use another name: `{{use: ..., as: ...}}`");
  }
  return feature::beside(rows, features);
}

std::unique_ptr<table::Engine> engine_of(const EnrichPlace& place) {
  return table::open(place.engines,
                     {.threads = place.resources.threads, .memory_bytes = place.resources.memory_bytes},
                     place.cancel);
}

feature::Table table_of_version(const EnrichPlace& place, const dataset::Version& version) {
  const auto file = dataset::table_file(place, version);
  return {.relation = "read_parquet(" + table::literal(file.string()) + ")"};
}

void require_readable(const feature::View& view, const dataset::Version& version, const feature::Table& table,
                      table::Engine& engine) {
  const auto misfits = feature::misfits_on(view, table, engine);
  if (misfits.empty()) return;
  std::string detail;
  for (const feature::Misfit& misfit : misfits)
    detail += fmt::format("  {}: {}: {}\n", misfit.place, misfit.text, misfit.fault.message);
  throw error(Code::conflict, "features/{} of the model cannot be read from {}@v{}: {}: {}", view.name,
              version.name, version.number, misfits.front().place, misfits.front().fault.message)
      .with_id("features.changed")
      .with_detail(detail)
      .with_hint("the table is another one than at training: `mlops train run` makes a model for it");
}

feature::History read_history(const EnrichPlace& place, const feature::View& view,
                              const dataset::Version& version) {
  const auto engine = engine_of(place);
  const feature::Table table = table_of_version(place, version);
  require_readable(view, version, table, *engine);
  return feature::History(view, feature::read_events(view, table, *engine).columns, place.resources.threads);
}

}  // namespace mlops::score
