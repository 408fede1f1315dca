#include "src/asked.hpp"

#include <fmt/format.h>
#include <mlops/base/text.hpp>
#include <mlops/evaluate/evaluation.hpp>

#include <algorithm>
#include <cmath>

#include "src/table_columns.hpp"

namespace mlops::monitor {
namespace {

dataset::Answer missing(std::string reason) { return {.value = expect::Missing{std::move(reason)}}; }

}  // namespace

std::string ambiguous_text(const Performance& performance) {
  return fmt::format(
      "the truth of {} is ambiguous: ids occur twice, truths differ, or `row` of `truth` is missing",
      count_of(performance.ambiguous, "row"));
}

std::string logged_text(double share) {
  return fmt::format("{:g}% of the requests are logged: rows and requests are those of the log", share * 100);
}

std::string chance_text(const WatchedColumn& column) {
  constexpr double worth_a_look = 0.1;
  const double chance = column.psi_by_chance();
  if (!(column.shift.psi > worth_a_look) || std::isnan(chance)) return {};
  return fmt::format("{}, about {:.2g} by chance", count_of(column.shift.rows, "row"), chance);
}

/// Where there is no baseline all that could be: the reason is told with each.
std::vector<std::string> Asked::compared() const {
  std::vector<std::string> out;
  if (version_.baseline) {
    for (const auto* columns : {&version_.baseline->inputs, &version_.baseline->answers})
      for (const BaselineColumn& one : *columns) out.push_back(one.name);
    return out;
  }
  for (const WatchedInput& one : version_.inputs) out.push_back(one.input.name);
  out.insert(out.end(), {"prediction", "probability"});
  return out;
}

/// Not where the model has an input of that name.
std::vector<std::string> Asked::ids() const {
  std::vector<std::string> out = {"request", "row"};
  std::erase_if(out, [&](const std::string& id) {
    return std::any_of(version_.inputs.begin(), version_.inputs.end(),
                       [&](const WatchedInput& one) { return lowered(one.input.name) == id; });
  });
  return out;
}

std::vector<std::string> Asked::metrics() const {
  return version_.known ? evaluate::metric_names(version_.signature.task) : std::vector<std::string>();
}

dataset::Answer Asked::distance(std::string_view function, const std::string& column) {
  if (watch_.rows == 0) return missing("nothing was answered");
  const auto found = std::find_if(watch_.columns.begin(), watch_.columns.end(),
                                  [&](const WatchedColumn& one) { return one.name == column; });
  if (found == watch_.columns.end())
    return missing(watch_.note.empty() ? fmt::format("the baseline has no column '{}'", column)
                                       : watch_.note);
  const stats::Shift& shift = found->shift;
  if (function == "psi") return {.value = shift.psi, .detail = chance_text(*found)};
  if (function == "drift") return {.value = shift.drift};
  if (shift.ks) return {.value = *shift.ks};
  if (found->reference.steps.empty())  // classes that look like numbers
    return missing(fmt::format("training has no numbers of {}", column));
  return {.value = expect::Null{}, .detail = fmt::format("there is no number in {}", column)};
}

dataset::Answer Asked::metric(std::string_view of, std::string_view name) {
  if (of.empty()) return known_metric(name);
  const json::Object& released = watch_.performance ? watch_.performance->released : version_.metrics;
  const json::Value* found =
      released.find(watch_.performance ? std::string(name) : fmt::format("test.{}", name));
  const json::Value& value = found == nullptr ? json::Value() : *found;
  const bool plain = value.as_double() != nullptr || value.as_int() != nullptr;
  const double number = (plain ? value : value["value"]).number_or(std::nan(""));
  if (std::isnan(number))
    return missing(fmt::format("{} has no test.{}", version_.known ? version_.address : "the model", name));
  return {.value = number};
}

dataset::Answer Asked::known_metric(std::string_view name) const {
  if (!watch_.performance) return missing("no truth is declared");
  const Performance& performance = *watch_.performance;
  if (performance.answered == 0) return missing("nothing was answered whose truth is due");
  if (performance.known == 0 && performance.ambiguous > 0)
    return {.value = expect::Null{}, .detail = ambiguous_text(performance)};
  if (!performance.unmatched.empty()) return missing(performance.unmatched);
  if (performance.known == 0)
    return missing(fmt::format("no truth yet of {}", count_of(performance.answered, "row")));
  const json::Value* found = performance.metrics.find(name);
  const double value = found == nullptr ? std::nan("") : (*found)["value"].number_or(std::nan(""));
  if (std::isnan(value))
    return missing(fmt::format("{} is not defined for the {} whose truth is known", name,
                               count_of(performance.known, "row")));
  return {.value = value};
}

}  // namespace mlops::monitor
