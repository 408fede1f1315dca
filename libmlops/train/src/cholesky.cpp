#include "src/cholesky.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mlops::train {

Symmetric& Symmetric::operator+=(const Symmetric& other) {
  for (std::size_t i = 0; i < values_.size(); ++i) values_[i] += other.values_[i];
  return *this;
}

// Left-looking by rows of the factor: row k of L needs dot products with earlier rows only once its pivot is
// known, so the diagonal of the rest is kept up to date and the rest is computed when it is its turn.
Cholesky::Cholesky(const Symmetric& matrix, double tolerance)
    : size_(matrix.size()), order_(matrix.size()), factor_(matrix.size() * matrix.size()) {
  std::iota(order_.begin(), order_.end(), 0);
  std::vector<double> left(size_), whole(size_);
  for (std::size_t i = 0; i < size_; ++i) left[i] = whole[i] = matrix.at(i, i);
  for (std::size_t k = 0; k < size_; ++k) {
    std::size_t pivot = k;
    const auto share = [&](std::size_t i) { return whole[i] > 0 ? left[i] / whole[i] : 0; };
    for (std::size_t i = k + 1; i < size_; ++i) {
      if (share(i) > share(pivot)) pivot = i;
    }
    if (!(share(pivot) > tolerance)) break;
    std::swap(order_[k], order_[pivot]);
    std::swap(left[k], left[pivot]);
    std::swap(whole[k], whole[pivot]);
    std::swap_ranges(&lower(k, 0), &lower(k, 0) + k, &lower(pivot, 0));
    const double root = std::sqrt(left[k]);
    lower(k, k) = root;
    for (std::size_t i = k + 1; i < size_; ++i) {
      const double* a = &lower(i, 0);
      const double* b = &lower(k, 0);
      double sum = matrix.at(order_[i], order_[k]);
      for (std::size_t j = 0; j < k; ++j) sum -= a[j] * b[j];
      lower(i, k) = sum / root;
      left[i] -= lower(i, k) * lower(i, k);
    }
    ++rank_;
  }
}

std::vector<std::size_t> Cholesky::dependent() const {
  std::vector<std::size_t> columns(order_.begin() + static_cast<std::ptrdiff_t>(rank_), order_.end());
  std::sort(columns.begin(), columns.end());
  return columns;
}

std::vector<double> Cholesky::solve(std::span<const double> right) const {
  return rank_ == size_ ? solve_full(right) : solve_deficient(right);
}

std::vector<double> Cholesky::solve_full(std::span<const double> right) const {
  std::vector<double> x(size_), out(size_);
  for (std::size_t i = 0; i < size_; ++i) {
    double sum = right[order_[i]];
    for (std::size_t j = 0; j < i; ++j) sum -= lower(i, j) * x[j];
    x[i] = sum / lower(i, i);
  }
  for (std::size_t i = size_; i-- > 0;) {
    x[i] /= lower(i, i);
    for (std::size_t j = 0; j < i; ++j) x[j] -= lower(i, j) * x[i];
    out[order_[i]] = x[i];
  }
  return out;
}

// G = L L' with L of `rank` columns, so its pseudo-inverse is L (L'L)^-1 (L'L)^-1 L'.
std::vector<double> Cholesky::solve_deficient(std::span<const double> right) const {
  std::vector<double> out(size_);
  if (rank_ == 0) return out;
  Symmetric inner(rank_);
  std::vector<double> x(rank_);
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t a = 0; a <= std::min(i, rank_ - 1); ++a) {
      x[a] += lower(i, a) * right[order_[i]];
      for (std::size_t b = 0; b <= a; ++b) inner.at(a, b) += lower(i, a) * lower(i, b);
    }
  }
  const Cholesky factors(inner, 0);
  x = factors.solve(factors.solve(x));
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t a = 0; a <= std::min(i, rank_ - 1); ++a) out[order_[i]] += lower(i, a) * x[a];
  }
  return out;
}

}  // namespace mlops::train
