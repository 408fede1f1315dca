/// Metrics of many classes; "macro" is the mean over the classes, each counting the same.
#include "src/resample.hpp"

#include <mlops/stats/sum.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

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

Shares shares(const ClassCounts& counts, const Weights& weights) {
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
  const Shares all = shares(class_counts(view), weights);
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
  return share_like(shares(class_counts(view), weights).mean, share_influence(view, weights),
                    least.rows * least.classes);
}

/// One class against all others.
struct Against {
  std::vector<double> scores;
  std::vector<std::uint8_t> positive;
};

Against against_rest(const View& view, std::size_t k) {
  Against out{std::vector<double>(view.rows()), std::vector<std::uint8_t>(view.rows())};
  for (std::size_t i = 0; i < view.rows(); ++i) {
    out.scores[i] = view.predictions[i * view.outputs + k];
    out.positive[i] = view.label(i) == k ? 1 : 0;
  }
  return out;
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
  for (std::size_t k = 0; k < view.outputs; ++k) {
    const auto [scores, positive] = against_rest(view, k);
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

template <const Weights& weights>
StatisticOf macro_resampled(const View& view) {
  return counts_statistic(view, [](const ClassCounts& counts) { return shares(counts, weights).mean; });
}

/// As macro_auc(), with a ranking for each class.
class MacroAuc final : public Statistic {
 public:
  explicit MacroAuc(const View& view) {
    if (view.outputs > most_classes_of_auc) return;
    for (std::size_t k = 0; k < view.outputs; ++k) {
      const Against one = against_rest(view, k);
      rankings_.emplace_back(one.scores, one.positive);
    }
  }

  double of(Draws draws) const override {
    double sum = 0;
    std::uint64_t classes = 0;
    for (const Ranking& ranking : rankings_) {
      const double area = ranking.auc(draws);
      if (std::isnan(area)) continue;
      sum += area;
      ++classes;
    }
    return classes == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(classes);
  }

 private:
  std::vector<Ranking> rankings_;
};

constexpr std::array multiclass_rows = {
    MetricRow{"accuracy", true, accuracy, hits, accuracy_resampled},
    MetricRow{"logloss", false, [](const View& v) { return mean_loss(multiclass_logloss_rows(v)); },
              multiclass_logloss_rows,
              [](const View& v) { return mean_statistic(multiclass_logloss_rows(v)); }},
    MetricRow{"f1", true, macro<of_f1>, macro_influence<of_f1>, macro_resampled<of_f1>},
    MetricRow{"precision", true, macro<of_precision>, macro_influence<of_precision>,
              macro_resampled<of_precision>},
    MetricRow{"recall", true, macro<of_recall>, macro_influence<of_recall>, macro_resampled<of_recall>},
    MetricRow{"auc", true, auc, [](const View& v) { return macro_auc(v).influence; },
              [](const View& v) -> StatisticOf { return std::make_unique<MacroAuc>(v); }},
};

}  // namespace

std::span<const MetricRow> multiclass_metrics() { return multiclass_rows; }

}  // namespace mlops::evaluate
