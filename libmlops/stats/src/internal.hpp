#pragma once
/// What the parts of stats share.

#include <mlops/stats/metrics.hpp>

#include <cstddef>

namespace mlops::stats {

/// Of a two-sided 95 % interval.
inline constexpr double normal_quantile = 1.959963984540054;

Estimate normal(double value, double error);

/// Throws Error(internal).
void require_equal(std::size_t a, std::size_t b);

}  // namespace mlops::stats
