/// Metrics of two classes.
#include "src/resample.hpp"

#include <mlops/stats/sum.hpp>

#include <array>
#include <cmath>
#include <limits>

namespace mlops::evaluate {
namespace {

using stats::Estimate;

template <typename Value>
std::vector<double> by_row(const View& view, Value value) {
  std::vector<double> out(view.rows());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = value(view.predictions[i], view.positive[i] != 0);
  return out;
}

std::vector<double> binary_logloss_rows(const View& view) {
  return by_row(view, [](double p, bool positive) { return surprise(positive ? p : 1 - p); });
}

std::vector<double> brier_rows(const View& view) {
  return by_row(view, [](double p, bool positive) { return (p - positive) * (p - positive); });
}

/// The influence of rows on sum(part) / sum(whole).
template <typename Part, typename Whole>
std::vector<double> ratio_influence(const View& view, Part part, Whole whole) {
  stats::Sum parts;
  stats::Sum wholes;
  for (std::size_t i = 0; i < view.rows(); ++i) {
    parts.add(part(view.decided[i] == 1, view.positive[i] != 0));
    wholes.add(whole(view.decided[i] == 1, view.positive[i] != 0));
  }
  if (wholes.value() == 0) return {};
  const double ratio = parts.value() / wholes.value();
  const double mean = wholes.value() / static_cast<double>(view.rows());
  std::vector<double> out(view.rows());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool yes = view.decided[i] == 1;
    const bool is = view.positive[i] != 0;
    out[i] = (part(yes, is) - ratio * whole(yes, is)) / mean;
  }
  return out;
}

double both(bool yes, bool is) { return yes && is ? 1 : 0; }

std::vector<double> f1_influence(const View& view) {
  return ratio_influence(
      view, [](bool yes, bool is) { return 2 * both(yes, is); },
      [](bool yes, bool is) { return static_cast<double>(yes) + static_cast<double>(is); });
}

std::vector<double> precision_influence(const View& view) {
  return ratio_influence(view, both, [](bool yes, bool) { return static_cast<double>(yes); });
}

std::vector<double> recall_influence(const View& view) {
  return ratio_influence(view, both, [](bool, bool is) { return static_cast<double>(is); });
}

Estimate f1(const View& view) {
  const ClassCounts counts = class_counts(view);
  const std::uint64_t whole = counts.actual[1] + counts.decided[1];
  if (whole == 0) return stats::undefined();
  const std::uint64_t right = counts.right[1];
  const std::uint64_t wrong = whole - 2 * right;
  if (right == 0 || wrong == 0) return stats::f1_at_edge(right, wrong);
  const double value = 2 * static_cast<double>(right) / static_cast<double>(whole);
  return stats::clipped(stats::linearised(value, f1_influence(view)), 0, 1);
}

Estimate precision(const View& view) {
  const ClassCounts counts = class_counts(view);
  return stats::share(counts.right[1], counts.decided[1]);
}

Estimate recall(const View& view) {
  const ClassCounts counts = class_counts(view);
  return stats::share(counts.right[1], counts.actual[1]);
}

template <double (Ranking::*metric)(Draws) const>
class Ranked final : public Statistic {
 public:
  explicit Ranked(const View& view) : ranking_(view.predictions, view.positive) {}
  double of(Draws draws) const override { return (ranking_.*metric)(draws); }

 private:
  Ranking ranking_;
};

template <double (Ranking::*metric)(Draws) const>
StatisticOf ranked(const View& view) {
  return std::make_unique<Ranked<metric>>(view);
}

/// As stats::calibration_error().
class Calibration final : public Statistic {
 public:
  explicit Calibration(const View& view)
      : gaps_(by_row(view, [](double p, bool positive) { return p - positive; })) {
    for (const double p : view.predictions)
      bins_.push_back(static_cast<std::uint8_t>(stats::bin_of(p, bins)));
  }

  double of(Draws draws) const override {
    std::array<double, bins> gaps = {};
    for (std::size_t row = 0; row < draws.size(); ++row) gaps[bins_[row]] += draws[row] * gaps_[row];
    double sum = 0;
    for (const double gap : gaps) sum += std::fabs(gap);
    return sum / static_cast<double>(draws.size());
  }

 private:
  static constexpr std::size_t bins = 10;
  std::vector<double> gaps_;
  std::vector<std::uint8_t> bins_;
};

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN()
                    : static_cast<double>(part) / static_cast<double>(whole);
}

template <double (*value)(const ClassCounts&)>
StatisticOf counted(const View& view) {
  return counts_statistic(view, value);
}

double f1_value(const ClassCounts& c) { return share_of(2 * c.right[1], c.actual[1] + c.decided[1]); }
double precision_value(const ClassCounts& c) { return share_of(c.right[1], c.decided[1]); }
double recall_value(const ClassCounts& c) { return share_of(c.right[1], c.actual[1]); }

constexpr std::array binary_rows = {
    MetricRow{"auc", true, [](const View& v) { return stats::auc(v.predictions, v.positive); },
              [](const View& v) { return stats::auc_influence(v.predictions, v.positive); },
              ranked<&Ranking::auc>},
    MetricRow{"logloss", false, [](const View& v) { return mean_loss(binary_logloss_rows(v)); },
              binary_logloss_rows, [](const View& v) { return mean_statistic(binary_logloss_rows(v)); }},
    MetricRow{"accuracy", true, accuracy, hits, accuracy_resampled},
    MetricRow{"f1", true, f1, f1_influence, counted<f1_value>},
    MetricRow{"precision", true, precision, precision_influence, counted<precision_value>},
    MetricRow{"recall", true, recall, recall_influence, counted<recall_value>},
    MetricRow{"brier", false, [](const View& v) { return mean_loss(brier_rows(v), 1); }, brier_rows,
              [](const View& v) { return mean_statistic(brier_rows(v)); }},
    MetricRow{"ece", false,
              [](const View& v) { return stats::bare(stats::calibration_error(v.predictions, v.positive)); },
              nullptr, [](const View& v) -> StatisticOf { return std::make_unique<Calibration>(v); }},
    MetricRow{"average_precision", true,
              [](const View& v) { return stats::bare(stats::average_precision(v.predictions, v.positive)); },
              nullptr, ranked<&Ranking::average_precision>},
};

}  // namespace

std::span<const MetricRow> binary_metrics() { return binary_rows; }

}  // namespace mlops::evaluate
