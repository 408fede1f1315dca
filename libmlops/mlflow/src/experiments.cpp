#include <mlops/base/error.hpp>

#include <algorithm>
#include <vector>

#include "src/fields.hpp"
#include "src/routes.hpp"
#include "src/shapes.hpp"

namespace mlops::mlflow {
namespace {

json::Object shape(const Call& call, const Experiment& experiment) {
  return shape_of(experiment, call.session.get(call.session.main_id()).artifacts.parent_path());
}

}  // namespace

json::Object experiments_create(const Call& call) {
  return {{"experiment_id", call.session.add_experiment(required_text(call.fields, "name")).id}};
}

json::Object experiments_get(const Call& call) {
  const std::string id = required_text(call.fields, "experiment_id");
  const Experiment* const found = call.session.find_experiment(id);
  if (found == nullptr) throw error(Code::not_found, "No Experiment with id={} exists", id);
  return {{"experiment", shape(call, *found)}};
}

json::Object experiments_get_by_name(const Call& call) {
  const std::string name = required_text(call.fields, "experiment_name");
  const Experiment* const found = call.session.find_experiment_named(name);
  if (found == nullptr) throw error(Code::not_found, "Could not find experiment with name '{}'", name);
  return {{"experiment", shape(call, *found)}};
}

/// All of them, the newest first: a session has few.
json::Object experiments_search(const Call& call) {
  std::vector<const Experiment*> all;
  for (const auto& [id, experiment] : call.session.experiments()) all.push_back(&experiment);
  std::stable_sort(all.begin(), all.end(),
                   [](const Experiment* a, const Experiment* b) { return a->created_ms > b->created_ms; });
  json::Array list;
  for (const Experiment* experiment : all) list.emplace_back(shape(call, *experiment));
  return {{"experiments", std::move(list)}};
}

/// Experiments have no tags here; set_experiment() puts a few of its own on them.
json::Object experiments_set_tag(const Call& call) {
  const std::string id = required_text(call.fields, "experiment_id");
  if (call.session.find_experiment(id) == nullptr)
    throw error(Code::not_found, "No Experiment with id={} exists", id);
  required_text(call.fields, "key");
  return {};
}

}  // namespace mlops::mlflow
