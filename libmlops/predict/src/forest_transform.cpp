#include "src/forest_model.hpp"

#include <algorithm>
#include <cmath>

// The sums and the order of XGBoost's src/common/math.h and src/objective, in floats; reordering or fusing
// them changes last bits.
namespace mlops::predict {
namespace {

float sigmoid(float sum) {
  const float power = std::min(-sum, 88.7f);
  const float denominator = expf(power) + 1.0f + 1e-16f;
  return 1.0f / denominator;
}

void softmax(std::span<float> sums) {
  float most = sums[0];
  for (const float sum : sums) most = fmaxf(sum, most);
  double total = 0;
  for (float& sum : sums) {
    sum = expf(sum - most);
    total += static_cast<double>(sum);
  }
  for (float& sum : sums) sum /= static_cast<float>(total);
}

}  // namespace

void transform(Transform how, std::span<float> sums, std::size_t groups) {
  switch (how) {
    case Transform::none:
      return;
    case Transform::sigmoid:
      std::transform(sums.begin(), sums.end(), sums.begin(), sigmoid);
      return;
    case Transform::exponential:
      std::transform(sums.begin(), sums.end(), sums.begin(), [](float sum) { return expf(sum); });
      return;
    case Transform::step:
      std::transform(sums.begin(), sums.end(), sums.begin(), [](float sum) { return sum > 0 ? 1.0f : 0.0f; });
      return;
    case Transform::softmax:
      for (std::size_t row = 0; row + groups <= sums.size(); row += groups)
        softmax(sums.subspan(row, groups));
  }
}

}  // namespace mlops::predict
