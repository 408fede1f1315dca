#include <mlops/release/pick.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <cmath>

namespace mlops::release {
namespace {

using stats::Estimate;

/// What all contenders are measured by.
struct Rule {
  std::string metric;
  bool greater_is_better = true;

  /// How much worse `value` is than `best`.
  double worse(double value, double best) const { return greater_is_better ? best - value : value - best; }
};

Rule rule_of(const PickRequest& request) {
  const auto task = request.truth.task;
  Rule out;
  out.metric = request.metric.empty() ? std::string(evaluate::main_metric(task)) : request.metric;
  out.greater_is_better = evaluate::greater_is_better(task, out.metric);
  if (request.within && !evaluate::has_difference(task, out.metric)) {
    throw error(Code::usage, "a difference in '{}' has no standard error", out.metric)
        .with_hint("pick the best itself, or by another metric");
  }
  return out;
}

/// a number of about three digits that matter: 0.912, 0.0312, 48.3, 12345.
std::string number(double value) {
  if (std::isnan(value)) return "unknown";
  const double size = std::fabs(value);
  if (size >= 100) return fmt::format("{:.0f}", value);
  return size != 0 && size < 0.001 ? fmt::format("{:.2g}", value) : fmt::format("{:.3f}", value);
}

std::string with_error(const Estimate& estimate) {
  return std::isnan(estimate.error) ? number(estimate.value)
                                    : fmt::format("{} +- {}", number(estimate.value), number(estimate.error));
}

Estimate metric_of(const PickRequest& request, const Contender& contender, const Rule& rule) {
  return evaluate::judge(request.truth, rule.metric, contender.predictions, request.threshold);
}

/// `worse` less `better`, turned so that a positive value is a loss.
Estimate loss(const PickRequest& request, const Rule& rule, const Contender& worse, const Contender& better) {
  const auto task = request.truth.task;
  if (!evaluate::has_difference(task, rule.metric)) {
    return stats::bare(
        rule.worse(metric_of(request, worse, rule).value, metric_of(request, better, rule).value));
  }
  const Contender& first = rule.greater_is_better ? better : worse;
  const Contender& second = rule.greater_is_better ? worse : better;
  return evaluate::difference(request.truth, rule.metric, first.predictions, second.predictions,
                              request.threshold);
}

/// Equal predictions differ by rounding at most. Where too few rows tell no error, nothing is proved.
bool is_within(const Estimate& behind, double errors) {
  return behind.value <= 0 || std::isnan(behind.error) || behind.value <= errors * behind.error;
}

std::optional<std::size_t> find_best(const std::vector<Standing>& standings, const Rule& rule) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < standings.size(); ++i) {
    const double value = standings[i].metric.value;
    if (std::isnan(value)) continue;
    if (!best || rule.worse(value, standings[*best].metric.value) < 0) best = i;
  }
  return best;
}

void compare(const PickRequest& request, const Rule& rule, Pick& out) {
  for (std::size_t i = 0; i < out.standings.size(); ++i) {
    Standing& standing = out.standings[i];
    if (i == out.best) {
      standing.behind = {};
      standing.within = true;
    } else if (!std::isnan(standing.metric.value)) {
      standing.behind = loss(request, rule, request.contenders[i], request.contenders[out.best]);
      standing.within = request.within && is_within(standing.behind, *request.within);
    }
  }
}

std::string worse_by(const Standing& standing, std::string_view than, const std::string& metric) {
  if (std::isnan(standing.metric.value)) return fmt::format("{} of {} is not defined", metric, standing.name);
  if (standing.behind.value <= 0) return fmt::format("{} is equal{}", standing.name, than);
  const std::string se =
      std::isnan(standing.behind.error) ? "" : fmt::format(" (se {})", number(standing.behind.error));
  return fmt::format("{} is {} worse{}{}", standing.name, number(standing.behind.value), than, se);
}

std::string better_by(const std::string& best, const Estimate& behind) {
  if (behind.value <= 0) return fmt::format("{} is no better", best);
  if (std::isnan(behind.error))
    return fmt::format("{} is {} better, which so few test rows do not prove", best, number(behind.value));
  return fmt::format("{} is only {} better (se {})", best, number(behind.value), number(behind.error));
}

std::string reason(const Pick& pick) {
  const Standing& picked = pick.standings[pick.index];
  const Standing& best = pick.standings[pick.best];
  std::string out = fmt::format("{}: {} {}", picked.name, pick.metric, with_error(picked.metric));
  if (pick.index != pick.best) {
    return out + "; " + better_by(best.name, picked.behind);
  }
  for (std::size_t i = 0; i < pick.index; ++i) {
    out += (i == 0 ? "; " : ", ") + worse_by(pick.standings[i], "", pick.metric);
  }
  return out;
}

void require_contenders(const PickRequest& request) {
  if (request.contenders.empty()) throw error(Code::usage, "there is no model to pick from");
}

}  // namespace

Pick pick(const PickRequest& request) {
  require_contenders(request);
  const Rule rule = rule_of(request);
  Pick out;
  out.metric = rule.metric;
  for (const Contender& contender : request.contenders) {
    out.standings.push_back({contender.name, metric_of(request, contender, rule), stats::undefined(), false});
  }
  const auto best = find_best(out.standings, rule);
  if (!best) {
    out.reason = fmt::format("{}: {} is not defined on the test rows, the simplest model is taken",
                             request.contenders[0].name, out.metric);
    return out;
  }
  out.best = *best;
  compare(request, rule, out);
  while (!out.standings[out.index].within) ++out.index;
  out.reason = reason(out);
  return out;
}

Gain better_than_baseline(const PickRequest& request, const Pick& picked) {
  require_contenders(request);
  const Rule rule = rule_of(request);
  const Contender& base = request.contenders.front();
  const Contender& chosen = request.contenders.at(picked.index);
  Gain out;
  if (picked.index == 0) {
    out.reason = fmt::format("no model is measurably better than {}", base.name);
    return out;
  }
  out.gain = loss(request, rule, base, chosen);
  const bool known = std::isfinite(out.gain.error);
  out.better = out.gain.value > 0 && (!known || out.gain.value > out.gain.error);
  out.reason = fmt::format("{} is {} {} than {} in {}{}", chosen.name, number(std::fabs(out.gain.value)),
                           out.gain.value < 0 ? "worse" : "better", base.name, rule.metric,
                           known ? fmt::format(" (se {})", number(out.gain.error)) : "");
  return out;
}

}  // namespace mlops::release
