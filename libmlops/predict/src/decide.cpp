#include <mlops/base/error.hpp>
#include <mlops/predict/predictor.hpp>

#include <algorithm>

namespace mlops::predict {

std::vector<std::uint32_t> decide(const Signature& signature, std::span<const double> predictions) {
  std::vector<std::uint32_t> classes;
  decide(signature, predictions, classes);
  return classes;
}

void decide(const Signature& signature, std::span<const double> predictions,
            std::vector<std::uint32_t>& classes) {
  classes.clear();
  if (signature.task == Task::regression) return;
  const std::size_t width = signature.outputs();
  if (width == 0 || predictions.size() % width != 0)
    throw error(Code::internal, "{} predictions are no rows of {}", predictions.size(), width);
  classes.reserve(predictions.size() / width);
  for (std::size_t at = 0; at < predictions.size(); at += width) {
    const auto row = predictions.subspan(at, width);
    if (signature.task == Task::binary) classes.push_back(row[0] >= signature.threshold ? 1 : 0);
    else
      classes.push_back(static_cast<std::uint32_t>(std::max_element(row.begin(), row.end()) - row.begin()));
  }
}

}  // namespace mlops::predict
