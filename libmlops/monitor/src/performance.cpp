#include <mlops/evaluate/evaluation.hpp>

#include <algorithm>
#include <cmath>

#include "src/truth.hpp"

namespace mlops::monitor {
namespace {

/// Predictions of another task, or for other classes, are judged by nothing that these are.
bool answers_as(const WatchedVersion& one, const WatchedVersion& other) {
  return one.known && one.signature.task == other.signature.task &&
         one.signature.classes == other.signature.classes;
}

std::size_t outputs_of(const WatchedVersion& version) {
  return version.known ? version.signature.outputs() : 1;
}

json::Object released(const WatchedVersion& version) {
  constexpr std::string_view prefix = "test.";
  json::Object out;
  for (const auto& [name, value] : version.metrics) {
    if (name.starts_with(prefix)) out.append(name.substr(prefix.size()), value);
  }
  return out;
}

struct Judged {
  std::vector<double> labels = {};
  std::vector<double> predictions = {};
};

/// Both lists are by n. What was no number when it was answered is judged by nothing.
void add_if_known(const Collected& collected, const DueAnswer& answer, std::size_t first,
                  const std::vector<KnownTruth>& truths, std::size_t& at, Judged& out) {
  while (at < truths.size() && truths[at].n < answer.n) ++at;
  if (at == truths.size() || truths[at].n != answer.n) return;
  const std::size_t count = outputs_of(collected.versions[answer.version].version);
  const auto begin = collected.outputs.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = begin + static_cast<std::ptrdiff_t>(count);
  if (!std::all_of(begin, end, [](double value) { return std::isfinite(value); })) return;
  out.labels.push_back(truths[at].label);
  out.predictions.insert(out.predictions.end(), begin, end);
}

}  // namespace

Performance performance_of(const Collected& collected, const JoinedTruth& truth,
                           const WatchedVersion& version, const Window& window) {
  Performance out = {.window = window, .ambiguous = truth.ambiguous, .released = released(version)};
  Judged judged;
  std::size_t first = 0, at = 0;
  for (const DueAnswer& answer : collected.due) {
    const WatchedVersion& by = collected.versions[answer.version].version;
    if (answers_as(by, version)) {
      ++out.answered;
      add_if_known(collected, answer, first, truth.due, at, judged);
    }
    first += outputs_of(by);
  }
  for (const VersionRows& one : collected.versions) {
    if (one.due > 0 && answers_as(one.version, version)) out.versions.push_back(one.version.address);
  }
  std::sort(out.versions.begin(), out.versions.end());
  out.known = judged.labels.size();
  if (out.known == 0) return out;
  const predict::Signature& signature = version.signature;
  const json::Value evaluation = evaluate::to_json(evaluate::evaluate(
      {.task = signature.task, .classes = signature.classes.size(), .labels = judged.labels},
      judged.predictions, signature.classes, signature.threshold));
  if (const json::Object* metrics = evaluation["metrics"].as_object()) out.metrics = *metrics;
  return out;
}

}  // namespace mlops::monitor
