#pragma once
/// Metrics of predictions against the truth, with their standard errors. Pure functions over spans; no metric
/// depends on the order of the rows beyond the rounding of sums, which are compensated (Neumaier). Unless it
/// says otherwise, what is not defined (no rows, one class) is NaN.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mlops::stats {

/// A value, its standard error and a two-sided 95 % interval.
struct Estimate {
  double value = 0;
  double error = 0;
  double low = 0;
  double high = 0;
};

/// The mean of `values`, with the interval of the normal distribution.
Estimate mean(std::span<const double> values);

/// A share of successes with Wilson's interval (Wilson 1927).
Estimate share(std::uint64_t successes, std::uint64_t count);

/// Area under the ROC curve (ties count a half) with DeLong's variance (DeLong, DeLong, Clarke-Pearson 1988;
/// the O(n log n) form of Sun and Xu 2014). `truth` is 0 or 1.
Estimate auc(std::span<const double> scores, std::span<const std::uint8_t> truth);

/// AUC(a) - AUC(b) on the same rows, with the covariance of the two.
Estimate auc_difference(std::span<const double> a, std::span<const double> b,
                        std::span<const std::uint8_t> truth);

/// Average precision: sum over thresholds of (recall_n - recall_{n-1}) precision_n, as scikit-learn has it.
double average_precision(std::span<const double> scores, std::span<const std::uint8_t> truth);

/// Expected calibration error over `bins` bins of equal width (Naeini et al. 2015).
double calibration_error(std::span<const double> scores, std::span<const std::uint8_t> truth,
                         std::size_t bins = 10);

}  // namespace mlops::stats
