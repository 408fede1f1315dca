#pragma once
/// What the trainers share: the request with its parameters resolved, the parts put together, the measures on
/// the validation rows.

#include <mlops/base/parallel.hpp>
#include <mlops/predict/linear.hpp>
#include <mlops/predict/rule.hpp>
#include <mlops/train/trainer.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace mlops::train {

struct Fitting {
  const FitRequest& request;
  json::Object parameters;  ///< Resolved; what is chosen from the data is filled in.

  const predict::Signature& signature() const { return request.signature; }
  double number(std::string_view name) const;
  int whole(std::string_view name) const;
  bool flag(std::string_view name) const;
  bool given(std::string_view name) const;
  bool refits() const;  ///< When all is chosen, the model is made anew of training and validation rows.
  Workers workers() const { return {.threads = request.threads, .cancel = request.cancel}; }
  void check() const;  ///< Throws Error(interrupted).
  void step(std::string_view metric, double value, int step) const;
};

/// Fewer validation rows than this choose nothing.
inline constexpr std::size_t enough_to_choose = 10;
bool can_choose(const Fitting& fitting);
inline constexpr double l2_without_choice = 1;

/// Training and validation rows one after the other.
Part together(const Part& train, const Part& valid);

/// What `fit` makes of the rows that the model is to learn from.
template <typename Fit>
auto fit_on_all(const Fitting& fitting, Fit fit) {
  const auto& [train, valid] = std::tie(fitting.request.train, fitting.request.valid);
  return fitting.refits() ? fit(together(train, valid)) : fit(train);
}

/// Mean log loss of class numbers under probabilities (row-major; one a row: of class 1).
double log_loss(std::span<const double> probabilities, std::span<const double> labels, std::size_t outputs);
double root_mean_square(std::span<const double> predictions, std::span<const double> labels);

Fitted fit_prior(const Fitting& fitting);
/// Throws Error(usage) where there is none, or one that cannot be used.
predict::Rule bound_rule(const json::Object& parameters, const predict::Signature& signature);
Fitted fit_rule(const Fitting& fitting);
Fitted fit_linear(Fitting fitting);
Fitted fit_logistic(Fitting fitting);
Fitted fit_xgboost(Engines& engines, Fitting fitting);

}  // namespace mlops::train
