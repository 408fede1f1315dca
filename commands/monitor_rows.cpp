#include "monitor.hpp"

#include <mlops/evaluate/evaluation.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace mlops::commands {
namespace {

constexpr std::size_t most_figures = 10;  ///< Columns that are shown where nothing is asserted.

std::string_view verdict_of(const monitor::WatchResult& result) {
  const bool warns = result.warn && result.verdict.outcome == expect::Outcome::fail;
  return warns ? "warn" : expect::name_of(result.verdict.outcome);
}

ui::Row row_of(const monitor::Watch& watch, const std::string& assertion, json::Value verdict,
               std::string seen) {
  return {{"thing", "monitor/" + watch.model},
          {"from", watch.window.from.text()},
          {"to", watch.window.to.text(), ui::Show::hidden},
          {"assertion", assertion},
          {"verdict", std::move(verdict)},
          {"seen", std::move(seen)}};
}

/// Without those that move on by nature.
std::vector<const monitor::WatchedColumn*> by_psi(const monitor::Watch& watch) {
  std::vector<const monitor::WatchedColumn*> out;
  for (const monitor::WatchedColumn& one : watch.columns) {
    if (!std::isnan(one.shift.psi) && !one.moves_on()) out.push_back(&one);
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto* a, const auto* b) { return a->shift.psi > b->shift.psi; });
  return out;
}

json::Value value_of(const json::Value& metric) {
  return metric.as_object() == nullptr ? metric : metric["value"];
}

std::vector<ui::Row> figures(const monitor::Watch& watch) {
  std::vector<ui::Row> out;
  const auto sorted = by_psi(watch);
  for (std::size_t i = 0; i < std::min(sorted.size(), most_figures); ++i)
    out.push_back(row_of(watch, fmt::format("psi({})", sorted[i]->name), nullptr,
                         fmt::format("{:.4g}", sorted[i]->shift.psi)));
  if (!watch.performance) return out;
  for (const auto& [name, metric] : watch.performance->metrics)
    out.push_back(
        row_of(watch, name, nullptr, fmt::format("{:.4g}", value_of(metric).number_or(std::nan("")))));
  return out;
}

/// Windows that are over and lie behind the one that was judged last.
std::int64_t missing(const monitor::Window& last, Time now) {
  return std::max<std::int64_t>((now.us - last.to.us) / (last.to.us - last.from.us), 0);
}

/// The main one of the task that has these metrics; those of several classes are among those of two.
std::pair<json::Value, json::Value> main_metric(const monitor::Watch* watch) {
  if (watch == nullptr || !watch->performance) return {};
  const json::Object& metrics = watch->performance->metrics;
  for (const predict::Task task :
       {predict::Task::regression, predict::Task::binary, predict::Task::multiclass}) {
    const auto names = evaluate::metric_names(task);
    if (!std::all_of(names.begin(), names.end(), [&](const auto& one) { return metrics.find(one); }))
      continue;
    const std::string name(evaluate::main_metric(task));
    return {name, value_of(*metrics.find(name))};
  }
  return {};
}

json::Value text_or_null(std::string text) {
  return text.empty() ? json::Value() : json::Value(std::move(text));
}

}  // namespace

std::string age_text(std::int64_t us) {
  const std::int64_t seconds = std::max<std::int64_t>(us / 1'000'000, 0);
  if (seconds < 120) return fmt::format("{}s", seconds);
  if (seconds < 7'200) return fmt::format("{}m", seconds / 60);
  if (seconds < 172'800) return fmt::format("{}h", seconds / 3'600);
  return fmt::format("{}d", seconds / 86'400);
}

std::string verdict_of(const monitor::Watch& watch) {
  std::string out;
  for (const std::string_view verdict : {"fail", "warn", "pass", "skip"}) {
    const bool has = std::any_of(watch.results.begin(), watch.results.end(),
                                 [&](const auto& one) { return verdict_of(one) == verdict; });
    if (has && out.empty()) out = verdict;
  }
  return out;
}

std::vector<ui::Row> watch_rows(const monitor::Watch& watch) {
  if (watch.results.empty()) return figures(watch);
  std::vector<ui::Row> out;
  for (const monitor::WatchResult& one : watch.results)
    out.push_back(row_of(watch, one.assertion, std::string(verdict_of(one)), one.verdict.seen));
  return out;
}

ui::Row status_row(const std::string& model, const monitor::Watch* newest, Time now) {
  const auto worst = newest == nullptr ? std::vector<const monitor::WatchedColumn*>() : by_psi(*newest);
  const auto [metric, value] = main_metric(newest);
  const auto known = [&](auto of) { return newest == nullptr ? json::Value() : json::Value(of(*newest)); };
  return {{"model", model},
          {"from", known([](const auto& one) { return one.window.from.text(); })},
          {"to", known([](const auto& one) { return one.window.to.text(); }), ui::Show::hidden},
          {"verdict", newest == nullptr ? json::Value() : text_or_null(verdict_of(*newest))},
          {"rows", known([](const auto& one) { return one.rows; }), ui::Show::count},
          {"column", worst.empty() ? json::Value() : json::Value(worst.front()->name)},
          {"psi", worst.empty() ? json::Value() : json::Value(worst.front()->shift.psi)},
          {"metric", metric},
          {"value", value},
          {"time", known([](const auto& one) { return one.time.text(); }), ui::Show::hidden},
          {"age", known([&](const auto& one) { return age_text(now.us - one.time.us); })},
          {"missing", known([&](const auto& one) { return missing(one.window, now); })}};
}

std::string span_text(const monitor::Window& window) {
  return fmt::format("{} to {}", window.from.text(), window.to.text());
}

}  // namespace mlops::commands
