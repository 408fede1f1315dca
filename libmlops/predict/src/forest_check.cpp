#include <mlops/gbdt/booster.hpp>
#include <mlops/predict/forest_check.hpp>

#include "src/forest.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>

namespace mlops::predict {
namespace {

using Limits = std::numeric_limits<float>;

constexpr std::size_t most_rows = 20'000;

/// Values to try in one feature.
struct Trial {
  std::size_t feature;
  float value;

  auto operator<=>(const Trial&) const = default;
};

void try_splits(const BoostedTree& tree, std::set<Trial>& trials) {
  for (std::size_t node = 0; node < tree.size(); ++node) {
    if (tree.is_leaf(node) || tree.by_category(node)) continue;
    const auto feature = static_cast<std::size_t>(tree.feature[node]);
    const float at = tree.condition[node];
    for (const float value :
         {at, std::nextafter(at, -Limits::infinity()), std::nextafter(at, Limits::infinity())})
      trials.insert({feature, value});
  }
}

void try_categories(const BoostedTree& tree, std::set<Trial>& trials) {
  for (std::size_t i = 0; i < tree.category_nodes.size(); ++i) {
    const auto node = static_cast<std::size_t>(tree.category_nodes[i]);
    if (tree.is_leaf(node)) continue;
    const auto feature = static_cast<std::size_t>(tree.feature[node]);
    for (const float odd : {-1.0f, 0.5f, 31.0f, 32.0f, 1e6f, 16777216.0f}) trials.insert({feature, odd});
    for (auto j = tree.category_begins[i]; j < tree.category_begins[i] + tree.category_counts[i]; ++j) {
      const auto code = static_cast<float>(tree.categories[static_cast<std::size_t>(j)]);
      trials.insert({feature, code});
      trials.insert({feature, code + 1});
    }
  }
}

// Every so-manyth when there are too many, so that all trees have their share.
std::vector<Trial> trials_of(const BoostedModel& model) {
  std::set<Trial> all;
  for (const BoostedTree& tree : model.trees) {
    try_splits(tree, all);
    try_categories(tree, all);
  }
  std::vector<Trial> chosen;
  const std::size_t stride = all.size() / most_rows + 1;
  std::size_t i = 0;
  for (const Trial& trial : all)
    if (i++ % stride == 0) chosen.push_back(trial);
  return chosen;
}

// Without these, the library refuses the row: it copies rows for dart, and takes no infinity then.
std::vector<float> odd_values(const BoostedModel& model) {
  std::vector<float> values = {0.0f,          -0.0f,         Limits::denorm_min(), -Limits::denorm_min(),
                               Limits::min(), Limits::max(), Limits::lowest()};
  if (model.booster != "dart") values.insert(values.end(), {Limits::infinity(), -Limits::infinity()});
  return values;
}

class Rows {
 public:
  Rows(const Frame& sample, std::size_t features) : features_(features), base_(sample.rows) {
    values_.resize(sample.rows * features);
    sample.to_floats(values_);
    if (base_ == 0) values_.resize(features), base_ = 1;
  }

  void add(std::size_t feature, float value) {
    const std::size_t from = count() % base_ * features_;
    const std::vector<float> copy(values_.begin() + static_cast<std::ptrdiff_t>(from),
                                  values_.begin() + static_cast<std::ptrdiff_t>(from + features_));
    values_.insert(values_.end(), copy.begin(), copy.end());
    values_[values_.size() - features_ + feature] = value;
  }

  std::size_t count() const { return values_.size() / features_; }
  gbdt::Matrix matrix() const { return {values_, count(), features_}; }
  std::span<const float> row(std::size_t i) const {
    return std::span(values_).subspan(i * features_, features_);
  }

 private:
  std::size_t features_;
  std::size_t base_;
  std::vector<float> values_;
};

Rows rows_of(const Frame& sample, const BoostedModel& model, const Forest& forest) {
  Rows rows(sample, model.features);
  for (const std::uint32_t feature : forest.slot_features()) {
    if (feature >= model.features) continue;
    rows.add(feature, Limits::quiet_NaN());
    for (const float value : odd_values(model)) rows.add(feature, value);
    if (rows.count() > most_rows / 2) break;
  }
  for (const Trial& trial : trials_of(model)) rows.add(trial.feature, trial.value);
  return rows;
}

std::vector<float> by_forest(const Forest& forest, const Rows& rows) {
  std::vector<float> slots(rows.count() * forest.slots());
  for (std::size_t i = 0; i < rows.count(); ++i)
    forest.place(rows.row(i), std::span(slots).subspan(i * forest.slots(), forest.slots()));
  std::vector<float> answers(rows.count() * forest.groups());
  forest.sums(slots, rows.count(), answers);
  transform(forest.transform(), answers, forest.groups());
  return answers;
}

/// Bit for bit, signs of zeros included; but one NaN is as good as another.
bool same(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

std::optional<ForestDifference> first_difference(const std::vector<float>& ours,
                                                 const std::vector<float>& library, std::size_t outputs,
                                                 const Rows& rows) {
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (same(ours[i], library[i])) continue;
    const auto row = rows.row(i / outputs);
    return ForestDifference{i / outputs, i % outputs, ours[i], library[i], {row.begin(), row.end()}};
  }
  return std::nullopt;
}

}  // namespace

ForestCheck check_against_library(const Package& package, Engines& engines, const Frame& sample) {
  const std::string_view json = booster_json(package);
  const BoostedModel model = read_boosted(json);
  const Forest::Laid laid = Forest::lay(model);
  if (!laid.forest) return {.by_library = true};
  const Rows rows = rows_of(sample, model, *laid.forest);
  std::vector<float> library(rows.count() * model.groups);
  gbdt::load(engines, json)->predict(rows.matrix(), library);
  return {.rows = rows.count(),
          .difference = first_difference(by_forest(*laid.forest, rows), library, model.groups, rows)};
}

}  // namespace mlops::predict
