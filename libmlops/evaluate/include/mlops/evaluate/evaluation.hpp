#pragma once
/// Judging predictions: every metric of the task with its interval, plots as data, and the comparison of two
/// models on the same rows. Pure: knows no store and no model.

#include <mlops/json/value.hpp>
#include <mlops/predict/signature.hpp>
#include <mlops/stats/metrics.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::evaluate {

/// The truth of some rows: class numbers for binary (0, 1) and multiclass, values for regression.
struct Truth {
  predict::Task task = predict::Task::binary;
  std::size_t classes = 2;
  std::span<const double> labels;
};

struct Metric {
  std::string name;  ///< "auc", "logloss", "accuracy", ...
  stats::Estimate estimate;
  bool greater_is_better = true;
};

/// Data of a plot: columns of equal length.
struct Plot {
  std::string name;  ///< "roc", "precision_recall", "calibration", "confusion", "residuals"
  std::vector<std::string> columns;
  std::vector<std::vector<json::Value>> rows;

  std::string csv() const;
};

struct Evaluation {
  std::uint64_t rows = 0;
  std::vector<Metric> metrics;  ///< The task's main one first: auc, accuracy (multiclass) or rmse.
  std::vector<Plot> plots;

  const Metric* find(std::string_view metric) const;
};

/// "auc", "accuracy" or "rmse".
std::string_view main_metric(predict::Task task);

/// Whether more of the metric is better; nothing for a name that the task does not have.
std::optional<bool> greater_is_better(predict::Task task, std::string_view metric);

/// Whether difference() knows the metric.
bool has_difference(predict::Task task, std::string_view metric);

/// `predictions` as predict::Predictor gives them. binary: auc, logloss, accuracy, f1, precision, recall,
/// brier, ece, average_precision; multiclass: accuracy, logloss, f1 (macro), precision, recall (macro), auc
/// (macro, one against the rest); regression: rmse, mae, r2, mape, median_error.
Evaluation evaluate(const Truth& truth, std::span<const double> predictions,
                    const std::vector<std::string>& classes, double threshold = 0.5);

/// The main metric of a task, and any other that is a mean over rows or the AUC: a's less b's, with the
/// standard error of the difference on these very rows. Throws Error(usage) for a metric that has none.
stats::Estimate difference(const Truth& truth, std::string_view metric, std::span<const double> a,
                           std::span<const double> b, double threshold = 0.5);

}  // namespace mlops::evaluate
