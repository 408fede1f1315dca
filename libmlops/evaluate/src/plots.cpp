/// Plots of classes, as data.
#include "src/view.hpp"

#include <mlops/stats/sum.hpp>

#include <array>

namespace mlops::evaluate {
namespace {

constexpr std::size_t most_curve_points = 200;
constexpr std::size_t bins = 10;
constexpr std::size_t whole_table = 20;  ///< Up to so many classes every cell is listed.

double ratio(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

/// `curve[0]` stands for no threshold at all, the others for the thresholds in their order.
std::vector<std::vector<json::Value>> curve_rows(const std::vector<Point>& curve,
                                                 const std::vector<stats::Threshold>& thresholds) {
  std::vector<std::vector<json::Value>> out;
  for (const std::size_t i : thinned(curve, most_curve_points)) {
    out.push_back({curve[i].x, curve[i].y, i == 0 ? json::Value() : json::Value(thresholds[i - 1].score)});
  }
  return out;
}

Plot roc(const std::vector<stats::Threshold>& thresholds) {
  const stats::Threshold& all = thresholds.back();
  std::vector<Point> curve = {{0, 0}};
  for (const auto& t : thresholds) {
    curve.push_back({ratio(t.negatives, all.negatives), ratio(t.positives, all.positives)});
  }
  return {"roc", {"false_positive_rate", "true_positive_rate", "threshold"}, curve_rows(curve, thresholds)};
}

Plot precision_recall(const std::vector<stats::Threshold>& thresholds) {
  const stats::Threshold& all = thresholds.back();
  std::vector<Point> curve = {{0, 1}};
  for (const auto& t : thresholds) {
    curve.push_back({ratio(t.positives, all.positives), ratio(t.positives, t.positives + t.negatives)});
  }
  return {"precision_recall", {"recall", "precision", "threshold"}, curve_rows(curve, thresholds)};
}

struct Bin {
  std::uint64_t rows = 0;
  std::uint64_t positives = 0;
  stats::Sum predicted = {};
};

std::vector<json::Value> bin_row(std::size_t i, const Bin& bin) {
  const stats::Estimate observed = stats::share(bin.positives, bin.rows);
  return {
      ratio(i, bins), ratio(i + 1, bins), bin.rows,     bin.predicted.value() / static_cast<double>(bin.rows),
      observed.value, observed.low,       observed.high};
}

Plot calibration(const View& view) {
  std::array<Bin, bins> all = {};
  for (std::size_t i = 0; i < view.rows(); ++i) {
    Bin& bin = all[stats::bin_of(view.predictions[i], bins)];
    ++bin.rows;
    bin.positives += view.positive[i];
    bin.predicted.add(view.predictions[i]);
  }
  Plot out{"calibration", {"from", "to", "rows", "predicted", "observed", "low", "high"}, {}};
  for (std::size_t i = 0; i < bins; ++i) {
    if (all[i].rows > 0) out.rows.push_back(bin_row(i, all[i]));
  }
  return out;
}

std::string class_name(const std::vector<std::string>& classes, std::size_t k) {
  return k < classes.size() ? classes[k] : std::to_string(k);
}

}  // namespace

Plot confusion(const View& view, const std::vector<std::string>& classes) {
  const std::size_t count = view.truth.classes;
  std::vector<std::uint64_t> cells(count * count);
  for (std::size_t i = 0; i < view.rows(); ++i) ++cells[view.label(i) * count + view.decided[i]];
  Plot out{"confusion", {"truth", "predicted", "rows"}, {}};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i] == 0 && count > whole_table) continue;
    out.rows.push_back({class_name(classes, i / count), class_name(classes, i % count), cells[i]});
  }
  return out;
}

std::vector<Plot> binary_plots(const View& view, const std::vector<std::string>& classes) {
  std::vector<Plot> out;
  const std::vector<stats::Threshold> thresholds = stats::thresholds(view.predictions, view.positive);
  const bool positives = thresholds.back().positives > 0;
  if (positives && thresholds.back().negatives > 0) out.push_back(roc(thresholds));
  if (positives) out.push_back(precision_recall(thresholds));
  out.push_back(calibration(view));
  out.push_back(confusion(view, classes));
  return out;
}

}  // namespace mlops::evaluate
