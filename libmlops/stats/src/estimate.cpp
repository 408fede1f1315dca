/// Estimates of means, shares and medians.
#include "src/internal.hpp"

#include <mlops/base/error.hpp>
#include <mlops/stats/metrics.hpp>
#include <mlops/stats/sum.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mlops::stats {
namespace {

/// The squared standard error of the mean.
double variance_of_mean(std::span<const double> values, double mean) {
  const double count = static_cast<double>(values.size());
  Sum squares;
  for (const double value : values) squares.add((value - mean) * (value - mean));
  return squares.value() / (count - 1) / count;
}

double mean_of(std::span<const double> values) { return sum(values) / static_cast<double>(values.size()); }

}  // namespace

void require_equal(std::size_t a, std::size_t b) {
  if (a != b) throw error(Code::internal, "{} scores for {} rows", a, b);
}

Estimate undefined() {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  return {nan, nan, nan, nan};
}

Estimate bare(double value) {
  Estimate out = undefined();
  out.value = value;
  return out;
}

Estimate normal(double value, double error) {
  return {value, error, value - normal_quantile * error, value + normal_quantile * error};
}

Estimate mean(std::span<const double> values) {
  if (values.empty()) return undefined();
  return linearised(mean_of(values), values);
}

Estimate linearised(double value, std::span<const double> influence) {
  if (influence.size() < 2) return bare(value);
  return normal(value, std::sqrt(variance_of_mean(influence, mean_of(influence))));
}

Estimate share(std::uint64_t successes, std::uint64_t count) {
  if (count == 0) return undefined();
  const double n = static_cast<double>(count);
  const double p = static_cast<double>(successes) / n;
  const double z2 = normal_quantile * normal_quantile;
  const double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const double half = normal_quantile / (1 + z2 / n) * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  const double low = successes == 0 ? 0 : std::max(0.0, centre - half);
  const double high = successes == count ? 1 : std::min(1.0, centre + half);
  return {p, std::sqrt(p * (1 - p) / n), low, high};
}

Estimate f1_at_edge(std::uint64_t right, std::uint64_t wrong) {
  const Estimate jaccard = share(right, right + wrong);
  const auto f1 = [](double j) { return 2 * j / (1 + j); };
  return {f1(jaccard.value), 0, f1(jaccard.low), f1(jaccard.high)};
}

Estimate clipped(Estimate estimate, double least, double most) {
  if (estimate.low < least) estimate.low = least;
  if (estimate.high > most) estimate.high = most;
  return estimate;
}

Estimate median(std::span<const double> values) {
  const bool good = std::none_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
  if (values.empty() || !good) return undefined();
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t count = sorted.size();
  const double value = std::midpoint(sorted[(count - 1) / 2], sorted[count / 2]);
  const double n = static_cast<double>(count);
  // The k-th smallest and the k-th greatest, k from 1.
  const double k = std::floor((n + 1 - normal_quantile * std::sqrt(n)) / 2);
  if (k < 1) return bare(value);
  const double low = sorted[static_cast<std::size_t>(k) - 1];
  const double high = sorted[count - static_cast<std::size_t>(k)];
  return {value, (high - low) / (2 * normal_quantile), low, high};
}

}  // namespace mlops::stats
