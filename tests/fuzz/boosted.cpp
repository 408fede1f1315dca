/// booster.json: a model of boosted trees as XGBoost writes it, walked.
#include "fuzz.hpp"
#include "src/forest_model.hpp"

#include <array>
#include <cmath>
#include <limits>

using namespace mlops;
using namespace mlops::predict;

namespace {

void answer(const Forest& forest) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  for (const float value : {0.0F, -1e30F, nan, std::numeric_limits<float>::infinity(), 7.5F}) {
    const std::vector<float> row(forest.features(), value);
    std::vector<float> slots(9 * forest.slots());
    for (std::size_t i = 0; i < 9; ++i) {
      forest.place(row, std::span(slots).subspan(i * forest.slots(), forest.slots()));
    }
    std::vector<float> sums(9 * forest.groups());
    forest.sums(slots, 9, sums);
    transform(forest.transform(), sums, forest.groups());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  fuzz::taken({Code::corrupt}, [&] {
    const BoostedModel model = read_boosted(input.rest());
    if (model.features > 10'000 || model.groups > 1000) return;  // sound, but slow
    const Forest::Laid laid = Forest::lay(model);
    fuzz::require(laid.forest.has_value() == laid.why_not.empty(), "a forest, or why not");
    if (laid.forest) answer(*laid.forest);
  });
  return 0;
}
