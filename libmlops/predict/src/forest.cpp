#include "src/forest.hpp"

#include <mlops/base/error.hpp>
#include <mlops/gbdt/booster.hpp>

#include <algorithm>
#include <bit>
#include <limits>

namespace mlops::predict {
namespace {

constexpr std::size_t block = 64;  // Rows that are laid out at a time.

void check_frame(const Frame& frame, std::size_t features, std::span<double> out, std::size_t outputs) {
  if (frame.features.size() != features || out.size() != frame.rows * outputs)
    throw error(Code::internal, "{} features and {} places for {} rows, want {} and {}",
                frame.features.size(), out.size(), frame.rows, features, frame.rows * outputs);
}

/// So many floats, on the stack when they are few: a served row has a hundred.
class Floats {
 public:
  explicit Floats(std::size_t count) : count_(count), many_(count > few ? count : 0) {}
  std::span<float> all() { return {count_ > few ? many_.data() : few_, count_}; }

 private:
  static constexpr std::size_t few = 512;

  std::size_t count_;
  float few_[few];  // filled before it is read
  std::vector<float> many_;
};

class ForestPredictor final : public Predictor {
 public:
  ForestPredictor(Forest forest, Transform transform) : forest_(std::move(forest)), transform_(transform) {}

  void predict(const Frame& frame, std::span<double> out) const override {
    const std::size_t groups = forest_.groups();
    check_frame(frame, forest_.features(), out, groups);
    Floats slots(std::min(block, frame.rows) * forest_.slots());
    Floats sums(std::min(block, frame.rows) * groups);
    for (std::size_t first = 0; first < frame.rows; first += block) {
      const std::size_t count = std::min(block, frame.rows - first);
      const auto answers = sums.all().first(count * groups);
      fill(frame, first, count, slots.all());
      forest_.sums(slots.all(), count, answers);
      transform(transform_, answers, groups);
      std::copy(answers.begin(), answers.end(), out.begin() + static_cast<std::ptrdiff_t>(first * groups));
    }
  }

  std::size_t size() const override { return sizeof *this + forest_.size(); }

 private:
  void fill(const Frame& frame, std::size_t first, std::size_t count, std::span<float> slots) const {
    const auto features = forest_.slot_features();
    for (std::size_t slot = 0; slot < features.size(); ++slot) {
      float* const at = slots.data() + slot;
      if (slot == forest_.none()) fill_none(count, at);
      else if (slot < forest_.none()) fill_value(frame.features[features[slot]], first, count, at);
      else fill_category(frame.features[features[slot]], first, count, slot, at);
    }
  }

  void fill_none(std::size_t count, float* at) const {
    for (std::size_t i = 0; i < count; ++i, at += forest_.slots()) *at = missing;
  }

  void fill_value(const Values& values, std::size_t first, std::size_t count, float* at) const {
    for (std::size_t row = first; row < first + count; ++row, at += forest_.slots()) *at = value(values, row);
  }

  void fill_category(const Values& values, std::size_t first, std::size_t count, std::size_t slot,
                     float* at) const {
    for (std::size_t row = first; row < first + count; ++row, at += forest_.slots())
      *at = forest_.category_bits(slot, value(values, row));
  }

  // As Frame::to_floats() gives it to the library.
  static float value(const Values& values, std::size_t row) {
    if (values.codes.empty()) return static_cast<float>(values.numbers[row]);
    return values.codes[row] < 0 ? missing : static_cast<float>(values.codes[row]);
  }

  static constexpr float missing = std::numeric_limits<float>::quiet_NaN();

  Forest forest_;
  Transform transform_;
};

class LibraryPredictor final : public Predictor {
 public:
  LibraryPredictor(std::unique_ptr<gbdt::Booster> booster, std::size_t features, std::size_t outputs,
                   std::size_t bytes)
      : booster_(std::move(booster)), features_(features), outputs_(outputs), bytes_(bytes) {}

  void predict(const Frame& frame, std::span<double> out) const override {
    check_frame(frame, features_, out, outputs_);
    std::vector<float> rows(frame.rows * features_);
    std::vector<float> answers(out.size());
    frame.to_floats(rows);
    booster_->predict({rows, frame.rows, features_}, answers);
    std::copy(answers.begin(), answers.end(), out.begin());
  }

  std::size_t size() const override { return bytes_; }

 private:
  std::unique_ptr<gbdt::Booster> booster_;
  std::size_t features_;
  std::size_t outputs_;
  std::size_t bytes_;
};

void check_signature(const Signature& signature, const BoostedModel& model) {
  const std::size_t features = features_of(signature).size();
  if (model.features != features)
    throw error(Code::corrupt, "the boosted trees take {} features, the model's signature has {}",
                model.features, features);
  if (model.groups != signature.outputs())
    throw error(Code::corrupt, "the boosted trees give {} numbers a row, the model's signature wants {}",
                model.groups, signature.outputs());
}

// Sums of log odds are made probabilities where the objective leaves them as they are.
Transform transform_for(const Signature& signature, const BoostedModel& model, Transform objectives) {
  if (signature.task == Task::regression) return objectives;
  if (model.objective == "binary:logitraw") return Transform::sigmoid;
  const bool fits = signature.task == Task::multiclass
                        ? objectives == Transform::softmax
                        : objectives == Transform::sigmoid || objectives == Transform::step;
  if (!fits)
    throw error(Code::failed, "boosted trees with the objective '{}' give no probabilities", model.objective)
        .with_hint("train with {}",
                   signature.task == Task::multiclass ? "multi:softprob" : "binary:logistic");
  return objectives;
}

std::unique_ptr<Predictor> open_library(const Package& package, Engines& engines, const BoostedModel& model,
                                        const std::string& why) {
  const std::string_view json = booster_json(package);
  if (model.objective == "multi:softmax" || model.objective == "binary:logitraw")
    transform_for(package.signature, model, Transform::none);
  try {
    return std::make_unique<LibraryPredictor>(gbdt::load(engines, json), model.features, model.groups,
                                              json.size());
  } catch (Error& fault) {
    fault.add_context("while opening boosted trees that only XGBoost can predict with: " + why);
    throw;
  }
}

}  // namespace

std::string_view booster_json(const Package& package) {
  const auto found = package.files.find("booster.json");
  if (found == package.files.end())
    throw error(Code::corrupt, "the model has no file 'booster.json' with its boosted trees");
  return found->second;
}

std::unique_ptr<Predictor> open_forest(const Package& package, Engines& engines) {
  const BoostedModel model = read_boosted(booster_json(package));
  check_signature(package.signature, model);
  Forest::Laid laid = Forest::lay(model);
  if (!laid.forest) return open_library(package, engines, model, laid.why_not);
  const Transform transform = transform_for(package.signature, model, laid.forest->transform());
  return std::make_unique<ForestPredictor>(std::move(*laid.forest), transform);
}

}  // namespace mlops::predict
