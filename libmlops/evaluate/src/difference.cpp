/// Two models on the same rows.
#include "src/view.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>

namespace mlops::evaluate {
namespace {

using predict::Task;

std::vector<std::string> compared(Task task) {
  std::vector<std::string> out;
  for (const MetricRow& row : metrics_of(task)) {
    if (row.influence != nullptr) out.emplace_back(row.name);
  }
  return out;
}

const MetricRow& compared_metric(Task task, std::string_view name) {
  const MetricRow& row = get_metric(task, name);
  if (row.influence != nullptr) return row;
  throw error(Code::usage, "a difference in '{}' has no standard error", name)
      .with_hint("those that have one are {}", one_of(compared(task)));
}

}  // namespace

const MetricRow& get_metric(Task task, std::string_view name) {
  if (const MetricRow* row = find_metric(task, name)) return *row;
  std::vector<std::string> known;
  for (const MetricRow& row : metrics_of(task)) known.emplace_back(row.name);
  const std::vector<std::string> near = near_misses(name, known);
  throw error(Code::usage, "no metric '{}' for the task {}", name, predict::name_of(task))
      .with_hint("{}",
                 near.empty() ? "it is one of " + one_of(known) : "a similar metric exists: " + one_of(near));
}

std::span<const MetricRow> metrics_of(Task task) {
  if (task == Task::binary) return binary_metrics();
  return task == Task::multiclass ? multiclass_metrics() : regression_metrics();
}

const MetricRow* find_metric(Task task, std::string_view name) {
  const auto rows = metrics_of(task);
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const MetricRow& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

std::string_view main_metric(Task task) { return metrics_of(task).front().name; }

bool greater_is_better(Task task, std::string_view metric) {
  return get_metric(task, metric).greater_is_better;
}

bool has_difference(Task task, std::string_view metric) {
  const MetricRow* row = find_metric(task, metric);
  return row != nullptr && row->influence != nullptr;
}

stats::Estimate judge(const Truth& truth, std::string_view metric, std::span<const double> predictions,
                      double threshold) {
  const MetricRow& row = get_metric(truth.task, metric);
  const View all = view(truth, predictions, threshold);
  return all.finite && all.rows() > 0 ? row.judge(all) : stats::undefined();
}

stats::Estimate difference(const Truth& truth, std::string_view metric, std::span<const double> a,
                           std::span<const double> b, double threshold) {
  const MetricRow& row = compared_metric(truth.task, metric);
  const View first = view(truth, a, threshold);
  const View second = view(truth, b, threshold);
  if (!first.finite || !second.finite || first.rows() == 0) return stats::undefined();
  if (truth.task == Task::binary && metric == "auc") return stats::auc_difference(a, b, first.positive);
  std::vector<double> influence = row.influence(first);
  const std::vector<double> other = row.influence(second);
  if (influence.empty() || other.empty()) return stats::undefined();
  for (std::size_t i = 0; i < influence.size(); ++i) influence[i] -= other[i];
  return stats::linearised(row.judge(first).value - row.judge(second).value, influence);
}

}  // namespace mlops::evaluate
