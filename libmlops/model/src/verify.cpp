/// Our answers for a model of XGBoost beside the library's own.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/gbdt/booster.hpp>
#include <mlops/predict/predictor.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "src/import.hpp"

namespace mlops::model {
namespace {

constexpr std::size_t most_values = 400'000;
constexpr std::size_t fewest_rows = 64;
constexpr std::size_t most_rows = 2'000;
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// SplitMix64 (Steele, Lea, Flood 2014): the same rows on every machine.
class Random {
 public:
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_ = 1;
};

/// Where the trees look at a feature: the numbers that they compare it with, and categories.
using Places = std::vector<std::vector<float>>;

void add_tree(const json::Value& tree, Places& places) {
  const json::Array* indices = tree["split_indices"].as_array();
  const json::Array* conditions = tree["split_conditions"].as_array();
  const json::Array* left = tree["left_children"].as_array();
  if (indices == nullptr || conditions == nullptr || left == nullptr) return;
  const std::size_t nodes = std::min({indices->size(), conditions->size(), left->size()});
  for (std::size_t node = 0; node < nodes; ++node) {
    const std::int64_t feature = (*indices)[node].int_or(-1);
    const bool leaf = (*left)[node].int_or(-1) < 0;
    if (leaf || feature < 0 || feature >= static_cast<std::int64_t>(places.size())) continue;
    places[static_cast<std::size_t>(feature)].push_back(static_cast<float>((*conditions)[node].number_or(0)));
  }
}

const json::Value& trees_of(const json::Value& model) {
  const json::Value& booster = model["learner"]["gradient_booster"];
  return booster["gbtree"].is_null() ? booster["model"]["trees"] : booster["gbtree"]["model"]["trees"];
}

Places places_in(const json::Value& model, std::size_t features) {
  Places places(features);
  if (const json::Array* trees = trees_of(model).as_array()) {
    for (const json::Value& tree : *trees) add_tree(tree, places);
  }
  for (auto& values : places) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
  }
  return places;
}

/// Which features are categories, whose values are whole and not negative.
std::vector<bool> categories_in(const json::Value& model, std::size_t features) {
  std::vector<bool> out(features, false);
  const json::Array* types = model["learner"]["feature_types"].as_array();
  for (std::size_t i = 0; types != nullptr && i < std::min(features, types->size()); ++i) {
    out[i] = (*types)[i].text_or("") == "c";
  }
  return out;
}

float near_threshold(Random& random, const std::vector<float>& values) {
  constexpr float far = std::numeric_limits<float>::max();
  const float at = values[random.below(values.size())];
  switch (random.below(3)) {
    case 0:
      return at;
    case 1:
      return std::nextafter(at, far);
    default:
      return std::nextafter(at, -far);
  }
}

float somewhere(Random& random, const std::vector<float>& values) {
  const double low = values.empty() ? -1 : values.front();
  const double high = values.empty() ? 1 : values.back();
  const double width = std::max(1.0, high - low);
  const auto value = static_cast<float>(low - width / 2 + random.unit() * 2 * width);
  return std::isfinite(value) ? value : 0;
}

float value_of(Random& random, const predict::Input& input, const std::vector<float>& values, bool category) {
  if (random.below(8) == 0) return nan;
  if (category) return static_cast<float>(random.below(random.below(4) == 0 ? 300 : 12));
  if (input.encoding == predict::Encoding::flag) return static_cast<float>(random.below(2));
  if (!values.empty() && random.below(2) == 0) return near_threshold(random, values);
  return somewhere(random, values);
}

/// Row-major.
std::vector<float> rows_for(const json::Value& model, const predict::Signature& signature, std::size_t rows) {
  const std::size_t features = signature.inputs.size();
  const Places places = places_in(model, features);
  const std::vector<bool> categories = categories_in(model, features);
  Random random;
  std::vector<float> out;
  out.reserve(rows * features);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < features; ++i) {
      out.push_back(value_of(random, signature.inputs[i], places[i], categories[i]));
    }
  }
  return out;
}

predict::Frame frame_of(const std::vector<float>& values, std::size_t rows, std::size_t features) {
  predict::Frame frame = {.rows = rows, .features = std::vector<predict::Values>(features)};
  for (std::size_t i = 0; i < features; ++i) {
    for (std::size_t row = 0; row < rows; ++row)
      frame.features[i].numbers.push_back(values[row * features + i]);
  }
  return frame;
}

bool same(double ours, float theirs) {
  if (std::isnan(ours) || std::isnan(theirs)) return std::isnan(ours) == std::isnan(theirs);
  return std::bit_cast<std::uint32_t>(static_cast<float>(ours)) == std::bit_cast<std::uint32_t>(theirs);
}

void compare(const std::vector<double>& ours, const std::vector<float>& theirs, const std::string& what) {
  std::size_t differ = 0;
  std::size_t first = 0;
  for (std::size_t i = ours.size(); i-- > 0;) {
    if (same(ours[i], theirs[i])) continue;
    ++differ;
    first = i;
  }
  if (differ == 0) return;
  throw error(Code::failed,
              "'{}' answers otherwise here than in XGBoost: {} of {} generated, {} instead of {}", what,
              differ, count_of(ours.size(), "answer"), ours[first], theirs[first])
      .with_id("model.differs")
      .with_hint("it is not registered; a report with the model would help");
}

}  // namespace

void verify_xgboost(Engines& engines, const predict::Package& package, const json::Value& model,
                    const std::string& what) {
  const std::size_t features = package.signature.inputs.size();
  const std::size_t outputs = package.signature.outputs();
  const std::size_t rows =
      std::clamp(most_values / std::max<std::size_t>(features, 1), fewest_rows, most_rows);
  const std::vector<float> values = rows_for(model, package.signature, rows);
  std::vector<double> ours(rows * outputs);
  std::vector<float> theirs(rows * outputs);
  predict::open(package, engines)->predict(frame_of(values, rows, features), ours);
  gbdt::load(engines, package.files.at("booster.json"))
      ->predict({.values = values, .rows = rows, .columns = features}, theirs);
  compare(ours, theirs, what);
}

}  // namespace mlops::model
