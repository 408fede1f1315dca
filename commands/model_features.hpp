#pragma once
/// What a model takes, as rows: its own inputs, and the features of views.

#include <mlops/predict/package.hpp>
#include <mlops/score/derived.hpp>
#include <mlops/score/features.hpp>
#include <mlops/store/store.hpp>
#include <mlops/store/tree.hpp>

#include <vector>

namespace mlops::commands {

/// What the folder of a model keeps of its views; nothing of one that was trained on none. Of the model
/// itself nothing is read.
score::ModelFeatures features_in(store::Store& store, const store::Tree& tree);

/// What it keeps of columns that are worked out from others of the row.
std::vector<score::DerivedColumn> derived_in(store::Store& store, const store::Tree& tree);

/// Columns of the rows that `predict` wants: the model's inputs that nothing makes, then those by which
/// features are looked up, and those that others are made from, which are no input themselves.
json::Array wanted_inputs(const predict::Package& package, const score::ModelFeatures& features,
                          const std::vector<score::DerivedColumn>& derived);

/// A row for each column that is worked out where a row does not give it.
json::Array derived_rows(const std::vector<score::DerivedColumn>& derived);

/// A row for each column of a view that the model takes; the table with the version that training read, where
/// that is known here.
json::Array feature_rows(store::Store& store, const predict::Package& package,
                         const score::ModelFeatures& features);

}  // namespace mlops::commands
