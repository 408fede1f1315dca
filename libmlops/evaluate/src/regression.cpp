/// Metrics of numbers.
#include "src/resample.hpp"

#include <mlops/stats/sum.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

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

class RootMean final : public Statistic {
 public:
  explicit RootMean(const View& view) : mean_(squares(view)) {}
  double of(Draws draws) const override { return std::sqrt(mean_.of(draws)); }

 private:
  RowMean mean_;
};

/// As shares(), where a truth of 0 tells only if it is drawn.
StatisticOf mape_resampled(const View& view) {
  return mean_statistic(error_by_row(view, [](double p, double y) {
    return y == 0 ? std::numeric_limits<double>::quiet_NaN() : std::fabs((p - y) / y);
  }));
}

class Explained final : public Statistic {
 public:
  explicit Explained(const View& view)
      : squares_(squares(view)), labels_(view.truth.labels.begin(), view.truth.labels.end()) {}

  double of(Draws draws) const override {
    const double whole = spread(draws);
    return whole > 0 ? 1 - squares_.of(draws) / whole : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  /// Around the mean; 0 to the last bit where all labels that are drawn are the same.
  double spread(Draws draws) const {
    const auto first = std::find_if(draws.begin(), draws.end(), [](std::uint8_t times) { return times > 0; });
    const double origin = labels_[static_cast<std::size_t>(first - draws.begin())];
    stats::Sum sum;
    for (std::size_t i = 0; i < draws.size(); ++i) sum.add(draws[i] * (labels_[i] - origin));
    const double mean = sum.value() / static_cast<double>(draws.size());
    stats::Sum squares;
    for (std::size_t i = 0; i < draws.size(); ++i) {
      const double off = labels_[i] - origin - mean;
      squares.add(draws[i] * (off * off));
    }
    return squares.value() / static_cast<double>(draws.size());
  }

  RowMean squares_;
  std::vector<double> labels_;
};

/// As stats::median(): rows by size of error, walked until half of the draws are passed.
class Median final : public Statistic {
 public:
  explicit Median(const View& view) : errors_(absolutes(view)), order_(errors_.size()) {
    std::iota(order_.begin(), order_.end(), 0U);
    std::sort(order_.begin(), order_.end(),
              [&](std::uint32_t a, std::uint32_t b) { return errors_[a] < errors_[b]; });
  }

  double of(Draws draws) const override {
    const std::size_t rows = draws.size();
    std::size_t place = 0;
    std::uint64_t passed = 0;
    const auto at = [&](std::uint64_t rank) {
      while (passed <= rank) passed += draws[order_[place++]];
      return errors_[order_[place - 1]];
    };
    const double low = at((rows - 1) / 2);
    return std::midpoint(low, at(rows / 2));
  }

 private:
  std::vector<double> errors_;
  std::vector<std::uint32_t> order_;
};

template <typename Kind>
StatisticOf made(const View& view) {
  return std::make_unique<Kind>(view);
}

constexpr std::array regression_rows = {
    MetricRow{"rmse", false, rmse, rmse_influence, made<RootMean>},
    MetricRow{"mae", false, [](const View& v) { return mean_loss(absolutes(v)); }, absolutes,
              [](const View& v) { return mean_statistic(absolutes(v)); }},
    MetricRow{"r2", true, r2, r2_influence, made<Explained>},
    MetricRow{"mape", false, [](const View& v) { return mean_loss(shares(v)); }, shares, mape_resampled},
    MetricRow{"median_error", false, [](const View& v) { return stats::median(absolutes(v)); }, nullptr,
              made<Median>},
};

}  // namespace

std::span<const MetricRow> regression_metrics() { return regression_rows; }

}  // namespace mlops::evaluate
