/// Metrics of numbers.
#include "src/view.hpp"

#include <mlops/stats/sum.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace mlops::evaluate {
namespace {

using stats::Estimate;

template <typename Value>
std::vector<double> error_by_row(const View& view, Value value) {
  std::vector<double> out(view.rows());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = value(view.predictions[i], view.truth.labels[i]);
  return out;
}

std::vector<double> squares(const View& view) {
  return error_by_row(view, [](double p, double y) { return (p - y) * (p - y); });
}

std::vector<double> absolutes(const View& view) {
  return error_by_row(view, [](double p, double y) { return std::fabs(p - y); });
}

/// Empty where a truth is 0: an error has no share of it.
std::vector<double> shares(const View& view) {
  const auto& labels = view.truth.labels;
  if (std::find(labels.begin(), labels.end(), 0.0) != labels.end()) return {};
  return error_by_row(view, [](double p, double y) { return std::fabs((p - y) / y); });
}

/// Of sqrt(m) for a mean m: half its slope; without error where all is right.
std::vector<double> rmse_influence(const View& view) {
  std::vector<double> out = squares(view);
  const double rmse = std::sqrt(stats::mean(out).value);
  for (double& value : out) value = rmse > 0 ? value / (2 * rmse) : 0;
  return out;
}

Estimate rmse(const View& view) {
  if (view.rows() == 0) return stats::undefined();
  const double value = std::sqrt(stats::mean(squares(view)).value);
  return stats::clipped(varied(value, rmse_influence(view)), 0);
}

std::vector<double> spread(const View& view) {
  const double mean = stats::mean(view.truth.labels).value;
  return error_by_row(view, [mean](double, double y) { return (y - mean) * (y - mean); });
}

/// 1 - r2 is a ratio of two means; that the mean of the labels is estimated too matters only to second order.
std::vector<double> r2_influence(const View& view) {
  std::vector<double> out = squares(view);
  const std::vector<double> around = spread(view);
  const double whole = stats::mean(around).value;
  if (!(whole > 0)) return {};
  const double ratio = stats::mean(out).value / whole;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = (ratio * around[i] - out[i]) / whole;
  return out;
}

Estimate r2(const View& view) {
  const std::vector<double> influence = r2_influence(view);
  if (influence.empty()) return stats::undefined();
  const double value = 1 - stats::mean(squares(view)).value / stats::mean(spread(view)).value;
  return stats::clipped(varied(value, influence), -std::numeric_limits<double>::infinity(), 1);
}

constexpr std::array regression_rows = {
    MetricRow{"rmse", false, rmse, rmse_influence},
    MetricRow{"mae", false, [](const View& v) { return mean_loss(absolutes(v)); }, absolutes},
    MetricRow{"r2", true, r2, r2_influence},
    MetricRow{"mape", false, [](const View& v) { return mean_loss(shares(v)); }, shares},
    MetricRow{"median_error", false, [](const View& v) { return stats::median(absolutes(v)); }, nullptr},
};

}  // namespace

std::span<const MetricRow> regression_metrics() { return regression_rows; }

}  // namespace mlops::evaluate
