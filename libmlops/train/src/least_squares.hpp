#pragma once
/// Least squares with an l2 penalty on all coefficients but the intercept, over centred columns: the normal
/// equations once for many penalties, each answer refined with residuals taken from the data, so that it is
/// as exact as the data allow. Where columns depend on each other and nothing is penalised, the answer is the
/// one with the smallest sum of squares. Results do not depend on the number of threads.

#include <mlops/base/parallel.hpp>
#include "src/cholesky.hpp"
#include "src/sparse.hpp"

#include <memory>
#include <span>
#include <vector>

namespace mlops::train {

class LeastSquares {
 public:
  /// `matrix` and `labels` must outlive it. Takes min(rows, columns)^2 doubles, at most 5,000^2.
  LeastSquares(const Sparse& matrix, std::span<const double> labels, const Workers& workers);

  struct Answer {
    double intercept = 0;
    std::vector<double> coefficients = {};    ///< Without the intercept.
    std::vector<std::size_t> dependent = {};  ///< Columns that depend on others; only without penalty.
  };
  Answer solve(double l2) const;

 private:
  bool wide() const { return matrix_.rows() < width_; }
  void sum_columns();
  void sum_products();
  void sum_kernel();
  std::vector<double> times(std::span<const double> coefficients) const;
  std::vector<double> transposed(std::span<const double> rows) const;
  std::vector<double> residuals(std::span<const double> coefficients) const;

  const Sparse& matrix_;
  Workers workers_;
  std::size_t width_;  ///< Columns without the intercept.
  double mean_label_ = 0;
  std::vector<double> labels_;  ///< Less their mean.
  std::vector<double> means_;   ///< Of the columns.
  Symmetric products_;          ///< X'X of the centred columns, or XX' when there are fewer rows.
};

}  // namespace mlops::train
