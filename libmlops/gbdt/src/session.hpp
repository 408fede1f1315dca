#pragma once
/// One training: the library's booster with its data, a round at a time.

#include "src/matrix.hpp"

#include <optional>
#include <utility>

namespace mlops::gbdt {

class Session {
 public:
  explicit Session(const TrainRequest& request);

  void round(int number);
  /// The last metric on train and valid (NaN without valid rows).
  std::pair<double, double> evaluate(int number) const;
  /// XGBoost's JSON of the first `rounds` rounds.
  std::string model(int rounds) const;
  /// Whether later rounds change the weight of earlier trees, so that the first rounds cannot be cut out.
  bool reweighs() const { return reweighs_; }

 private:
  Data train_;
  Data valid_;
  bool reweighs_;
  DMatrix train_matrix_;
  DMatrix valid_matrix_;
  RawBooster booster_;
};

/// The model as the library writes it: "json" or "ubj".
std::string saved(BoosterHandle booster, std::string_view format);

}  // namespace mlops::gbdt
