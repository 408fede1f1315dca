#include <mlops/evaluate/evaluation.hpp>

#include "src/view.hpp"

#include <algorithm>
#include <cmath>

namespace mlops::evaluate {
namespace {

using predict::Task;

std::vector<Plot> plots_of(const View& view, const std::vector<std::string>& classes) {
  if (view.rows() == 0 || !view.finite) return {};
  if (view.truth.task == Task::binary) return binary_plots(view, classes);
  if (view.truth.task == Task::multiclass) return {confusion(view, classes)};
  return residual_plots(view);
}

/// RFC 4180, lines ended by \n; no value is nothing between the commas.
std::string cell(const json::Value& value) {
  if (value.is_null()) return {};
  const std::string* text = value.as_string();
  if (text == nullptr) {
    const double* number = value.as_double();
    return number != nullptr && !std::isfinite(*number) ? "" : json::dump(value);
  }
  if (text->find_first_of(",\"\r\n") == std::string::npos) return *text;
  std::string out = "\"";
  for (const char c : *text) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

template <typename Cells>
void append_line(std::string& out, const Cells& cells) {
  bool first = true;
  for (const auto& each : cells) {
    if (!first) out += ',';
    out += cell(each);
    first = false;
  }
  out += '\n';
}

json::Value or_null(double value) { return std::isfinite(value) ? json::Value(value) : json::Value(); }

}  // namespace

std::string Plot::csv() const {
  std::string out;
  append_line(out, columns);
  for (const auto& row : rows) append_line(out, row);
  return out;
}

const Metric* Evaluation::find(std::string_view metric) const {
  const auto found =
      std::find_if(metrics.begin(), metrics.end(), [&](const Metric& m) { return m.name == metric; });
  return found == metrics.end() ? nullptr : &*found;
}

std::vector<std::string> metric_names(Task task) {
  std::vector<std::string> names;
  for (const MetricRow& row : metrics_of(task)) names.emplace_back(row.name);
  return names;
}

json::Object to_json(const Evaluation& evaluation) {
  json::Object metrics;
  for (const Metric& metric : evaluation.metrics) {
    metrics.append(metric.name, json::Object{{"value", or_null(metric.estimate.value)},
                                             {"error", or_null(metric.estimate.error)},
                                             {"low", or_null(metric.estimate.low)},
                                             {"high", or_null(metric.estimate.high)},
                                             {"greater_is_better", metric.greater_is_better}});
  }
  return {{"rows", evaluation.rows}, {"metrics", metrics}};
}

std::vector<Metric> metrics_of(const View& view) {
  std::vector<Metric> out;
  for (const MetricRow& row : metrics_of(view.truth.task)) {
    const bool defined = view.finite && view.rows() > 0;
    out.push_back(
        {std::string(row.name), defined ? row.judge(view) : stats::undefined(), row.greater_is_better});
  }
  return out;
}

Evaluation evaluate(const Truth& truth, std::span<const double> predictions,
                    const std::vector<std::string>& classes, double threshold) {
  const View all = view(truth, predictions, threshold);
  Evaluation out;
  out.rows = all.rows();
  out.metrics = metrics_of(all);
  out.plots = plots_of(all, classes);
  return out;
}

}  // namespace mlops::evaluate
