/// The grammar of `pick:`: [`simplest within` N `se of`] (`max` | `min`) METRIC.
#include "src/internal.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace mlops::manifest {
namespace {

struct MetricRow {
  std::string_view name;
  bool greater_is_better;
  bool compared = true;  ///< The difference of two models has a standard error.
};

constexpr std::array metrics = {
    MetricRow{"auc", true},         MetricRow{"average_precision", true, false},
    MetricRow{"accuracy", true},    MetricRow{"f1", true},
    MetricRow{"precision", true},   MetricRow{"recall", true},
    MetricRow{"logloss", false},    MetricRow{"brier", false},
    MetricRow{"ece", false, false}, MetricRow{"rmse", false},
    MetricRow{"mae", false},        MetricRow{"mape", false},
    MetricRow{"r2", true},          MetricRow{"median_error", false, false},
};

const MetricRow* find_metric(std::string_view name) {
  const auto* found =
      std::find_if(metrics.begin(), metrics.end(), [&](const MetricRow& row) { return row.name == name; });
  return found == metrics.end() ? nullptr : found;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) return out;
    out.push_back(text.substr(0, text.find(' ')));
    text.remove_prefix(out.back().size());
  }
}

std::optional<double> standard_errors(std::string_view text) {
  double value = 0;
  const auto [stop, fault] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  const bool whole = fault == std::errc() && stop == text.data() + text.size();
  return whole && value >= 0 && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

Problem problem(std::string message, std::string hint) {
  return {"pick", 0, std::move(message), std::move(hint)};
}

Problem unknown_metric(std::string_view name) {
  std::vector<std::string> known;
  for (const MetricRow& row : metrics) known.emplace_back(row.name);
  const std::vector<std::string> near = near_misses(name, known);
  return problem(fmt::format("no metric '{}'", name),
                 near.empty() ? "it is one of " + one_of(known) : "similar metric exists: " + one_of(near));
}

}  // namespace

std::string PickSpec::text() const {
  const std::string best = fmt::format("{} {}", maximize ? "max" : "min", metric);
  return within ? fmt::format("simplest within {} se of {}", *within, best) : best;
}

std::optional<bool> greater_is_better(std::string_view metric) {
  const MetricRow* row = find_metric(metric);
  return row == nullptr ? std::nullopt : std::optional(row->greater_is_better);
}

std::variant<PickSpec, Problem> parse_pick(std::string_view text) {
  std::vector<std::string_view> words = words_of(text);
  const auto not_so = [&] {
    return problem(
        fmt::format("'pick' is '{}', `max METRIC`, `min METRIC` or `simplest within 1 se of ...` is wanted",
                    text),
        "write `simplest within 1 se of max auc`");
  };
  PickSpec out;
  if (words.size() == 7) {
    out.within = standard_errors(words[2]);
    if (!out.within || words[0] != "simplest" || words[1] != "within" || words[3] != "se" || words[4] != "of")
      return not_so();
    words.erase(words.begin(), words.begin() + 5);
  }
  if (words.size() != 2 || (words[0] != "max" && words[0] != "min")) return not_so();
  const MetricRow* metric = find_metric(words[1]);
  if (metric == nullptr) return unknown_metric(words[1]);
  out.metric = metric->name;
  out.maximize = words[0] == "max";
  if (out.maximize != metric->greater_is_better) {
    return problem(fmt::format("'{} {}' would pick the worst: {} is better when {}", words[0], out.metric,
                               out.metric, out.maximize ? "smaller" : "greater"),
                   fmt::format("write `{} {}`", out.maximize ? "min" : "max", out.metric));
  }
  if (out.within && !metric->compared) {
    return problem(fmt::format("a difference in '{}' has no standard error", out.metric),
                   fmt::format("write `{} {}`, or take another metric", words[0], out.metric));
  }
  return out;
}

}  // namespace mlops::manifest
