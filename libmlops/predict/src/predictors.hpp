#pragma once
/// One function for each algorithm: from its package to a predictor. Throws Error(corrupt) when what was
/// fitted does not fit the signature.

#include <mlops/predict/predictor.hpp>

#include <memory>

namespace mlops::predict {

/// What "shares" or "mean" in `fitted` answers for every row.
std::vector<double> prior_answer(const Package& package);

std::unique_ptr<Predictor> open_prior(const Package& package);
std::unique_ptr<Predictor> open_linear(const Package& package);
std::unique_ptr<Predictor> open_rule(const Package& package);

}  // namespace mlops::predict
