/// Metrics of two classes.
#include "src/view.hpp"

#include <mlops/stats/sum.hpp>

#include <array>
#include <cmath>

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

constexpr std::array binary_rows = {
    MetricRow{"auc", true, [](const View& v) { return stats::auc(v.predictions, v.positive); },
              [](const View& v) { return stats::auc_influence(v.predictions, v.positive); }},
    MetricRow{"logloss", false, [](const View& v) { return mean_loss(binary_logloss_rows(v)); },
              binary_logloss_rows},
    MetricRow{"accuracy", true, accuracy, hits},
    MetricRow{"f1", true, f1, f1_influence},
    MetricRow{"precision", true, precision, precision_influence},
    MetricRow{"recall", true, recall, recall_influence},
    MetricRow{"brier", false, [](const View& v) { return mean_loss(brier_rows(v), 1); }, brier_rows},
    MetricRow{"ece", false,
              [](const View& v) { return stats::bare(stats::calibration_error(v.predictions, v.positive)); },
              nullptr},
    MetricRow{"average_precision", true,
              [](const View& v) { return stats::bare(stats::average_precision(v.predictions, v.positive)); },
              nullptr},
};

}  // namespace

std::span<const MetricRow> binary_metrics() { return binary_rows; }

}  // namespace mlops::evaluate
