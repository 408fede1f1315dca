/// Logistic regression, of two classes or, as the softmax, of many.
#include "src/fitting.hpp"
#include "src/newton.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace mlops::train {
namespace {

using predict::Design;
using predict::LinearModel;

constexpr std::array logistic_grid = {100.0, 10.0, 1.0, 0.1,
                                      0.01};  // Each starts where the one before ended.
constexpr double bound = 30;                  ///< Of the coefficients when nothing is penalised.
constexpr double never_seen = 30;  ///< How far a class without training rows lies under the others.

/// The rows to fit, with the classes that they have numbered from 0.
struct Problem {
  Problem(const Fitting& fitting, const Part& part)
      : design(Design::fit(fitting.signature(), part.frame)), matrix(design, part.frame) {
    const std::size_t classes = fitting.signature().classes.size();
    std::vector<bool> seen(classes, fitting.signature().task == predict::Task::binary);
    for (const double label : part.labels) seen[static_cast<std::size_t>(label)] = true;
    std::vector<double> number(classes);
    for (std::size_t k = 0; k < classes; ++k) {
      number[k] = static_cast<double>(present.size());
      if (seen[k]) present.push_back(k);
    }
    for (const double label : part.labels) labels.push_back(number[static_cast<std::size_t>(label)]);
    outputs = fitting.signature().task == predict::Task::binary ? 1 : present.size();
  }

  std::size_t unknowns() const { return outputs * matrix.columns(); }

  Design design;
  Sparse matrix;
  std::vector<std::size_t> present = {};
  std::vector<double> labels = {};
  std::size_t outputs = 1;
};

/// Intercepts last in each output's coefficients become the model's, for all classes of the signature.
LinearModel model_of(const Fitting& fitting, const Problem& problem, std::vector<double> at) {
  const std::size_t width = problem.matrix.columns();
  std::vector<double> intercepts;
  for (std::size_t k = 0; k < problem.outputs; ++k) intercepts.push_back(at[k * width + width - 1]);
  const double mean =
      std::accumulate(intercepts.begin(), intercepts.end(), 0.0) / static_cast<double>(problem.outputs);
  const double least = *std::min_element(intercepts.begin(), intercepts.end());
  const std::size_t outputs = fitting.signature().outputs();
  LinearModel model = {.design = problem.design,
                       .intercepts = std::vector<double>(outputs, least - never_seen),
                       .coefficients = std::vector<double>(outputs * (width - 1))};
  for (std::size_t k = 0; k < problem.outputs; ++k) {
    const std::size_t output = outputs == 1 ? 0 : problem.present[k];
    model.intercepts[output] = intercepts[k] - (outputs == 1 ? 0 : mean);
    const auto from = at.begin() + static_cast<std::ptrdiff_t>(k * width);
    std::copy(from, from + static_cast<std::ptrdiff_t>(width - 1),
              model.coefficients.begin() + static_cast<std::ptrdiff_t>(output * (width - 1)));
  }
  return model;
}

std::vector<double> probabilities(const LinearModel& model, const Part& part) {
  const std::size_t outputs = model.intercepts.size();
  std::vector<double> out(part.frame.rows * outputs);
  model.sums(part.frame, out);
  for (std::size_t row = 0; row < part.frame.rows; ++row) {
    if (outputs == 1) out[row] = predict::logistic(out[row]);
    else predict::softmax(std::span(out).subspan(row * outputs, outputs));
  }
  return out;
}

/// The penalty with the least log loss on the validation rows; the search ends when it gets worse twice.
double choose_logistic_l2(const Fitting& fitting) {
  const Problem problem(fitting, fitting.request.train);
  const auto& valid = fitting.request.valid;
  std::vector<double> at(problem.unknowns());
  double best = l2_without_choice, least = std::numeric_limits<double>::infinity();
  int worse = 0;
  for (std::size_t i = 0; i < logistic_grid.size() && worse < 2; ++i) {
    LogisticLoss loss(problem.matrix, problem.labels, problem.outputs, logistic_grid[i], fitting.workers());
    at = newton(loss, at,
                {.steps = fitting.whole("steps"),
                 .tolerance = 1e-3,
                 .at_step = [&](int, double) { fitting.check(); }})
             .at;
    const auto model = model_of(fitting, problem, at);
    const double error = log_loss(probabilities(model, valid), valid.labels, model.intercepts.size());
    fitting.step("valid.logloss", error, static_cast<int>(i));
    worse = error < least ? 0 : worse + 1;
    if (error < least) least = error, best = logistic_grid[i];
  }
  return best;
}

NewtonAnswer solve(const Fitting& fitting, const Problem& problem) {
  const double l2 = fitting.number("l2");
  LogisticLoss loss(problem.matrix, problem.labels, problem.outputs, l2, fitting.workers());
  const auto rows = static_cast<double>(loss.rows());
  const NewtonRequest request = {
      .steps = fitting.whole("steps"), .bound = l2 == 0 ? bound : 0, .at_step = [&](int step, double value) {
        fitting.check();
        fitting.step("train.loss", value / rows, step);
      }};
  auto answer = newton(loss, std::vector<double>(problem.unknowns()), request);
  if (answer.converged || answer.unbounded) return answer;
  throw error(Code::failed, "logistic did not converge in {}",
              count_of(static_cast<std::uint64_t>(answer.steps), "step"))
      .with_id("train.not_converged")
      .with_hint("a greater l2 converges faster (it is {}), or allow more steps", l2);
}

std::vector<std::string> notes_on(const Fitting& fitting, const Problem& problem,
                                  const NewtonAnswer& answer) {
  std::vector<std::string> notes;
  if (answer.unbounded) {
    notes.push_back(
        fmt::format("the classes are separable: without a penalty the coefficients grow for ever; stopped "
                    "beyond {}, give an l2 over 0",
                    bound));
  }
  std::vector<std::string> missing;
  const auto& classes = fitting.signature().classes;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    if (!std::binary_search(problem.present.begin(), problem.present.end(), k)) missing.push_back(classes[k]);
  }
  if (!missing.empty())
    notes.push_back(fmt::format("no training rows of class {}", fmt::join(missing, ", ")));
  return notes;
}

Fitted fit_logistic_on(const Fitting& fitting, const Part& part) {
  const Problem problem(fitting, part);
  const auto answer = solve(fitting, problem);
  return {.package = {.signature = fitting.signature(),
                      .algorithm = "logistic",
                      .parameters = fitting.parameters,
                      .loss = "logloss",
                      .fitted = model_of(fitting, problem, answer.at).to_json()},
          .notes = notes_on(fitting, problem, answer)};
}

}  // namespace

Fitted fit_logistic(Fitting fitting) {
  if (!fitting.given("l2")) {
    fitting.parameters.set("l2", can_choose(fitting) ? choose_logistic_l2(fitting) : l2_without_choice);
  }
  return fit_on_all(fitting, [&](const Part& part) { return fit_logistic_on(fitting, part); });
}

}  // namespace mlops::train
