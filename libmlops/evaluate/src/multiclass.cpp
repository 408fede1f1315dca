/// Metrics of many classes; "macro" is the mean over the classes, each counting the same.
#include "src/view.hpp"

#include <mlops/stats/sum.hpp>

#include <algorithm>
#include <array>

namespace mlops::evaluate {
namespace {

using stats::Estimate;

/// One sort of all rows for each class: beyond this the area says little and costs much.
constexpr std::size_t most_classes_of_auc = 100;

std::vector<double> multiclass_logloss_rows(const View& view) {
  std::vector<double> out(view.rows());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = surprise(view.predictions[i * view.outputs + view.label(i)]);
  }
  return out;
}

/// A share of each class: rows answered rightly over w_actual * rows of it + w_decided * rows answered so.
struct Weights {
  double right;
  double actual;
  double decided;
};
constexpr Weights of_f1 = {2, 1, 1};
constexpr Weights of_precision = {1, 0, 1};
constexpr Weights of_recall = {1, 1, 0};

struct Shares {
  std::vector<double> ratio;
  std::vector<double> whole;  ///< 0: the share is not defined and counts 0, as in scikit-learn.
  std::uint64_t classes = 0;  ///< That are in the truth or in the answers.
  double mean = 0;
};

Shares shares(const View& view, const Weights& weights) {
  const ClassCounts counts = class_counts(view);
  Shares out;
  stats::Sum sum;
  for (std::size_t k = 0; k < counts.actual.size(); ++k) {
    const double whole = weights.actual * static_cast<double>(counts.actual[k]) +
                         weights.decided * static_cast<double>(counts.decided[k]);
    const double right = weights.right * static_cast<double>(counts.right[k]);
    out.classes += counts.actual[k] + counts.decided[k] > 0 ? 1u : 0u;
    out.whole.push_back(whole);
    out.ratio.push_back(whole > 0 ? right / whole : 0);
    sum.add(out.ratio.back());
  }
  out.mean = sum.value() / static_cast<double>(out.classes);
  return out;
}

std::vector<double> share_influence(const View& view, const Weights& weights) {
  const Shares all = shares(view, weights);
  const double rows = static_cast<double>(view.rows());
  const auto of_class = [&](std::size_t k, double value) {
    if (all.whole[k] == 0) return 0.0;
    return value / (all.whole[k] / rows) / static_cast<double>(all.classes);
  };
  std::vector<double> out(view.rows());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint32_t is = view.label(i);
    const std::uint32_t said = view.decided[i];
    out[i] = of_class(is, (is == said ? weights.right : 0) - weights.actual * all.ratio[is]) +
             of_class(said, -weights.decided * all.ratio[said]);
  }
  return out;
}

template <const Weights& weights>
std::vector<double> macro_influence(const View& view) {
  return share_influence(view, weights);
}

/// Rows of the rarest class in the truth, and how many classes are there.
struct Rarest {
  std::uint64_t rows = 0;
  std::uint64_t classes = 0;
};

Rarest rarest(const View& view) {
  Rarest out;
  for (const std::uint64_t rows : class_counts(view).actual) {
    if (rows == 0) continue;
    out.rows = out.classes == 0 ? rows : std::min(out.rows, rows);
    ++out.classes;
  }
  return out;
}

/// Inside 0 and 1. At 0 or 1 there is no variance to go by: Wilson's for so many trials.
Estimate share_like(double value, std::span<const double> influence, std::uint64_t trials) {
  const Estimate out = stats::clipped(stats::linearised(value, influence), 0, 1);
  if (value > 0 && value < 1) return out;
  const Estimate wilson = stats::share(value > 0 ? trials : 0, trials);
  return {value, out.error, wilson.low, wilson.high};
}

/// Where the classes are of one size, macro recall is accuracy: the trials are all rows of classes as rare as
/// the rarest.
template <const Weights& weights>
Estimate macro(const View& view) {
  if (view.rows() == 0) return stats::undefined();
  const Rarest least = rarest(view);
  return share_like(shares(view, weights).mean, share_influence(view, weights), least.rows * least.classes);
}

struct ClassAuc {
  double value = 0;
  std::vector<double> influence;
};

/// The mean over the classes that some rows have and others have not.
ClassAuc macro_auc(const View& view) {
  ClassAuc out;
  std::uint64_t classes = 0;
  if (view.outputs > most_classes_of_auc) return out;
  std::vector<double> scores(view.rows());
  std::vector<std::uint8_t> positive(view.rows());
  for (std::size_t k = 0; k < view.outputs; ++k) {
    for (std::size_t i = 0; i < view.rows(); ++i) {
      scores[i] = view.predictions[i * view.outputs + k];
      positive[i] = view.label(i) == k ? 1 : 0;
    }
    const std::vector<double> influence = stats::auc_influence(scores, positive);
    if (influence.empty()) continue;
    ++classes;
    out.value += stats::auc(scores, positive).value;
    out.influence.resize(view.rows());
    for (std::size_t i = 0; i < view.rows(); ++i) out.influence[i] += influence[i];
  }
  out.value /= static_cast<double>(classes);
  for (double& value : out.influence) value /= static_cast<double>(classes);
  return out;
}

Estimate auc(const View& view) {
  const ClassAuc all = macro_auc(view);
  return all.influence.empty() ? stats::undefined() : share_like(all.value, all.influence, rarest(view).rows);
}

constexpr std::array multiclass_rows = {
    MetricRow{"accuracy", true, accuracy, hits},
    MetricRow{"logloss", false, [](const View& v) { return mean_loss(multiclass_logloss_rows(v)); },
              multiclass_logloss_rows},
    MetricRow{"f1", true, macro<of_f1>, macro_influence<of_f1>},
    MetricRow{"precision", true, macro<of_precision>, macro_influence<of_precision>},
    MetricRow{"recall", true, macro<of_recall>, macro_influence<of_recall>},
    MetricRow{"auc", true, auc, [](const View& v) { return macro_auc(v).influence; }},
};

}  // namespace

std::span<const MetricRow> multiclass_metrics() { return multiclass_rows; }

}  // namespace mlops::evaluate
