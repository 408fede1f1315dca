/// Linear regression by least squares.
#include "src/fitting.hpp"
#include "src/least_squares.hpp"

#include <mlops/base/text.hpp>

#include <fmt/format.h>

#include <array>

namespace mlops::train {
namespace {

using predict::Design;
using predict::LinearModel;

constexpr std::array linear_grid = {0.01, 0.1, 1.0, 10.0, 100.0, 1000.0, 10000.0};

LinearModel model_of(const Design& design, const LeastSquares::Answer& answer) {
  return {.design = design, .intercepts = {answer.intercept}, .coefficients = answer.coefficients};
}

double error_on(const LinearModel& model, const Part& part) {
  std::vector<double> predictions(part.frame.rows);
  model.sums(part.frame, predictions);
  return root_mean_square(predictions, part.labels);
}

/// The penalty with the least error on the validation rows; of equal ones the smaller.
double choose_linear_l2(const Fitting& fitting) {
  const auto& [train, valid] = std::tie(fitting.request.train, fitting.request.valid);
  const Design design = Design::fit(fitting.signature(), train.frame);
  const Sparse matrix(design, train.frame);
  const LeastSquares squares(matrix, train.labels, fitting.workers());
  double best = l2_without_choice, least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < linear_grid.size(); ++i) {
    fitting.check();
    const double error = error_on(model_of(design, squares.solve(linear_grid[i])), valid);
    fitting.step("valid.rmse", error, static_cast<int>(i));
    if (error < least) least = error, best = linear_grid[i];
  }
  return best;
}

/// Numbers that follow from other columns; that the categories of a column add up to 1 is nobody's news.
std::vector<std::string> notes_on(const Fitting& fitting, const Design& design,
                                  const LeastSquares::Answer& answer) {
  const auto names = design.names(fitting.signature());
  std::vector<std::string> dependent;
  for (const auto& term : design.terms()) {
    const bool found =
        std::find(answer.dependent.begin(), answer.dependent.end(), term.first) != answer.dependent.end();
    if (term.categories == 0 && found) dependent.push_back(names[term.first]);
  }
  if (dependent.empty()) return {};
  return {
      fmt::format("collinear: {} {} from other columns; of the equally good answers this is the one with the "
                  "smallest coefficients",
                  fmt::join(dependent, ", "), dependent.size() == 1 ? "follows" : "follow")};
}

Fitted fit_linear_on(const Fitting& fitting, const Part& part) {
  const Design design = Design::fit(fitting.signature(), part.frame);
  const Sparse matrix(design, part.frame);
  fitting.check();
  const LeastSquares squares(matrix, part.labels, fitting.workers());
  const auto answer = squares.solve(fitting.number("l2"));
  return {.package = {.signature = fitting.signature(),
                      .algorithm = "linear",
                      .parameters = fitting.parameters,
                      .loss = "squared error",
                      .fitted = model_of(design, answer).to_json()},
          .notes = notes_on(fitting, design, answer)};
}

}  // namespace

Fitted fit_linear(Fitting fitting) {
  if (!fitting.given("l2")) {
    fitting.parameters.set("l2", can_choose(fitting) ? choose_linear_l2(fitting) : l2_without_choice);
  }
  return fit_on_all(fitting, [&](const Part& part) { return fit_linear_on(fitting, part); });
}

}  // namespace mlops::train
