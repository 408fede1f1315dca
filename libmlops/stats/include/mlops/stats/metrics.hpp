#pragma once
/// Metrics of predictions against the truth, with their standard errors. Pure functions over spans; no metric
/// depends on the order of the rows beyond the rounding of sums, which are compensated (Neumaier). Unless it
/// says otherwise, what is not defined (no rows, one class, a score that is NaN) is NaN. Spans that belong
/// together have equal lengths, else Error(internal).

#include <cstddef>
#include <cstdint>
#include <limits>
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

/// What is not defined: NaN in every place.
Estimate undefined();

/// A value without an interval.
Estimate bare(double value);

/// The mean of `values`, with the interval of the normal distribution. One value has no error.
Estimate mean(std::span<const double> values);

/// A share of successes with Wilson's interval (Wilson 1927).
Estimate share(std::uint64_t successes, std::uint64_t count);

/// The median, with the distribution-free interval of order statistics (David and Nagaraja 2003, 7.1); fewer
/// than six values have none. The error is that of a normal distribution with this interval.
Estimate median(std::span<const double> values);

/// A smooth statistic of n rows whose dependence on row i is, to first order, influence[i] / n (the delta
/// method; van der Vaart 1998, 20.1): normal interval, the error is that of the mean of the influences.
Estimate linearised(double value, std::span<const double> influence);

/// F1 = 2 j / (1 + j) for the share j of Jaccard, right / (right + wrong), where `wrong` counts both kinds of
/// mistake: carries over Wilson's interval of j. The error is 0: meant for right or wrong = 0, where the
/// delta method has no variance to go by.
Estimate f1_at_edge(std::uint64_t right, std::uint64_t wrong);

/// The same with an interval that leaves out what the statistic can never be: its coverage stays what it was.
Estimate clipped(Estimate estimate, double least, double most = std::numeric_limits<double>::infinity());

/// Area under the ROC curve (ties count a half) with DeLong's variance (DeLong, DeLong, Clarke-Pearson 1988;
/// from one sort, as in Sun and Xu 2014). `truth` is 0 or 1. The interval is normal on the logit scale (Pepe
/// 2003, 5.2), which keeps it inside 0 and 1. An area of 0 or 1 has no variance to go by: its interval is
/// Wilson's for as many trials as the smaller class has rows.
Estimate auc(std::span<const double> scores, std::span<const std::uint8_t> truth);

/// AUC(a) - AUC(b) on the same rows, with the covariance of the two.
Estimate auc_difference(std::span<const double> a, std::span<const double> b,
                        std::span<const std::uint8_t> truth);

/// The influence of each row on the AUC, for linearised(); empty where the AUC is not defined.
std::vector<double> auc_influence(std::span<const double> scores, std::span<const std::uint8_t> truth);

/// Average precision: sum over thresholds of (recall_n - recall_{n-1}) precision_n, as scikit-learn has it.
double average_precision(std::span<const double> scores, std::span<const std::uint8_t> truth);

/// Expected calibration error over `bins` bins of equal width, [0, 0.1) to [0.9, 1] (Naeini et al. 2015).
double calibration_error(std::span<const double> scores, std::span<const std::uint8_t> truth,
                         std::size_t bins = 10);

/// The bin of `score` among `bins` of equal width between 0 and 1; scores outside are in the outer ones.
std::size_t bin_of(double score, std::size_t bins);

/// One threshold of a ranking: what is at or above `score`.
struct Threshold {
  double score = 0;
  std::uint64_t positives = 0;
  std::uint64_t negatives = 0;
};

/// A threshold for each different score, the greatest first. Empty when a score is NaN.
std::vector<Threshold> thresholds(std::span<const double> scores, std::span<const std::uint8_t> truth);

}  // namespace mlops::stats
