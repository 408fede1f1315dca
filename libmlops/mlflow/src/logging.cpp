/// Facts of runs on their way to the journals.
#include <mlops/base/error.hpp>

#include <bit>

#include "src/session.hpp"
#include "src/values.hpp"

namespace mlops::mlflow {
namespace {

std::string cut(const std::string& text) { return text.size() > 250 ? text.substr(0, 250) + "..." : text; }

/// Throws Error(usage) where a param has another value already. MLflow's clients look for these words.
void check_params(const TrackedRun& run, const Texts& params) {
  std::map<std::string, std::string> known;
  for (const auto& [name, value] : params) {
    const auto before = run.params.find(name);
    const std::string& first =
        before != run.params.end() ? before->second : known.emplace(name, value).first->second;
    if (first == value) continue;
    throw error(
        Code::usage,
        "Changing param values is not allowed. Param with key='{}' was already logged with value='{}' "
        "for run ID='{}'. Attempted logging new value '{}'.",
        name, cut(first), run.id, cut(value));
  }
}

using Points = std::vector<std::pair<std::string, run::Point>>;

Mark mark_of(const run::Point& point) {
  return {point.step, point.time.us, std::bit_cast<std::uint64_t>(point.value)};
}

/// The same point again is none: MLflow 3 repeats the metrics of a run for each model that it logs.
Points news_in(const Entry& entry, const Points& points) {
  Points out;
  std::set<std::pair<std::string, Mark>> batch;
  for (const auto& [name, point] : points) {
    const auto seen = entry.seen.find(name);
    const bool old = seen != entry.seen.end() && seen->second.contains(mark_of(point));
    if (!old && batch.emplace(name, mark_of(point)).second) out.emplace_back(name, point);
  }
  return out;
}

}  // namespace

void Session::log(TrackedRun& run, const Changes& changes) {
  check_params(run, changes.params);
  Entry& entry = impl_->entry(run.id);
  const Points news = news_in(entry, changes.metrics);
  run::Report report(impl_->now());
  for (const auto& [name, point] : news) report.metric(name, point);
  for (const auto& [name, value] : changes.params) {
    if (!run.params.contains(name)) report.param(name, param_value(value));
  }
  std::string name;
  for (const auto& [key, value] : changes.tags) {
    if (key == name_tag) name = value;
    else if (!is_told_elsewhere(key)) report.tag(key, value);
  }
  if (!name.empty()) impl_->set_name(entry, name);
  impl_->write(entry, report);
  for (const auto& [key, point] : news) {
    run.metrics[key].push_back(point);
    entry.seen[key].insert(mark_of(point));
  }
  for (const auto& [key, value] : changes.params) run.params.emplace(key, value);
  for (const auto& [key, value] : changes.tags) run.tags[key] = value;
}

void Session::delete_tag(TrackedRun& run, const std::string& name) {
  const auto found = run.tags.find(name);
  if (found == run.tags.end()) {
    throw error(Code::not_found, "No tag with name: {} in run with id {}", name, run.id);
  }
  if (!is_told_elsewhere(name)) {
    run::Report report(impl_->now());
    report.no_tag(name);
    impl_->write(impl_->entry(run.id), report);
  }
  run.tags.erase(found);
}

void Session::log_dataset(TrackedRun& run, const json::Value& dataset) {
  run::Report report(impl_->now());
  report.input(data_of(dataset));
  impl_->write(impl_->entry(run.id), report);
  run.datasets.push_back(dataset);
}

}  // namespace mlops::mlflow
