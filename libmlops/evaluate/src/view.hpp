#pragma once
/// Predictions and truth as the metrics see them.

#include <mlops/evaluate/evaluation.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace mlops::evaluate {

class Statistic;

struct View {
  const Truth& truth;
  std::span<const double> predictions;  ///< Row-major, `outputs` a row.
  std::size_t outputs = 1;
  bool finite = true;                       ///< Whether the predictions all are; else no metric is defined.
  std::vector<std::uint8_t> positive = {};  ///< Of binary: the truth.
  std::vector<std::uint32_t> decided = {};  ///< Of classes: the answer.

  std::size_t rows() const { return truth.labels.size(); }
  std::uint32_t label(std::size_t row) const { return static_cast<std::uint32_t>(truth.labels[row]); }
};

/// Throws Error(internal): lengths that differ, a label that is no class.
View view(const Truth& truth, std::span<const double> predictions, double threshold);

/// Throws Error(internal) for as many predictions as do not belong to the rows.
void require_lengths(const Truth& truth, std::span<const double> predictions);

/// One metric of a task.
struct MetricRow {
  std::string_view name;
  bool greater_is_better;
  stats::Estimate (*judge)(const View& view);
  /// The influence of each row, for stats::linearised(); null where there is no closed form, empty where the
  /// metric is not defined. Of a mean it is the values themselves.
  std::vector<double> (*influence)(const View& view);
  /// The same of resamples (resample.hpp).
  std::unique_ptr<const Statistic> (*resampled)(const View& view);
};

/// The main metric first.
std::span<const MetricRow> binary_metrics();
std::span<const MetricRow> multiclass_metrics();
std::span<const MetricRow> regression_metrics();
std::span<const MetricRow> metrics_of(predict::Task task);
const MetricRow* find_metric(predict::Task task, std::string_view name);
/// Every metric of the rows.
std::vector<Metric> metrics_of(const View& view);
/// Throws Error(usage) with near misses.
const MetricRow& get_metric(predict::Task task, std::string_view name);

/// -log of a probability, which is kept a rounding error away from 0 and 1, as scikit-learn does.
double surprise(double probability);

/// The mean of losses, which are never less than 0 (nor greater than `most`). Rows that all lose the same
/// prove nothing about the next one: no interval.
stats::Estimate mean_loss(std::span<const double> losses,
                          double most = std::numeric_limits<double>::infinity());

/// stats::linearised() without an interval where the rows show no variance.
stats::Estimate varied(double value, std::span<const double> influence);

/// Rows that were answered rightly.
std::vector<double> hits(const View& view);
stats::Estimate accuracy(const View& view);
std::unique_ptr<const Statistic> accuracy_resampled(const View& view);

/// How often each class is, was answered, and both; by class.
struct ClassCounts {
  std::vector<std::uint64_t> actual;
  std::vector<std::uint64_t> decided;
  std::vector<std::uint64_t> right;
};
ClassCounts class_counts(const View& view);

std::vector<Plot> binary_plots(const View& view, const std::vector<std::string>& classes);
Plot confusion(const View& view, const std::vector<std::string>& classes);
std::vector<Plot> residual_plots(const View& view);

struct Point {
  double x;
  double y;
};

/// The indices of at most `most` points (3 or more) of a curve, ends included, that change the area under it
/// least: Visvalingam and Whyatt's line simplification (1993).
std::vector<std::size_t> thinned(std::span<const Point> curve, std::size_t most);

}  // namespace mlops::evaluate
