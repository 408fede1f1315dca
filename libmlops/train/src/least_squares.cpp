#include "src/least_squares.hpp"

#include <mlops/stats/sum.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mlops::train {
namespace {

constexpr std::size_t most_unknowns = 5000;
constexpr int most_refinements = 8;

std::size_t unknowns(const Sparse& matrix) {
  const auto size = std::min(matrix.rows(), matrix.columns() - 1);
  if (size <= most_unknowns) return size;
  throw error(Code::failed, "linear would solve for {} coefficients at once and takes {} at most",
              count_text(size), count_text(most_unknowns))
      .with_hint("leave out columns with many categories");
}

double mean_of(std::span<const double> values) {
  stats::Sum sum;
  for (const double value : values) sum.add(value);
  return values.empty() ? 0 : sum.value() / static_cast<double>(values.size());
}

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double largest(std::span<const double> values) {
  double most = 0;
  for (const double value : values) most = std::max(most, std::abs(value));
  return most;
}

/// The products of one row with itself, for all columns but the intercept.
void add_products(const Sparse& matrix, std::size_t row, Symmetric& sums) {
  const auto values = matrix.dense(row);
  const auto columns = matrix.dense_columns();
  const std::size_t numbers = values.size() - 1;
  for (std::size_t a = 0; a < numbers; ++a) {
    double* target = sums.row(columns[a]);
    for (std::size_t b = 0; b <= a; ++b) target[columns[b]] += values[a] * values[b];
  }
  const auto ones = matrix.ones(row);
  for (std::size_t a = 0; a < ones.size(); ++a) {
    double* target = sums.row(ones[a]);
    for (std::size_t b = 0; b <= a; ++b) ++target[ones[b]];
    for (std::size_t b = 0; b < numbers; ++b) {
      if (columns[b] < ones[a]) target[columns[b]] += values[b];
      else sums.at(columns[b], ones[a]) += values[b];
    }
  }
}

}  // namespace

LeastSquares::LeastSquares(const Sparse& matrix, std::span<const double> labels, const Workers& workers)
    : matrix_(matrix),
      workers_(workers),
      width_(matrix.columns() - 1),
      mean_label_(mean_of(labels)),
      labels_(labels.begin(), labels.end()),
      means_(width_),
      products_(unknowns(matrix)) {
  for (double& label : labels_) label -= mean_label_;
  sum_columns();
  if (wide()) sum_kernel();
  else sum_products();
}

void LeastSquares::sum_columns() {
  const std::vector<double> ones(matrix_.rows(), 1.0);
  means_ = transposed(ones);
  for (double& mean : means_) mean /= static_cast<double>(matrix_.rows());
}

void LeastSquares::sum_products() {
  const auto pieces = pieces_of(matrix_.rows(), products_.values().size());
  std::vector<Symmetric> sums(pieces, Symmetric(width_));
  in_parallel(pieces, workers_, [&](std::size_t piece) {
    const auto end = piece_begin(matrix_.rows(), pieces, piece + 1);
    for (auto row = piece_begin(matrix_.rows(), pieces, piece); row < end; ++row) {
      add_products(matrix_, row, sums[piece]);
    }
  });
  for (const Symmetric& sum : sums) products_ += sum;
  const auto n = static_cast<double>(matrix_.rows());
  for (std::size_t i = 0; i < width_; ++i) {
    for (std::size_t j = 0; j <= i; ++j) products_.at(i, j) -= n * means_[i] * means_[j];
  }
}

void LeastSquares::sum_kernel() {
  in_parallel(matrix_.rows(), workers_, [&](std::size_t i) {
    std::vector<double> row(matrix_.columns());
    for (std::size_t column = 0; column < width_; ++column) row[column] = -means_[column];
    matrix_.add(i, 1, row);
    row[width_] = 0;
    const double shift = dot(means_, row);
    for (std::size_t j = 0; j <= i; ++j) products_.at(i, j) = matrix_.dot(j, row) - shift;
  });
}

std::vector<double> LeastSquares::times(std::span<const double> coefficients) const {
  std::vector<double> padded(coefficients.begin(), coefficients.end());
  padded.push_back(-dot(coefficients, means_));
  std::vector<double> out(matrix_.rows());
  const auto pieces = pieces_of(matrix_.rows(), 1);
  in_parallel(pieces, workers_, [&](std::size_t piece) {
    const auto end = piece_begin(matrix_.rows(), pieces, piece + 1);
    for (auto row = piece_begin(matrix_.rows(), pieces, piece); row < end; ++row) {
      out[row] = matrix_.dot(row, padded);
    }
  });
  return out;
}

/// Of the columns as they are, not centred.
std::vector<double> LeastSquares::transposed(std::span<const double> rows) const {
  const auto pieces = pieces_of(matrix_.rows(), matrix_.columns());
  std::vector<std::vector<double>> sums(pieces, std::vector<double>(matrix_.columns()));
  in_parallel(pieces, workers_, [&](std::size_t piece) {
    const auto end = piece_begin(matrix_.rows(), pieces, piece + 1);
    for (auto row = piece_begin(matrix_.rows(), pieces, piece); row < end; ++row) {
      matrix_.add(row, rows[row], sums[piece]);
    }
  });
  std::vector<double> total(width_);
  for (const auto& sum : sums) {
    for (std::size_t i = 0; i < width_; ++i) total[i] += sum[i];
  }
  return total;
}

std::vector<double> LeastSquares::residuals(std::span<const double> coefficients) const {
  auto left = times(coefficients);
  for (std::size_t row = 0; row < left.size(); ++row) left[row] = labels_[row] - left[row];
  return left;
}

LeastSquares::Answer LeastSquares::solve(double l2) const {
  Symmetric system = products_;
  for (std::size_t i = 0; i < system.size(); ++i) system.at(i, i) += l2;
  const Cholesky factors(system);
  Answer answer = {.coefficients = std::vector<double>(width_)};
  if (!wide() && l2 == 0) answer.dependent = factors.dependent();
  // Wide: coefficients = X' a, so the penalty acts on what a has to be.
  std::vector<double> weights(matrix_.rows());
  for (int i = 0; i < most_refinements; ++i) {
    auto left = residuals(answer.coefficients);
    std::vector<double> change;
    if (wide()) {
      for (std::size_t row = 0; row < left.size(); ++row) left[row] -= l2 * weights[row];
      auto more = factors.solve(left);
      const double mean = mean_of(more);
      for (std::size_t row = 0; row < more.size(); ++row) weights[row] += more[row], more[row] -= mean;
      change = transposed(more);
    } else {
      auto right = transposed(left);
      const double total = std::accumulate(left.begin(), left.end(), 0.0);
      for (std::size_t k = 0; k < width_; ++k) right[k] -= means_[k] * total + l2 * answer.coefficients[k];
      change = factors.solve(right);
    }
    for (std::size_t k = 0; k < width_; ++k) answer.coefficients[k] += change[k];
    if (largest(change) <= 1e-13 * largest(answer.coefficients)) break;
  }
  answer.intercept = mean_label_ - dot(answer.coefficients, means_);
  return answer;
}

}  // namespace mlops::train
