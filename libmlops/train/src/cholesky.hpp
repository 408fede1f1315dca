#pragma once
/// Cholesky's factorisation of symmetric matrices, with pivots, so that collinear columns are found instead of
/// dividing by rounding errors.

#include <cstddef>
#include <span>
#include <vector>

namespace mlops::train {

/// A symmetric matrix; only the lower triangle (row >= column) is kept and read.
class Symmetric {
 public:
  explicit Symmetric(std::size_t size) : size_(size), values_(size * (size + 1) / 2) {}

  std::size_t size() const { return size_; }
  double& at(std::size_t row, std::size_t column) { return values_[row * (row + 1) / 2 + column]; }
  double at(std::size_t row, std::size_t column) const {
    return row >= column ? values_[row * (row + 1) / 2 + column] : values_[column * (column + 1) / 2 + row];
  }
  double* row(std::size_t i) { return values_.data() + i * (i + 1) / 2; }
  const double* row(std::size_t i) const { return values_.data() + i * (i + 1) / 2; }
  std::span<double> values() { return values_; }

  Symmetric& operator+=(const Symmetric& other);

 private:
  std::size_t size_;
  std::vector<double> values_;
};

/// Factors of a matrix that is positive semi-definite.
class Cholesky {
 public:
  /// A pivot below `tolerance` times its own diagonal element before the elimination ends it: the columns
  /// left depend on those before.
  explicit Cholesky(const Symmetric& matrix, double tolerance = 1e-11);

  std::size_t rank() const { return rank_; }
  /// Columns that depend on others, ascending.
  std::vector<std::size_t> dependent() const;
  /// The solution; of rank-deficient systems the one with the smallest sum of squares (Moore-Penrose).
  std::vector<double> solve(std::span<const double> right) const;

 private:
  std::vector<double> solve_full(std::span<const double> right) const;
  std::vector<double> solve_deficient(std::span<const double> right) const;
  double& lower(std::size_t row, std::size_t column) { return factor_[row * size_ + column]; }
  double lower(std::size_t row, std::size_t column) const { return factor_[row * size_ + column]; }

  std::size_t size_;
  std::size_t rank_ = 0;
  std::vector<std::size_t> order_;  ///< Position in the factor -> column.
  std::vector<double> factor_;      ///< Square, row-major; the lower triangle means something.
};

}  // namespace mlops::train
