#pragma once
/// What `mlops.yaml` says about training: how data are split, which models are tried and how one of them is
/// chosen. Plain values; mlops/manifest/manifest.hpp reads them.

#include <mlops/json/value.hpp>
#include <mlops/manifest/features.hpp>
#include <mlops/manifest/tables.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::manifest {

/// One entry of `models:`.
struct ModelSpec {
  std::string name;
  std::string train;         ///< prior, mean, rule, linear, logistic, xgboost; never empty when read.
  std::string data = {};     ///< Name of a table; empty: the only one with a label. Manifest::data_of().
  json::Object params = {};  ///< Of the trainer: texts, whole numbers, numbers, flags.
  std::string rule = {};     ///< `case:`, an SQL CASE; of the trainer "rule", which must have one.
  std::vector<std::string> columns = {};  ///< Features to take; empty: all that can be.
  std::vector<std::string> without = {};  ///< Columns to leave out.
  std::optional<std::uint64_t> seed = {};
  std::vector<FeatureUse> features = {};  ///< Views joined to its table.

  bool operator==(const ModelSpec&) const = default;
};

/// `pick:`: `max auc`, `min rmse`, or `simplest within 1 se of max auc`.
struct PickSpec {
  std::string metric;    ///< auc, average_precision, accuracy, f1, precision, recall, logloss, brier, ece,
                         ///< rmse, mae, mape, median_error, r2.
  bool maximize = true;  ///< Always the way in which the metric is better.
  /// simplest within: standard errors of the difference to the best; nothing: the best itself.
  std::optional<double> within = {};

  bool operator==(const PickSpec&) const = default;
  std::string text() const;
};

/// The way in which a metric of PickSpec is better when it is greater; nothing for an unknown name.
std::optional<bool> greater_is_better(std::string_view metric);

/// One item of `slices:`: `origin`, each of its values; `distance by 500`, numbers in steps of that width.
struct SliceSpec {
  std::string column;
  std::optional<double> by = {};  ///< Greater than 0.

  bool operator==(const SliceSpec&) const = default;
  std::string text() const;
};

/// One entry of `release:`: who may answer in production.
struct ReleaseSpec {
  std::string name;
  std::vector<std::string> among =
      {};  ///< Names of models, simplest first; at least one, all on the same data.
  std::optional<PickSpec> pick = {};  ///< Nothing: simplest within 1 se of the best main metric of the task.
  std::vector<SliceSpec> slices = {};
  std::vector<ExpectSpec> expect = {};  ///< The gates.

  bool operator==(const ReleaseSpec&) const = default;
};

/// What with_training() adds to a project file.
struct TrainingEdit {
  std::string table;      ///< Entry of `sources:` or `data:` that gets label, task, time and split.
  std::string label;      ///< May be empty: it stays as it is.
  std::string task = {};  ///< Likewise.
  std::string time = {};  ///< Likewise.
  SplitSpec split = {};   ///< Added when the table has no `split:`.
  std::vector<ModelSpec> models = {};       ///< Those whose names are not there yet are added.
  std::optional<ReleaseSpec> release = {};  ///< Added unless there is one of that name.

  bool operator==(const TrainingEdit&) const = default;
};

/// `of_model` with the value of the parameter `lr` in place of each text that is `$lr`; others stay.
json::Object with_parameters(const json::Object& of_model, const json::Object& parameters);

/// What a text without quotes means in `params:`: a whole number, a number, a flag or itself.
json::Value parameter_value(const std::string& text);

struct Manifest;

/// The edit that `train run --label LABEL` makes: a model for each of `trainers` and a release of them with
/// `pick`, both for `table`. Names are those of the trainers (`prior`) while the file has no models; beside
/// models of other data they are `flights-prior` with `data: flights`. Models of this data that are there
/// already are taken by their trainer. The release has the name of the table.
TrainingEdit training_edit(const Manifest& manifest, const std::string& table, const std::string& label,
                           const std::vector<std::string>& trainers, const std::optional<PickSpec>& pick);

/// `text` with the lines of `edit` that are not there yet; comments and layout of the rest stay byte for
/// byte. Where a second table gets a label, models that named no data get a `data:` with the one they had.
/// The result is parsed again before it is returned; nothing to add gives `text` back. Throws Error: usage
/// (the text or the edit has faults, or is laid out in a way that cannot be edited safely; detail then holds
/// the lines to add by hand), not_found (no such table), conflict (the table has another label, task or
/// time).
std::string with_training(std::string_view text, std::string_view file, const TrainingEdit& edit);

}  // namespace mlops::manifest
