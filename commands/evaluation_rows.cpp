#include "evaluation_rows.hpp"

#include <fmt/format.h>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mlops::commands {
namespace {

/// Slices of a column that people are shown, and the worst.
constexpr std::size_t shown_slices = 15;

json::Value or_null(double value) { return std::isfinite(value) ? json::Value(value) : json::Value(); }

/// As many digits as a reader of a table wants.
std::string digits(double value) {
  if (!std::isfinite(value)) return "-";
  const double size = std::abs(value);
  return size != 0 && (size >= 1e6 || size < 1e-3) ? fmt::format("{:.3g}", value)
         : size >= 100                             ? fmt::format("{:.1f}", value)
                                                   : fmt::format("{:.4f}", value);
}

std::string interval(const stats::Estimate& estimate) {
  return std::isfinite(estimate.low) ? digits(estimate.low) + ".." + digits(estimate.high) : "-";
}

json::Array metric_list(const release::VersionEvaluation& evaluation) {
  json::Array out;
  for (const release::MetricBeside& one : evaluation.metrics) {
    const stats::Estimate& e = one.metric.estimate;
    out.push_back(
        json::Object{{"metric", one.metric.name},
                     {"value", or_null(e.value)},
                     {"error", or_null(e.error)},
                     {"low", or_null(e.low)},
                     {"high", or_null(e.high)},
                     {"greater_is_better", one.metric.greater_is_better},
                     {"against", one.other ? or_null(one.other->value) : json::Value()},
                     {"difference", one.difference ? or_null(one.difference->value) : json::Value()},
                     {"difference_error", one.difference ? or_null(one.difference->error) : json::Value()}});
  }
  return out;
}

json::Array slice_list(const release::VersionEvaluation& evaluation) {
  json::Array out;
  for (const release::SliceTable& table : evaluation.slices) {
    for (std::size_t i = 0; i < table.slices.size(); ++i) {
      const evaluate::Slice& slice = table.slices[i];
      out.push_back(json::Object{{"column", slice.column},
                                 {"by", table.by.by ? json::Value(*table.by.by) : json::Value()},
                                 {"value", slice.value},
                                 {"rows", slice.rows},
                                 {"worst", table.worst == i},
                                 {"metrics", metrics_of(slice)}});
    }
  }
  return out;
}

json::Array metric_lines(const release::VersionQuestion& question,
                         const release::VersionEvaluation& evaluation) {
  json::Array out;
  for (const release::MetricBeside& one : evaluation.metrics) {
    json::Object line = {{"metric", one.metric.name},
                         {"value", digits(one.metric.estimate.value)},
                         {"95 %", interval(one.metric.estimate)}};
    if (one.other) {
      line.set(question.against->address(), digits(one.other->value));
      line.set("difference", digits(one.difference->value));
      line.set("se", digits(one.difference->error));
    }
    out.emplace_back(std::move(line));
  }
  return out;
}

json::Object slice_line(const release::VersionEvaluation& evaluation, const evaluate::Slice& slice,
                        const std::string& remark) {
  stats::Estimate estimate = stats::undefined();
  for (const evaluate::Metric& metric : slice.metrics) {
    if (metric.name == evaluation.metric) estimate = metric.estimate;
  }
  return {{"value", slice.value},
          {"rows", count_text(slice.rows)},
          {evaluation.metric, digits(estimate.value)},
          {"95 %", interval(estimate)},
          {"", remark}};
}

/// Which of them are among those that people are shown.
std::vector<bool> is_large(const std::vector<evaluate::Slice>& slices) {
  std::vector<std::size_t> order(slices.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return slices[a].rows > slices[b].rows; });
  std::vector<bool> out(slices.size());
  for (std::size_t i = 0; i < std::min(order.size(), shown_slices); ++i) out[order[i]] = true;
  return out;
}

/// The largest and the worst.
json::Array slice_lines(const release::VersionQuestion& question,
                        const release::VersionEvaluation& evaluation, const release::SliceTable& table) {
  const std::vector<bool> large = is_large(table.slices);
  const std::string remark = fmt::format("worst (of those with {})", count_of(question.least, "row"));
  json::Array out;
  for (std::size_t i = 0; i < table.slices.size(); ++i) {
    const bool worst = table.worst == i;
    if (large[i] || worst) out.emplace_back(slice_line(evaluation, table.slices[i], worst ? remark : ""));
  }
  return out;
}

std::string slice_title(const release::SliceTable& table) {
  const std::string by = table.by.by ? fmt::format("slices of {} by {}", table.by.column, *table.by.by)
                                     : fmt::format("slices of {}", table.by.column);
  if (table.slices.size() <= shown_slices) return by;
  return fmt::format("{}, the largest of {}", by, count_text(table.slices.size()));
}

std::string comparison_text(const release::VersionQuestion& question,
                            const release::VersionEvaluation& evaluation) {
  const release::Resamples& seen = *evaluation.resamples;
  if (seen.defined == 0) return fmt::format("{} is not defined in any resample", evaluation.metric);
  return fmt::format("{} better than {} in {:.1f} % of {}{}", evaluation.metric, question.against->address(),
                     seen.better * 100, count_of(seen.defined, "resample"),
                     seen.equal > 0 ? fmt::format(", equal in {:.1f} %", seen.equal * 100) : "");
}

void add_tables(const release::VersionQuestion& question, const release::VersionEvaluation& evaluation,
                ui::Row& row) {
  if (evaluation.resamples) row.push_back({"comparison", comparison_text(question, evaluation)});
  row.push_back({"figures", metric_lines(question, evaluation)});
  for (const release::SliceTable& table : evaluation.slices)
    row.push_back({slice_title(table), slice_lines(question, evaluation, table)});
}

}  // namespace

json::Object metrics_of(const evaluate::Slice& slice) {
  evaluate::Evaluation evaluation;
  evaluation.metrics = slice.metrics;
  const json::Value out = evaluate::to_json(evaluation);
  return *out["metrics"].as_object();
}

ui::Row evaluation_row(const release::VersionQuestion& question, const release::VersionEvaluation& evaluation,
                       bool people) {
  const auto& resamples = evaluation.resamples;
  const ui::Show hidden = ui::Show::hidden;
  ui::Row row = {
      {"model", question.version.address()},
      {"data", fmt::format("{}@v{}", question.data.address(), question.data.number)},
      {"label", evaluation.label},
      {"task", predict::name_of(evaluation.task)},
      {"part", release::name_of(question.part)},
      {"split", evaluation.how},
      {"rows", evaluation.rows, ui::Show::count},
      {"left_out", evaluation.left_out, evaluation.left_out > 0 ? ui::Show::count : hidden},
      {"metric", evaluation.metric, hidden},
      {"metrics", metric_list(evaluation), hidden},
      {"slices", slice_list(evaluation), hidden},
      {"against", question.against ? json::Value(question.against->address()) : json::Value(), hidden},
      {"better", resamples ? or_null(resamples->better) : json::Value(), hidden},
      {"equal", resamples ? or_null(resamples->equal) : json::Value(), hidden},
      {"resamples", resamples ? json::Value(resamples->defined) : json::Value(), hidden},
      {"seed", resamples ? json::Value(question.seed) : json::Value(), hidden}};
  if (people) add_tables(question, evaluation, row);
  return row;
}

}  // namespace mlops::commands
