#pragma once
/// The design matrix as the solvers walk over it: the columns of numbers dense, the columns of categories and
/// nulls as the positions of their ones, and a last column of ones for the intercept.

#include <mlops/predict/linear.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mlops::train {

class Sparse {
 public:
  Sparse(const predict::Design& design, const predict::Frame& frame);

  std::size_t rows() const { return rows_; }
  /// With the intercept, which is the last one.
  std::size_t columns() const { return columns_; }
  std::size_t intercept() const { return columns_ - 1; }

  /// The columns that are dense, ascending; the intercept is the last of them.
  std::span<const std::uint32_t> dense_columns() const { return dense_columns_; }
  /// Their values in a row; the intercept's 1 included.
  std::span<const double> dense(std::size_t row) const {
    return {dense_.data() + row * dense_columns_.size(), dense_columns_.size()};
  }
  /// The columns that are 1 in a row, ascending; all others that are not dense are 0.
  std::span<const std::uint32_t> ones(std::size_t row) const {
    return {ones_.data() + ends_[row], ends_[row + 1] - ends_[row]};
  }

  double dot(std::size_t row, std::span<const double> coefficients) const;
  /// target += factor * row
  void add(std::size_t row, double factor, std::span<double> target) const;

 private:
  std::size_t rows_;
  std::size_t columns_;
  std::vector<std::uint32_t> dense_columns_ = {};
  std::vector<double> dense_ = {};
  std::vector<std::uint32_t> ones_ = {};
  std::vector<std::size_t> ends_ = {0};
};

/// Rows are worked on in so many pieces, which depends on the data alone; each keeps `doubles` sums.
std::size_t pieces_of(std::size_t rows, std::size_t doubles);

/// First row of the piece.
inline std::size_t piece_begin(std::size_t rows, std::size_t pieces, std::size_t piece) {
  return rows / pieces * piece + rows % pieces * piece / pieces;
}

}  // namespace mlops::train
