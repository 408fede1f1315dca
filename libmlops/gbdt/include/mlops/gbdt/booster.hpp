#pragma once
/// Gradient boosted trees of XGBoost, reached through the engine `gbdt`. It knows no domain word: a matrix of
/// floats, labels, and parameters as XGBoost spells them. Errors of the library arrive as Error(failed) with
/// its first line.

#include <mlops/base/cancel.hpp>
#include <mlops/base/engines.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace mlops::gbdt {

/// Row-major floats; NaN is missing.
struct Matrix {
  std::span<const float> values;
  std::size_t rows = 0;
  std::size_t columns = 0;
};

struct TrainRequest {
  Matrix train;
  std::span<const float> train_labels;  ///< Class numbers 0.. or values.
  Matrix valid = {};                    ///< May have no rows: then there is no early stop.
  std::span<const float> valid_labels = {};
  std::span<const float> weights = {};  ///< Of the training rows; empty: all 1.
  std::vector<bool> categorical = {};   ///< By column; empty: none.
  /// XGBoost's own: "objective", "eta", "max_depth", "seed", "nthread", "eval_metric", ...
  std::map<std::string, std::string> parameters;
  int rounds = 0;         ///< At most so many.
  int stop_after = 0;     ///< Rounds without a better validation metric (the last eval_metric); 0: never.
  bool maximize = false;  ///< The metric is better when greater.
  const Cancel* cancel = nullptr;  ///< Looked at after each round.
  /// After each round: its number from 0, metric on train and on valid.
  std::function<void(int round, double train, double valid)> at_round = {};
};

struct Trained {
  std::string model;                                    ///< XGBoost's JSON model, cut to the best round.
  int rounds = 0;                                       ///< That it holds.
  std::vector<std::pair<double, double>> history = {};  ///< Metric on train and valid, each round.
};

Trained train(Engines& engines, const TrainRequest& request);

/// The library's own prediction (the reference that the flat forest is held to): `outputs` floats a row,
/// probabilities where the objective has them. One thread.
class Booster {
 public:
  virtual ~Booster() = default;
  virtual void predict(const Matrix& rows, std::span<float> out) const = 0;
  /// "JSON" or "UBJSON" bytes as the library writes them.
  virtual std::string save(const std::string& format) const = 0;
};

/// From the bytes of a model in JSON or UBJSON. Throws Error(corrupt).
std::unique_ptr<Booster> load(Engines& engines, std::string_view model);

/// Loads a model from outside in a process of its own: the library crashes on some that are damaged. Throws
/// Error(corrupt) when it does; whatever else is wrong with the model, load() will tell.
void try_load(Engines& engines, std::string_view model);

}  // namespace mlops::gbdt
