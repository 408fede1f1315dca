#pragma once
/// The penalised logistic loss: the sum over the rows of -log p(label) and l2 / 2 times the sum of squares of
/// the coefficients, intercepts excepted, as scikit-learn's LogisticRegression has it with C = 1 / l2. With
/// one output it is that of two classes, with more the softmax. Coefficients stand output after output, each
/// with its intercept last. Sums are added up in pieces that the data fix, whatever the number of threads.

#include <mlops/base/parallel.hpp>
#include "src/cholesky.hpp"
#include "src/sparse.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace mlops::train {

class LogisticLoss {
 public:
  /// What it is given must outlive it. Labels are class numbers.
  LogisticLoss(const Sparse& matrix, std::span<const double> labels, std::size_t outputs, double l2,
               const Workers& workers);

  std::size_t unknowns() const { return outputs_ * matrix_.columns(); }
  std::size_t rows() const { return matrix_.rows(); }

  /// The loss there.
  double value(std::span<const double> at) const;
  /// The loss, its gradient, and the probabilities that the two below use.
  double look(std::span<const double> at, std::span<double> gradient);
  /// The second derivatives where look() was. Where the intercepts of several outputs could all be shifted
  /// alike, their mean is held.
  Symmetric curvature() const;
  /// The second derivatives times a direction, and their diagonal.
  std::vector<double> curvature_times(std::span<const double> direction) const;
  std::vector<double> curvature_diagonal() const;

 private:
  std::size_t width() const { return matrix_.columns(); }
  bool penalised(std::size_t unknown) const { return unknown % width() != matrix_.intercept(); }
  double penalty(std::span<const double> at) const;
  /// Scores of a row in `row`; returns -log p(label) and leaves the probabilities there.
  double row_loss(std::size_t row, std::span<const double> at, std::span<double> probabilities) const;
  std::span<double> probabilities(std::size_t row) {
    return {probabilities_.data() + row * outputs_, outputs_};
  }
  std::span<const double> probabilities(std::size_t row) const {
    return {probabilities_.data() + row * outputs_, outputs_};
  }
  void add_curvature(std::size_t row, Symmetric& sums) const;
  /// Second derivative of a row's loss by the scores a and b.
  double weight(std::size_t row, std::size_t a, std::size_t b) const;

  const Sparse& matrix_;
  std::span<const double> labels_;
  std::size_t outputs_;
  double l2_;
  Workers workers_;
  std::vector<double> probabilities_;
};

}  // namespace mlops::train
