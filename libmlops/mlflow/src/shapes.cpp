#include "src/shapes.hpp"

#include <mlops/json/number.hpp>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "src/values.hpp"

namespace mlops::mlflow {
namespace {

json::Array pairs(const std::map<std::string, std::string>& map) {
  json::Array out;
  for (const auto& [key, value] : map) out.emplace_back(json::Object{{"key", key}, {"value", value}});
  return out;
}

void add_list(json::Object& object, const char* name, json::Array list) {
  if (!list.empty()) object.append(name, std::move(list));
}

/// Clients count on a name; MLflow makes one up.
const std::string& shown_name(const TrackedRun& run) { return run.name.empty() ? run.id : run.name; }

json::Object data_of(const TrackedRun& run) {
  json::Object out;
  json::Array metrics;
  for (const auto& [key, points] : run.metrics) metrics.emplace_back(shape_of(key, newest(points)));
  add_list(out, "metrics", std::move(metrics));
  add_list(out, "params", pairs(run.params));
  auto tags = run.tags;
  tags[std::string(name_tag)] = shown_name(run);
  add_list(out, "tags", pairs(tags));
  return out;
}

}  // namespace

const run::Point& newest(const std::vector<run::Point>& points) {
  return *std::max_element(points.begin(), points.end(), [](const run::Point& a, const run::Point& b) {
    const auto key = [](const run::Point& p) {
      return std::make_tuple(p.step, p.time.us, std::isnan(p.value) ? -HUGE_VAL : p.value);
    };
    return key(a) < key(b);
  });
}

json::Object shape_of(const Experiment& experiment, const std::filesystem::path& artifacts) {
  return {{"experiment_id", experiment.id},
          {"name", experiment.name},
          {"artifact_location", file_uri(artifacts)},
          {"lifecycle_stage", "active"},
          {"last_update_time", experiment.created_ms},
          {"creation_time", experiment.created_ms}};
}

json::Object shape_of(const std::string& key, const run::Point& point) {
  return {{"key", key},
          {"value", json::number(point.value)},
          {"timestamp", point.time.us / 1000},
          {"step", point.step}};
}

json::Object info_of(const TrackedRun& run) {
  json::Object out = {{"run_uuid", run.id},          {"experiment_id", run.experiment},
                      {"run_name", shown_name(run)}, {"user_id", run.user},
                      {"status", run.status},        {"start_time", run.started_ms}};
  if (run.ended_ms) out.append("end_time", *run.ended_ms);
  out.append("artifact_uri", file_uri(run.artifacts));
  out.append("lifecycle_stage", "active");
  out.append("run_id", run.id);
  return out;
}

json::Object shape_of(const TrackedRun& run) {
  json::Object inputs;
  add_list(inputs, "dataset_inputs", run.datasets);
  add_list(inputs, "model_inputs", run.input_models);
  json::Object out = {{"info", info_of(run)}, {"data", data_of(run)}, {"inputs", std::move(inputs)}};
  if (!run.output_models.empty()) out.append("outputs", json::Object{{"model_outputs", run.output_models}});
  return out;
}

json::Object shape_of(const LoggedModel& model) {
  json::Object info = {{"model_id", model.id},
                       {"experiment_id", model.experiment},
                       {"name", model.name},
                       {"creation_timestamp_ms", model.created_ms},
                       {"last_updated_timestamp_ms", model.changed_ms},
                       {"artifact_uri", file_uri(model.artifacts)},
                       {"status", model.status},
                       {"model_type", model.type},
                       {"source_run_id", model.run}};
  add_list(info, "tags", pairs(model.tags));
  json::Object data;
  add_list(data, "params", pairs(model.params));
  json::Array metrics;
  for (const auto& [key, metric] : model.metrics) metrics.push_back(metric);
  add_list(data, "metrics", std::move(metrics));
  return {{"info", std::move(info)}, {"data", std::move(data)}};
}

}  // namespace mlops::mlflow
