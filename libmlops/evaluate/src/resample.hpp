#pragma once
/// Metrics of resamples: how often each row was drawn goes in, the metric of the rows so repeated comes out.

#include "src/view.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace mlops::evaluate {

/// How often each row of the truth was drawn; the sum is the number of rows.
using Draws = std::span<const std::uint8_t>;

/// One metric of one model, made ready once. Immutable; safe for many threads at once.
class Statistic {
 public:
  virtual ~Statistic() = default;
  Statistic() = default;
  Statistic(const Statistic&) = delete;
  Statistic& operator=(const Statistic&) = delete;

  /// As evaluate() has it of the rows repeated; NaN where it is not defined.
  virtual double of(Draws draws) const = 0;
};

using StatisticOf = std::unique_ptr<const Statistic>;

/// The mean of a value of each row, which may be infinite or NaN: that tells only where the row is drawn.
class RowMean {
 public:
  explicit RowMean(std::vector<double> values);
  double of(Draws draws) const;

 private:
  struct Odd {
    std::size_t row;
    double value;
  };
  std::vector<double> values_;
  std::vector<Odd> odd_;
};

/// The mean of the values itself.
StatisticOf mean_statistic(std::vector<double> values);
/// What is worked out from how often classes are, were answered, and both.
StatisticOf counts_statistic(const View& view, double (*value)(const ClassCounts& counts));

/// Rows in order of falling score, and where scores change.
class Ranking {
 public:
  Ranking(std::span<const double> scores, std::span<const std::uint8_t> positive);

  /// NaN unless both classes are drawn.
  double auc(Draws draws) const;
  double average_precision(Draws draws) const;

 private:
  std::vector<std::uint32_t> order_;
  std::vector<std::uint8_t> flags_;  ///< Of each place in the order: 1 positive, 2 last of its score.
};

}  // namespace mlops::evaluate
