#pragma once
/// The answers of a registered version for rows of a table: the champion is never compared by remembered
/// numbers, but asked again on the very rows that judge its challenger.

#include <mlops/base/columns.hpp>
#include <mlops/feature/join.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/predict/signature.hpp>
#include <mlops/release/train.hpp>
#include <mlops/train/target.hpp>

#include <functional>
#include <vector>

namespace mlops::release {

/// The events of a view that a model was trained on, as they are now.
using HistoryOf = std::function<feature::History(const feature::View& view)>;

struct Rescored {
  predict::Signature signature = {};
  std::vector<double> predictions = {};  ///< As a Predictor gives them, for the rows.
};

/// The very answers that `predict` gives for these rows: columns that are made of others are made where they
/// are missing; features of a view are taken where the rows have them all, and joined as of each row's time
/// where they have none. So rows that are to be joined must not have the features of somebody else under the
/// same names. Works in blocks: beside the rows and the events of the views it needs some megabytes. Throws
/// Error: as model::require_runnable(), score::Scorer::load() and score::RowAnswers do; what `history`
/// throws; interrupted.
Rescored rescore(Workshop& shop, const model::Version& version, const Columns& rows,
                 const HistoryOf& history);

/// Throws Error(failed, "model.incomparable") that says why, where the answers are no answers to the same
/// question: another task, another label (where the version knows its own), other classes or another order.
void require_comparable(const model::Version& version, const predict::Signature& signature,
                        const train::Target& target);

}  // namespace mlops::release
