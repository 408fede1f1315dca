#pragma once
/// Judging predictions: every metric of the task with its interval, plots as data, and the comparison of two
/// models on the same rows. Pure: knows no store and no model.

#include <mlops/json/value.hpp>
#include <mlops/predict/signature.hpp>
#include <mlops/stats/metrics.hpp>

#include <cstdint>
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

/// Data of a plot: columns of equal length. roc and precision_recall are thinned to at most 200 points, which
/// moves the area under them by less than 0.001; the first point stands for no threshold. calibration has a
/// row for each tenth of the probabilities that is not empty; confusion every cell of up to 20 classes, else
/// those that hold rows; residuals (truth less prediction) at most 200 rows, evenly spread over the
/// predictions; quantiles those of the residuals in steps of 5 %.
struct Plot {
  std::string name;  ///< "roc", "precision_recall", "calibration", "confusion", "residuals", "quantiles"
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

/// Every metric of the task, the main one first.
std::vector<std::string> metric_names(predict::Task task);

/// Whether more of the metric is better. Throws Error(usage) with near misses for one that the task has not.
bool greater_is_better(predict::Task task, std::string_view metric);

/// Whether difference() knows the metric.
bool has_difference(predict::Task task, std::string_view metric);

/// A metric's value, error, low and high, null where it is not a number, and greater_is_better; by name.
json::Object to_json(const Evaluation& evaluation);

/// `predictions` as predict::Predictor gives them. binary: auc, logloss, accuracy, f1, precision, recall,
/// brier, ece, average_precision; multiclass: accuracy, logloss, f1 (macro), precision, recall (macro), auc
/// (macro, one against the rest, up to 100 classes); regression: rmse, mae, r2, mape, median_error.
///
/// Intervals: auc by DeLong; accuracy and the binary precision and recall by Wilson; means (logloss, brier,
/// mae, mape) normal; median_error by order statistics; f1, the macro metrics, rmse and r2 by the delta
/// method; ece and average_precision have no closed form: theirs are NaN. Intervals stay within the metric's
/// range. Where all rows are right or all wrong there is no variance to go by: f1 has Wilson's of the share
/// of Jaccard behind it, the macro metrics Wilson's for as many trials as all classes had rows if each were
/// as rare as the rarest (auc: as the rarest has); losses that are the same in every row have no interval. A
/// metric that is not defined is NaN: auc and average_precision without both classes, precision where nothing
/// was answered yes, mape where a truth is 0, r2 of a constant truth. In the macro metrics a class that was
/// never answered counts 0, as in scikit-learn. Predictions that are not finite make all metrics NaN, and
/// there are no plots. Throws Error(internal) for lengths that differ and labels that are no class.
Evaluation evaluate(const Truth& truth, std::span<const double> predictions,
                    const std::vector<std::string>& classes, double threshold = 0.5);

/// One metric alone, as evaluate() gives it. Throws Error(usage) for one that the task has not.
stats::Estimate judge(const Truth& truth, std::string_view metric, std::span<const double> predictions,
                      double threshold = 0.5);

/// a's metric less b's, with the standard error of the difference on these very rows (paired): auc by
/// DeLong's covariance, the others by the difference of the two models' influences of each row. Throws
/// Error(usage) for a metric that the task has not, or that has no closed form (ece, average_precision,
/// median_error).
stats::Estimate difference(const Truth& truth, std::string_view metric, std::span<const double> a,
                           std::span<const double> b, double threshold = 0.5);

}  // namespace mlops::evaluate
