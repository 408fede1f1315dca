#include "src/logistic_loss.hpp"

#include <mlops/stats/sum.hpp>

#include <mlops/predict/linear.hpp>

#include <algorithm>
#include <cmath>

namespace mlops::train {
namespace {

using Vector = std::vector<double>;

/// Calls work(row, sums) for every row, with its piece's sums, and adds those up in order.
template <typename Sums, typename Work>
Sums summed(const Sparse& matrix, const Sums& zero, std::size_t doubles, const Workers& workers,
            const Work& work) {
  const auto pieces = pieces_of(matrix.rows(), doubles);
  std::vector<Sums> sums(pieces, zero);
  in_parallel(pieces, workers, [&](std::size_t piece) {
    const auto end = piece_begin(matrix.rows(), pieces, piece + 1);
    for (auto row = piece_begin(matrix.rows(), pieces, piece); row < end; ++row) work(row, sums[piece]);
  });
  Sums total = zero;
  for (const Sums& sum : sums) total += sum;
  return total;
}

/// Sums of a vector, and of one number beside it.
struct Gradient {
  Vector vector;
  stats::Sum loss = {};
  Vector scores = {};  ///< Room for those of one row.

  Gradient& operator+=(const Gradient& other) {
    for (std::size_t i = 0; i < vector.size(); ++i) vector[i] += other.vector[i];
    loss.add(other.loss.value());
    return *this;
  }
};

/// log(1 + exp(x)) without overflow.
double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

double log_of_sum(std::span<const double> scores) {
  const double most = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (const double score : scores) sum += std::exp(score - most);
  return most + std::log(sum);
}

}  // namespace

LogisticLoss::LogisticLoss(const Sparse& matrix, std::span<const double> labels, std::size_t outputs,
                           double l2, const Workers& workers)
    : matrix_(matrix),
      labels_(labels),
      outputs_(outputs),
      l2_(l2),
      workers_(workers),
      probabilities_(matrix.rows() * outputs) {}

double LogisticLoss::penalty(std::span<const double> at) const {
  stats::Sum sum;
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (penalised(i)) sum.add(at[i] * at[i]);
  }
  return l2_ / 2 * sum.value();
}

double LogisticLoss::row_loss(std::size_t row, std::span<const double> at, std::span<double> out) const {
  for (std::size_t k = 0; k < outputs_; ++k) out[k] = matrix_.dot(row, at.subspan(k * width(), width()));
  if (outputs_ == 1) {
    const double loss = softplus(labels_[row] == 1 ? -out[0] : out[0]);
    out[0] = predict::logistic(out[0]);
    return loss;
  }
  const double loss = log_of_sum(out) - out[static_cast<std::size_t>(labels_[row])];
  predict::softmax(out);
  return loss;
}

double LogisticLoss::value(std::span<const double> at) const {
  const auto sums =
      summed(matrix_, Gradient{Vector(outputs_)}, outputs_, workers_,
             [&](std::size_t row, Gradient& sum) { sum.loss.add(row_loss(row, at, sum.vector)); });
  return sums.loss.value() + penalty(at);
}

double LogisticLoss::look(std::span<const double> at, std::span<double> gradient) {
  const auto sums = summed(
      matrix_, Gradient{Vector(unknowns())}, unknowns(), workers_, [&](std::size_t row, Gradient& sum) {
        const auto p = probabilities(row);
        sum.loss.add(row_loss(row, at, p));
        for (std::size_t k = 0; k < outputs_; ++k) {
          const bool hit = outputs_ == 1 ? labels_[row] == 1 : static_cast<std::size_t>(labels_[row]) == k;
          matrix_.add(row, p[k] - (hit ? 1 : 0), std::span(sum.vector).subspan(k * width(), width()));
        }
      });
  for (std::size_t i = 0; i < gradient.size(); ++i)
    gradient[i] = sums.vector[i] + (penalised(i) ? l2_ * at[i] : 0);
  return sums.loss.value() + penalty(at);
}

double LogisticLoss::weight(std::size_t row, std::size_t a, std::size_t b) const {
  const auto p = probabilities(row);
  return a == b ? p[a] * (1 - p[a]) : -p[a] * p[b];
}

// The positions of the row that are not 0, with the intercept among the dense ones.
void LogisticLoss::add_curvature(std::size_t row, Symmetric& sums) const {
  const auto values = matrix_.dense(row);
  const auto columns = matrix_.dense_columns();
  const auto ones = matrix_.ones(row);
  for (std::size_t a = 0; a < outputs_; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      const double w = weight(row, a, b);
      const auto add = [&](std::size_t i, std::size_t j, double x) {
        if (a != b || i >= j) sums.row(a * width() + i)[b * width() + j] += w * x;
      };
      for (std::size_t i = 0; i < values.size(); ++i) {
        for (std::size_t j = 0; j < values.size(); ++j) add(columns[i], columns[j], values[i] * values[j]);
        for (const auto j : ones) add(columns[i], j, values[i]), add(j, columns[i], values[i]);
      }
      for (const auto i : ones) {
        for (const auto j : ones) add(i, j, 1);
      }
    }
  }
}

Symmetric LogisticLoss::curvature() const {
  Symmetric zero(unknowns());
  auto total = summed(matrix_, zero, zero.values().size(), workers_,
                      [&](std::size_t row, Symmetric& sums) { add_curvature(row, sums); });
  const double hold = static_cast<double>(rows()) / static_cast<double>(outputs_);
  for (std::size_t i = 0; i < unknowns(); ++i) {
    if (penalised(i)) total.at(i, i) += l2_;
  }
  for (std::size_t a = matrix_.intercept(); outputs_ > 1 && a < unknowns(); a += width()) {
    for (std::size_t b = matrix_.intercept(); b <= a; b += width()) total.at(a, b) += hold;
  }
  return total;
}

std::vector<double> LogisticLoss::curvature_times(std::span<const double> direction) const {
  const auto sums = summed(matrix_, Gradient{Vector(unknowns())}, unknowns(), workers_,
                           [&](std::size_t row, Gradient& sum) {
                             const auto p = probabilities(row);
                             double mean = 0;
                             sum.scores.resize(outputs_);
                             for (std::size_t k = 0; k < outputs_; ++k) {
                               sum.scores[k] = matrix_.dot(row, direction.subspan(k * width(), width()));
                               mean += p[k] * sum.scores[k];
                             }
                             for (std::size_t k = 0; k < outputs_; ++k) {
                               matrix_.add(row, p[k] * (sum.scores[k] - mean),
                                           std::span(sum.vector).subspan(k * width(), width()));
                             }
                           });
  Vector out = sums.vector;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (penalised(i)) out[i] += l2_ * direction[i];
  }
  return out;
}

std::vector<double> LogisticLoss::curvature_diagonal() const {
  const auto columns = matrix_.dense_columns();
  const auto sums = summed(matrix_, Gradient{Vector(unknowns())}, unknowns(), workers_,
                           [&](std::size_t row, Gradient& sum) {
                             const auto values = matrix_.dense(row);
                             for (std::size_t k = 0; k < outputs_; ++k) {
                               const double w = weight(row, k, k);
                               double* target = sum.vector.data() + k * width();
                               for (std::size_t i = 0; i < values.size(); ++i)
                                 target[columns[i]] += w * values[i] * values[i];
                               for (const auto i : matrix_.ones(row)) target[i] += w;
                             }
                           });
  Vector out = sums.vector;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] += penalised(i) ? l2_ : 0;
  return out;
}

}  // namespace mlops::train
