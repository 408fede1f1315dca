#pragma once
/// What a model takes, as rows: its own inputs, and the features of views.

#include <mlops/predict/package.hpp>
#include <mlops/score/features.hpp>
#include <mlops/store/store.hpp>
#include <mlops/store/tree.hpp>

namespace mlops::commands {

/// What the folder of a model keeps of its views; nothing of one that was trained on none. Of the model itself
/// nothing is read.
score::ModelFeatures features_in(store::Store& store, const store::Tree& tree);

/// Columns of the rows that `predict` wants: the model's inputs that no view makes, then those by which
/// features are looked up and which are no input themselves.
json::Array wanted_inputs(const predict::Package& package, const score::ModelFeatures& features);

/// A row for each column of a view that the model takes; the table with the version that training read, where
/// that is known here.
json::Array feature_rows(store::Store& store, const predict::Package& package,
                         const score::ModelFeatures& features);

}  // namespace mlops::commands
