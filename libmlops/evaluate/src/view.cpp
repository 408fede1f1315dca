#include "src/view.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "src/resample.hpp"

namespace mlops::evaluate {
namespace {

using predict::Task;

void require_classes(const Truth& truth) {
  for (const double label : truth.labels) {
    const bool good = label >= 0 && label < static_cast<double>(truth.classes) && label == std::floor(label);
    if (!good) throw error(Code::internal, "the label {} is none of {} classes", label, truth.classes);
  }
}

/// The first of the most probable classes.
std::uint32_t most_probable(std::span<const double> probabilities) {
  const auto most = std::max_element(probabilities.begin(), probabilities.end());
  return static_cast<std::uint32_t>(most - probabilities.begin());
}

void decide(View& view, double threshold) {
  view.decided.resize(view.rows());
  for (std::size_t i = 0; i < view.rows(); ++i) {
    view.decided[i] = view.outputs == 1
                          ? static_cast<std::uint32_t>(view.predictions[i] >= threshold)
                          : most_probable(view.predictions.subspan(i * view.outputs, view.outputs));
  }
}

std::size_t outputs_of(const Truth& truth) { return truth.task == Task::multiclass ? truth.classes : 1; }

}  // namespace

void require_lengths(const Truth& truth, std::span<const double> predictions) {
  const std::size_t outputs = outputs_of(truth);
  if (predictions.size() == truth.labels.size() * outputs) return;
  throw error(Code::internal, "{} predictions for {} rows of {}", predictions.size(), truth.labels.size(),
              outputs);
}

View view(const Truth& truth, std::span<const double> predictions, double threshold) {
  View out{.truth = truth, .predictions = predictions};
  out.outputs = outputs_of(truth);
  require_lengths(truth, predictions);
  out.finite = std::all_of(predictions.begin(), predictions.end(), [](double p) { return std::isfinite(p); });
  if (truth.task == Task::regression) return out;
  require_classes(truth);
  decide(out, threshold);
  if (truth.task == Task::binary) out.positive.assign(truth.labels.begin(), truth.labels.end());
  return out;
}

double surprise(double probability) {
  constexpr double least = std::numeric_limits<double>::epsilon();
  return -std::log(std::clamp(probability, least, 1 - least));
}

stats::Estimate varied(double value, std::span<const double> influence) {
  const stats::Estimate out = stats::linearised(value, influence);
  return out.error > 0 ? out : stats::bare(value);
}

stats::Estimate mean_loss(std::span<const double> losses, double most) {
  return stats::clipped(varied(stats::mean(losses).value, losses), 0, most);
}

std::vector<double> hits(const View& view) {
  std::vector<double> out(view.rows());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = view.decided[i] == view.label(i) ? 1 : 0;
  return out;
}

stats::Estimate accuracy(const View& view) {
  std::uint64_t right = 0;
  for (std::size_t i = 0; i < view.rows(); ++i) right += view.decided[i] == view.label(i) ? 1u : 0u;
  return stats::share(right, view.rows());
}

std::unique_ptr<const Statistic> accuracy_resampled(const View& view) { return mean_statistic(hits(view)); }

ClassCounts class_counts(const View& view) {
  const std::size_t classes = view.truth.classes;
  ClassCounts out{std::vector<std::uint64_t>(classes), std::vector<std::uint64_t>(classes),
                  std::vector<std::uint64_t>(classes)};
  for (std::size_t i = 0; i < view.rows(); ++i) {
    ++out.actual[view.label(i)];
    ++out.decided[view.decided[i]];
    if (view.decided[i] == view.label(i)) ++out.right[view.label(i)];
  }
  return out;
}

}  // namespace mlops::evaluate
