#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include "src/forest.hpp"
#include "src/predictors.hpp"

namespace mlops::predict {

std::unique_ptr<Predictor> open(const Package& package, Engines& engines) {
  const std::string& algorithm = package.algorithm;
  if (algorithm == "prior" || algorithm == "mean") return open_prior(package);
  if (algorithm == "linear" || algorithm == "logistic") return open_linear(package);
  if (algorithm == "rule") return open_rule(package);
  if (algorithm == "xgboost") return open_forest(package, engines);
  throw error(Code::corrupt, "the model's algorithm '{}' is not known", algorithm)
      .with_hint("a newer version of this program may know it");
}

}  // namespace mlops::predict
