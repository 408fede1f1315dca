#pragma once
/// Newton's method for the logistic loss (iteratively reweighted least squares): each step solves with the
/// second derivatives, by Cholesky where there are few unknowns, else by conjugate gradients (Lin, Weng,
/// Keerthi 2008); a step that does not lower the loss enough is halved (Armijo).

#include "src/logistic_loss.hpp"

#include <functional>
#include <vector>

namespace mlops::train {

struct NewtonRequest {
  int steps = 200;
  double tolerance = 1e-9;  ///< The largest change of a coefficient by the last step, beside the largest one.
  double bound = 0;         ///< Stop when a coefficient is beyond it; 0: never.
  std::function<void(int step, double loss)> at_step = {};  ///< May throw.
};

struct NewtonAnswer {
  std::vector<double> at;
  int steps = 0;
  bool converged = false;
  bool unbounded = false;               ///< A coefficient went beyond the bound.
};

NewtonAnswer newton(LogisticLoss& loss, std::vector<double> start, const NewtonRequest& request);

}  // namespace mlops::train
