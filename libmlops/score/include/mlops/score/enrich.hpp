#pragma once
/// Views of `features:` joined to a table as of its rows' time: what training takes before it looks at
/// columns, in three steps.
///
///     const Enriched joined = enrich(place, rows, "date", uses);    // the values, as they were known
///     const auto fits = feature::fit(joined.join, split.train);     // learnt from the training rows alone
///     const Columns table = with_features(rows, joined, fits);      // rows and features side by side
///
/// The fits belong to the model (features.hpp): rows to be answered go through the same ones.

#include <mlops/base/cancel.hpp>
#include <mlops/base/columns.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/dataset/kept.hpp>
#include <mlops/dataset/resources.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/feature/fit.hpp>
#include <mlops/feature/join.hpp>
#include <mlops/feature/view.hpp>
#include <mlops/manifest/features.hpp>
#include <mlops/store/store.hpp>

#include <span>
#include <string>
#include <vector>

namespace mlops::score {

/// One item of a model's `features:`, with what its names stand for.
struct ViewUse {
  manifest::FeatureUse use = {};
  manifest::FeatureSpec view = {};        ///< The entry that `use.use` names.
  manifest::TableSpec table = {};         ///< The entry that `view.from` names: its time, outcome and label.
  dataset::Version version = {};          ///< Of that table, the one to be read.
  std::vector<std::string> columns = {};  ///< Of the view, those wanted, in this order; empty: all.
  bool short_names = false;               ///< Columns are called as in the view, without a prefix.
};

/// What the names of its columns begin with, before "__".
std::string prefix_of(const manifest::FeatureUse& use);

/// All of it must outlive the call.
struct EnrichPlace {
  store::Store& store;
  Engines& engines;
  dataset::Resources resources = {};
  std::string file = "mlops.yaml";  ///< In messages.
  const Cancel* cancel = nullptr;

  operator dataset::TablePlace() const {
    return {.store = store, .engines = engines, .resources = resources, .cancel = cancel};
  }
};

/// The views of `uses` as plans, one for each; how they are used is not looked at. Throws as enrich() does
/// for definitions, with the faults of all of them.
std::vector<feature::View> compile_views(const EnrichPlace& place, std::span<const ViewUse> uses);

struct Enriched {
  std::vector<feature::View> views;            ///< Of each use.
  std::vector<std::vector<std::string>> keys;  ///< Of each use: the columns of the rows.
  feature::JoinResult join;
};

/// `time` is the column of `rows` that says as of when. Each view is compiled and read once, however often it
/// is used. Throws Error: usage (a definition that cannot be used or looks into the future, every fault at
/// its place in the file; an entity that the view has not; and as feature::join does), not_found,
/// interrupted.
Enriched enrich(const EnrichPlace& place, const Columns& rows, const std::string& time,
                std::span<const ViewUse> uses);

/// `rows` with the features at their right, after the transforms of `fits`. Throws Error(usage) for names
/// that are there twice.
Columns with_features(const Columns& rows, const Enriched& joined, const std::vector<feature::Fit>& fits);

/// The events of a view that was compiled before, such as one that a model keeps. Throws Error: conflict
/// ("features.changed": the table no longer has what the view reads), not_found, interrupted.
feature::History read_history(const EnrichPlace& place, const feature::View& view,
                              const dataset::Version& version);

}  // namespace mlops::score
