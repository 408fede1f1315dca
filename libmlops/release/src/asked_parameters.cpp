#include "src/asked_parameters.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/train/trainer.hpp>

#include <algorithm>

namespace mlops::release {
namespace {

bool knows(const train::TrainerInfo& trainer, std::string_view parameter) {
  return std::any_of(trainer.parameters.begin(), trainer.parameters.end(),
                     [&](const train::ParameterInfo& known) { return known.name == parameter; });
}

[[noreturn]] void fail_unknown_parameter(const std::string& parameter,
                                         const std::vector<Candidate>& candidates) {
  std::vector<std::string> known;
  for (const Candidate& candidate : candidates) {
    for (const train::ParameterInfo& one : train::trainer(candidate.trainer).parameters)
      known.push_back(one.name);
  }
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  Error fault = error(Code::usage, "no model that is trained has a parameter '{}'", parameter);
  const auto near = near_misses(parameter, known);
  throw std::move(fault).with_hint(
      "{} {}", near.empty() ? "they have" : "similar parameters exist:", one_of(near.empty() ? known : near));
}

/// "xgboost.eta" is for one trainer, "eta" for all that know it.
void set_parameter(const std::string& name, const json::Value& value, std::vector<Candidate>& candidates) {
  const std::size_t dot = name.find('.');
  const std::string trainer = dot == std::string::npos ? "" : name.substr(0, dot);
  const std::string parameter = dot == std::string::npos ? name : name.substr(dot + 1);
  bool taken = false;
  for (Candidate& candidate : candidates) {
    if (!trainer.empty() && candidate.trainer != trainer) continue;
    if (!knows(train::trainer(candidate.trainer), parameter)) continue;
    candidate.parameters.set(parameter, value);
    taken = true;
  }
  if (!taken) fail_unknown_parameter(name, candidates);
}

}  // namespace

std::vector<Candidate> with_asked_parameters(const TrainRequest& request, std::vector<Candidate> candidates) {
  for (const auto& [name, value] : request.parameters) set_parameter(name, value, candidates);
  return candidates;
}

}  // namespace mlops::release
