/// Metrics of many classes; "macro" is the mean over the classes, each counting the same.
#include "src/view.hpp"

#include <mlops/stats/sum.hpp>

#include <array>

namespace mlops::evaluate {
namespace {

using stats::Estimate;

/// One sort of all rows for each class: beyond this the area says little and costs much.
constexpr std::size_t most_classes_of_auc = 100;

std::vector<double> logloss_rows(const View& view) {
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

template <const Weights& weights>
Estimate macro(const View& view) {
  if (view.rows() == 0) return stats::undefined();
  return stats::linearised(shares(view, weights).mean, share_influence(view, weights));
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
  return all.influence.empty() ? stats::undefined() : stats::linearised(all.value, all.influence);
}

constexpr std::array rows = {
    MetricRow{"accuracy", true, accuracy, hits},
    MetricRow{"logloss", false, [](const View& v) { return stats::mean(logloss_rows(v)); }, logloss_rows},
    MetricRow{"f1", true, macro<of_f1>, macro_influence<of_f1>},
    MetricRow{"precision", true, macro<of_precision>, macro_influence<of_precision>},
    MetricRow{"recall", true, macro<of_recall>, macro_influence<of_recall>},
    MetricRow{"auc", true, auc, [](const View& v) { return macro_auc(v).influence; }},
};

}  // namespace

std::span<const MetricRow> multiclass_metrics() { return rows; }

}  // namespace mlops::evaluate
