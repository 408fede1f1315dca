#include "src/newton.hpp"

#include <algorithm>
#include <cmath>

namespace mlops::train {
namespace {

using Vector = std::vector<double>;

constexpr std::size_t most_direct = 150;  ///< Unknowns up to which Cholesky is the faster way.
constexpr std::size_t most_inner = 1000;
constexpr int most_halvings = 40;

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double largest(const Vector& values) {
  double most = 0;
  for (const double value : values) most = std::max(most, std::abs(value));
  return most;
}

void add(Vector& target, double factor, const Vector& more) {
  for (std::size_t i = 0; i < target.size(); ++i) target[i] += factor * more[i];
}

/// Conjugate gradients with the diagonal as preconditioner, until the residual is `share` of the beginning's.
Vector conjugate(const LogisticLoss& loss, const Vector& right, double share) {
  Vector diagonal = loss.curvature_diagonal();
  for (double& d : diagonal) d = d > 0 ? 1 / d : 1;
  const auto scaled = [&](const Vector& v) {
    Vector out(v.size());
    for (std::size_t i = 0; i < v.size(); ++i) out[i] = diagonal[i] * v[i];
    return out;
  };
  Vector x(right.size()), residual = right, z = scaled(residual), direction = z;
  double rz = dot(residual, z);
  const double enough = share * share * rz;
  for (std::size_t i = 0; i < most_inner && rz > enough; ++i) {
    const Vector image = loss.curvature_times(direction);
    const double bend = dot(direction, image);
    if (!(bend > 0)) break;
    add(x, rz / bend, direction);
    add(residual, -rz / bend, image);
    z = scaled(residual);
    const double next = dot(residual, z);
    for (std::size_t k = 0; k < direction.size(); ++k) direction[k] = z[k] + next / rz * direction[k];
    rz = next;
  }
  return x;
}

/// Where the gradient would be zero if the loss were quadratic.
Vector direction_of(const LogisticLoss& loss, const Vector& gradient, double share) {
  Vector down(gradient.size());
  for (std::size_t i = 0; i < down.size(); ++i) down[i] = -gradient[i];
  if (loss.unknowns() <= most_direct) return Cholesky(loss.curvature()).solve(down);
  return conjugate(loss, down, share);
}

/// The longest of 1, 1/2, 1/4, ... that lowers the loss by its due; 0: none does. Where the due is lost in
/// the digits of the loss, the gradient alone leads on.
double step_length(const LogisticLoss& loss, const Vector& at, const Vector& direction, double value,
                   double slope) {
  if (-slope <= 1e-9 * std::abs(value)) return 1;
  const double noise = 1e-14 * std::abs(value);
  double length = 1;
  for (int i = 0; i < most_halvings; ++i, length /= 2) {
    Vector there = at;
    add(there, length, direction);
    if (loss.value(there) <= value + 1e-4 * length * slope + noise) return length;
  }
  return 0;
}

}  // namespace

NewtonAnswer newton(LogisticLoss& loss, std::vector<double> start, const NewtonRequest& request) {
  NewtonAnswer answer = {.at = std::move(start)};
  Vector gradient(loss.unknowns());
  double first = 0;
  while (answer.steps < request.steps && !answer.converged && !answer.unbounded) {
    const double value = loss.look(answer.at, gradient);
    if (request.at_step) request.at_step(answer.steps, value);
    const double norm = std::sqrt(dot(gradient, gradient));
    if (answer.steps == 0) first = norm;
    const double share = std::clamp(std::sqrt(norm / std::max(first, 1e-300)), 1e-3, 0.1);
    const Vector direction = direction_of(loss, gradient, share);
    const double length = step_length(loss, answer.at, direction, value, dot(gradient, direction));
    add(answer.at, length, direction);
    ++answer.steps;
    const double change = length * largest(direction), size = largest(answer.at);
    answer.unbounded = request.bound > 0 && size > request.bound;
    answer.converged = length == 0 || (length == 1 && change <= request.tolerance * std::max(1.0, size));
  }
  return answer;
}

}  // namespace mlops::train
