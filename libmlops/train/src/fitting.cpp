#include "src/fitting.hpp"

#include <mlops/stats/sum.hpp>

#include <algorithm>
#include <cmath>

namespace mlops::train {
namespace {

template <typename T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

double Fitting::number(std::string_view name) const { return json::Value(parameters)[name].number_or(0); }
int Fitting::whole(std::string_view name) const {
  return static_cast<int>(json::Value(parameters)[name].int_or(0));
}
bool Fitting::flag(std::string_view name) const { return json::Value(parameters)[name].bool_or(false); }
bool Fitting::given(std::string_view name) const { return !json::Value(parameters)[name].is_null(); }
bool Fitting::refits() const { return flag("refit") && !request.valid.labels.empty(); }

void Fitting::check() const {
  if (request.cancel != nullptr) request.cancel->check();
}

void Fitting::step(std::string_view metric, double value, int step) const {
  if (request.at_step) request.at_step(metric, value, step);
}

bool can_choose(const Fitting& fitting) { return fitting.request.valid.labels.size() >= enough_to_choose; }

Part together(const Part& train, const Part& valid) {
  Part both = train;
  both.frame.rows += valid.frame.rows;
  append(both.labels, valid.labels);
  for (std::size_t i = 0; i < std::min(both.frame.features.size(), valid.frame.features.size()); ++i) {
    append(both.frame.features[i].numbers, valid.frame.features[i].numbers);
    append(both.frame.features[i].codes, valid.frame.features[i].codes);
  }
  return both;
}

double log_loss(std::span<const double> probabilities, std::span<const double> labels, std::size_t outputs) {
  constexpr double least = 1e-15;
  stats::Sum sum;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const auto label = static_cast<std::size_t>(labels[row]);
    const double p = outputs == 1 ? (label == 1 ? probabilities[row] : 1 - probabilities[row])
                                  : probabilities[row * outputs + label];
    sum.add(-std::log(std::max(p, least)));
  }
  return sum.value() / static_cast<double>(labels.size());
}

double root_mean_square(std::span<const double> predictions, std::span<const double> labels) {
  stats::Sum sum;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const double error = predictions[row] - labels[row];
    sum.add(error * error);
  }
  return std::sqrt(sum.value() / static_cast<double>(labels.size()));
}

}  // namespace mlops::train
