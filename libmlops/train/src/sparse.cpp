#include "src/sparse.hpp"

#include <algorithm>

namespace mlops::train {

Sparse::Sparse(const predict::Design& design, const predict::Frame& frame)
    : rows_(frame.rows), columns_(design.columns() + 1) {
  std::vector<bool> dense(columns_);
  for (const auto& term : design.terms()) {
    if (term.categories == 0) dense[term.first] = true;
  }
  dense[intercept()] = true;
  for (std::size_t i = 0; i < columns_; ++i) {
    if (dense[i]) dense_columns_.push_back(static_cast<std::uint32_t>(i));
  }
  dense_.reserve(rows_ * dense_columns_.size());
  ends_.reserve(rows_ + 1);
  for (std::size_t row = 0; row < rows_; ++row) {
    design.visit(frame, row, [&](std::size_t column, double value) {
      if (dense[column]) dense_.push_back(value);
      else ones_.push_back(static_cast<std::uint32_t>(column));
    });
    dense_.push_back(1);
    ends_.push_back(ones_.size());
  }
}

double Sparse::dot(std::size_t row, std::span<const double> coefficients) const {
  const auto values = dense(row);
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += values[i] * coefficients[dense_columns_[i]];
  for (const auto column : ones(row)) sum += coefficients[column];
  return sum;
}

void Sparse::add(std::size_t row, double factor, std::span<double> target) const {
  const auto values = dense(row);
  for (std::size_t i = 0; i < values.size(); ++i) target[dense_columns_[i]] += factor * values[i];
  for (const auto column : ones(row)) target[column] += factor;
}

std::size_t pieces_of(std::size_t rows, std::size_t doubles) {
  constexpr std::size_t most = 16, rows_each = 512, most_bytes = 64 << 20;
  const std::size_t affordable = most_bytes / (doubles * sizeof(double) + 1);
  return std::clamp<std::size_t>(std::min(affordable, rows / rows_each), 1, most);
}

}  // namespace mlops::train
