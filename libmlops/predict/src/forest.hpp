#pragma once
/// Predictors of boosted trees: by our own forest, or by XGBoost where a model is of a kind that the forest
/// does not know.

#include <mlops/predict/predictor.hpp>

#include "src/forest_model.hpp"

#include <memory>
#include <string_view>

namespace mlops::predict {

/// Of the package's `booster.json`. Throws Error: corrupt (damaged, or not a model of that signature), failed
/// (it needs the engine `gbdt`, which is not installed; or its answers are no probabilities).
std::unique_ptr<Predictor> open_forest(const Package& package, Engines& engines);

/// Throws Error(corrupt) when the package has none.
std::string_view booster_json(const Package& package);

}  // namespace mlops::predict
