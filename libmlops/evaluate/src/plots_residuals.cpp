/// Plots of numbers, as data.
#include "src/view.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mlops::evaluate {
namespace {

constexpr std::size_t most_points = 200;
constexpr std::size_t steps = 20;

/// Of `count` places at most `most`, evenly spread, ends included.
std::vector<std::size_t> spread(std::size_t count, std::size_t most) {
  const std::size_t taken = std::min(count, most);
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < taken; ++i) {
    out.push_back(taken == 1 ? 0 : (i * (count - 1) + (taken - 1) / 2) / (taken - 1));
  }
  return out;
}

/// Rows from the smallest prediction to the greatest.
Plot residuals(const View& view) {
  std::vector<std::size_t> order(view.rows());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return view.predictions[a] < view.predictions[b]; });
  Plot out{"residuals", {"predicted", "truth", "residual"}, {}};
  for (const std::size_t place : spread(order.size(), most_points)) {
    const double predicted = view.predictions[order[place]];
    const double truth = view.truth.labels[order[place]];
    out.rows.push_back({predicted, truth, truth - predicted});
  }
  return out;
}

/// By linear interpolation between order statistics (type 7 of Hyndman and Fan 1996).
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

Plot quantiles(const View& view) {
  std::vector<double> sorted(view.rows());
  for (std::size_t i = 0; i < sorted.size(); ++i) sorted[i] = view.truth.labels[i] - view.predictions[i];
  std::sort(sorted.begin(), sorted.end());
  Plot out{"quantiles", {"share", "residual"}, {}};
  for (std::size_t i = 0; i <= steps; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(steps);
    out.rows.push_back({share, quantile(sorted, share)});
  }
  return out;
}

}  // namespace

std::vector<Plot> residual_plots(const View& view) { return {residuals(view), quantiles(view)}; }

}  // namespace mlops::evaluate
