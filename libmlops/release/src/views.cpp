#include "src/views.hpp"

#include <mlops/base/error.hpp>
#include <mlops/feature/fit.hpp>
#include <mlops/score/derivation.hpp>

#include <algorithm>

#include "src/candidate.hpp"
#include "src/facts.hpp"

namespace mlops::release {
namespace {

using Names = std::vector<std::string>;

bool is_in(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void append(Names& to, const Names& names) { to.insert(to.end(), names.begin(), names.end()); }

bool takes(const Candidate& candidate, const score::ModelView& view) {
  return is_in(candidate.views, view.as);
}

const feature::Fit* fit_of(const score::ModelFeatures& features, const std::string& column) {
  const auto found = std::find_if(features.fits.begin(), features.fits.end(),
                                  [&](const feature::Fit& fit) { return fit.column == column; });
  return found == features.fits.end() ? nullptr : &*found;
}

/// What the algorithm gets of a column of the rows.
Names names_after(const score::ModelFeatures& features, const std::string& column) {
  const feature::Fit* fit = fit_of(features, column);
  return fit == nullptr ? Names{column} : feature::outputs_of(*fit);
}

score::LookupColumn lookup_in(const Columns& table, const std::string& name) {
  return {name, table.fields()[*table.find(name)].sql};
}

score::ModelFeatures features_of_all(const TrainRequest& request, const Columns& table,
                                     const score::Enriched& joined) {
  score::ModelFeatures out{.time = lookup_in(table, request.time)};
  for (std::size_t i = 0; i < request.views.size(); ++i) {
    score::ModelView view{.view = joined.views[i],
                          .as = score::prefix_of(request.views[i].use),
                          .table = request.views[i].version.table};
    for (const std::string& column : joined.keys[i]) view.key.push_back(lookup_in(table, column));
    for (const feature::ViewColumn& column : joined.views[i].columns) view.columns.push_back(column.name);
    out.views.push_back(std::move(view));
  }
  return out;
}

/// Whether the algorithm takes anything that a column of the rows becomes.
bool takes(const predict::Signature& signature, const Names& outputs) {
  return std::any_of(outputs.begin(), outputs.end(),
                     [&](const std::string& name) { return signature.find(name) != nullptr; });
}

/// Of all views what this model takes.
score::ModelFeatures features_taken(const score::ModelFeatures& all, const predict::Signature& signature) {
  score::ModelFeatures out{.time = all.time};
  for (score::ModelView view : all.views) {
    const Names names = view.names();
    Names columns;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!takes(signature, names_after(all, names[i]))) continue;
      columns.push_back(view.columns[i]);
      if (const feature::Fit* fit = fit_of(all, names[i])) out.fits.push_back(*fit);
    }
    if (columns.empty()) continue;
    view.columns = std::move(columns);
    out.views.push_back(std::move(view));
  }
  return out;
}

/// A column of the rows with a transform: what it was before that in the training rows.
predict::Input given_input(const TrainRequest& request, const Prepared& prepared, const feature::Fit& fit) {
  predict::Input input = train::input_of(prepared.given, *prepared.given.find(fit.column),
                                         facts_of(request.data), prepared.split.train);
  if (fit.transform.kind != feature::Transform::Kind::onehot) return input;
  input.encoding = predict::Encoding::category;
  input.categories = fit.categories;
  append(input.categories, fit.rare);
  input.min.reset();
  input.max.reset();
  return input;
}

/// The inputs in their order, each column with a transform once and as callers give it.
std::vector<predict::Input> given_inputs(const TrainRequest& request, const Prepared& prepared,
                                         const score::ModelFeatures& features,
                                         const predict::Signature& signature) {
  std::vector<predict::Input> out;
  Names told;
  for (const predict::Input& input : signature.inputs) {
    const auto fit = std::find_if(features.fits.begin(), features.fits.end(), [&](const feature::Fit& one) {
      return is_in(feature::outputs_of(one), input.name);
    });
    if (fit == features.fits.end()) out.push_back(input);
    else if (!is_in(told, fit->column)) out.push_back(given_input(request, prepared, *fit));
    if (fit != features.fits.end()) told.push_back(fit->column);
  }
  return out;
}

}  // namespace

void join_views(Workshop& shop, const TrainRequest& request, Prepared& prepared) {
  const score::EnrichPlace place = {
      .store = shop.store, .engines = shop.engines, .resources = shop.resources, .cancel = shop.cancel};
  const score::Enriched joined = score::enrich(place, prepared.table, request.time, request.views);
  prepared.features = features_of_all(request, prepared.table, joined);
  prepared.features.fits = feature::fit(joined.join, prepared.split.train);
  prepared.given = score::with_features(prepared.table, joined, {});
  prepared.table = score::with_features(prepared.table, joined, prepared.features.fits);
  for (const score::ModelView& view : prepared.features.views) {
    const Names columns = after_transforms(prepared, view.names());
    for (Candidate& candidate : prepared.candidates) {
      if (!takes(candidate, view)) append(candidate.without, columns);
      else if (!candidate.only.empty()) append(candidate.only, columns);
    }
  }
}

std::vector<std::string> after_transforms(const Prepared& prepared, const std::vector<std::string>& names) {
  Names out;
  for (const std::string& name : names) append(out, names_after(prepared.features, name));
  return out;
}

namespace {

void keep_derived(const Prepared& prepared, const score::ModelFeatures& features, predict::Package& package) {
  Names wanted;
  for (const predict::Input& input : package.asked().inputs) wanted.push_back(input.name);
  for (const score::LookupColumn& column : features.lookups()) wanted.push_back(column.name);
  const auto derived = score::needed_for(prepared.derived, wanted);
  if (!derived.empty()) package.files.emplace(score::derived_file, score::derived_json(derived));
}

}  // namespace

void keep_features(const TrainRequest& request, const Prepared& prepared, predict::Package& package) {
  const score::ModelFeatures features = features_taken(prepared.features, package.signature);
  if (!features.empty()) {
    if (!features.fits.empty()) package.given = given_inputs(request, prepared, features, package.signature);
    package.files.emplace(score::features_file, score::features_json(features));
  }
  keep_derived(prepared, features, package);
}

}  // namespace mlops::release
