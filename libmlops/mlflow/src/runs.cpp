#include <mlops/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "src/fields.hpp"
#include "src/filter.hpp"
#include "src/routes.hpp"
#include "src/shapes.hpp"
#include "src/values.hpp"

namespace mlops::mlflow {
namespace {

TrackedRun& run_of(const Call& call) { return call.session.get(run_id_in(call.fields)); }

/// MLflow 3 says of which model a metric is.
void note_model_metric(const Call& call, const TrackedRun& run, const json::Value& metric) {
  const std::string id = text_in(metric, "model_id");
  if (id.empty()) return;
  const auto [key, point] = metric_in(metric);
  json::Object shape = shape_of(key, point);
  shape.append("model_id", id);
  shape.append("run_id", run.id);
  for (const char* const name : {"dataset_name", "dataset_digest"}) {
    if (const std::string text = text_in(metric, name); !text.empty()) shape.append(name, text);
  }
  call.session.get_model(id).metrics[key] = std::move(shape);
}

std::vector<json::Value> kept(const std::vector<json::Value>& before, const json::Array& more) {
  std::vector<json::Value> out = before;
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

}  // namespace

json::Object runs_create(const Call& call) {
  const TrackedRun& run = call.session.start({.experiment = text_in(call.fields, "experiment_id"),
                                              .name = text_in(call.fields, "run_name"),
                                              .user = text_in(call.fields, "user_id"),
                                              .started_ms = whole_in(call.fields, "start_time"),
                                              .tags = pairs_in(call.fields, "tags")});
  return {{"run", shape_of(run)}};
}

json::Object runs_get(const Call& call) { return {{"run", shape_of(run_of(call))}}; }

json::Object runs_update(const Call& call) {
  TrackedRun& run = run_of(call);
  const std::string status = text_in(call.fields, "status");
  const std::string name = text_in(call.fields, "run_name");
  if (!status.empty()) call.session.set_status(run, status, whole_in(call.fields, "end_time"));
  if (!name.empty()) call.session.rename(run, name);
  return {{"run_info", info_of(run)}};
}

json::Object runs_search(const Call& call) {
  const Filter filter(text_in(call.fields, "filter"), run_attributes());
  const Order order(list_in(call.fields, "order_by"), run_attributes());
  const json::Array wanted = list_in(call.fields, "experiment_ids");
  const std::int64_t most = whole_in(call.fields, "max_results").value_or(1000);
  if (most < 1)
    throw error(Code::usage, "Invalid value {} for parameter 'max_results' supplied: it wants 1 or more",
                most);
  std::vector<const TrackedRun*> found;
  const bool deleted_only = text_in(call.fields, "run_view_type") == "DELETED_ONLY";
  for (const TrackedRun* run : call.session.runs()) {
    const bool in = std::find(wanted.begin(), wanted.end(), json::Value(run->experiment)) != wanted.end();
    if (in && !deleted_only && filter.fits(*run)) found.push_back(run);
  }
  std::stable_sort(found.begin(), found.end(), [&](const TrackedRun* a, const TrackedRun* b) {
    const int ordered = order.compare(*a, *b);
    if (ordered != 0) return ordered < 0;
    return a->started_ms != b->started_ms ? a->started_ms > b->started_ms : a->id < b->id;
  });
  if (found.size() > static_cast<std::size_t>(most)) found.resize(static_cast<std::size_t>(most));
  json::Array list;
  for (const TrackedRun* run : found) list.emplace_back(shape_of(*run));
  return list.empty() ? json::Object() : json::Object{{"runs", std::move(list)}};
}

json::Object runs_log_metric(const Call& call) {
  TrackedRun& run = run_of(call);
  call.session.log(run, {.metrics = {metric_in(call.fields)}});
  note_model_metric(call, run, call.fields);
  return {};
}

json::Object runs_log_parameter(const Call& call) {
  call.session.log(run_of(call),
                   {.params = {{required_text(call.fields, "key"), text_in(call.fields, "value")}}});
  return {};
}

json::Object runs_log_batch(const Call& call) {
  TrackedRun& run = run_of(call);
  Changes changes = {
      .metrics = {}, .params = pairs_in(call.fields, "params"), .tags = pairs_in(call.fields, "tags")};
  const json::Array metrics = list_in(call.fields, "metrics");
  for (const json::Value& metric : metrics) {
    changes.metrics.push_back(metric_in(metric, fmt::format("metrics[{}].", changes.metrics.size())));
  }
  call.session.log(run, changes);
  for (const json::Value& metric : metrics) note_model_metric(call, run, metric);
  return {};
}

json::Object runs_set_tag(const Call& call) {
  call.session.log(run_of(call),
                   {.tags = {{required_text(call.fields, "key"), text_in(call.fields, "value")}}});
  return {};
}

json::Object runs_delete_tag(const Call& call) {
  call.session.delete_tag(run_of(call), required_text(call.fields, "key"));
  return {};
}

json::Object runs_log_inputs(const Call& call) {
  TrackedRun& run = run_of(call);
  const json::Array datasets = list_in(call.fields, "datasets");
  for (std::size_t i = 0; i < datasets.size(); ++i) {
    required_text(datasets[i]["dataset"], "name", fmt::format("datasets[{}].dataset.", i));
  }
  for (const json::Value& dataset : datasets) call.session.log_dataset(run, dataset);
  run.input_models = kept(run.input_models, list_in(call.fields, "models"));
  return {};
}

/// The models are files among the artifacts; here is only MLflow's own list of them, for it to read back.
json::Object runs_log_model(const Call& call) {
  TrackedRun& run = run_of(call);
  const json::Value model = json::parse_written(required_text(call.fields, "model_json"));
  const auto before = run.tags.find(std::string(models_tag));
  json::Array list;
  if (before != run.tags.end()) list = list_in(json::Object{{"list", json::parse(before->second)}}, "list");
  list.push_back(model);
  call.session.log(run, {.tags = {{std::string(models_tag), json::dump(std::move(list))}}});
  return {};
}

json::Object runs_outputs(const Call& call) {
  TrackedRun& run = run_of(call);
  run.output_models = kept(run.output_models, list_in(call.fields, "models"));
  return {};
}

json::Object metrics_get_history(const Call& call) {
  const TrackedRun& run = run_of(call);
  const std::string key = required_text(call.fields, "metric_key");
  const auto found = run.metrics.find(key);
  if (found == run.metrics.end()) return {};
  json::Array list;
  for (const run::Point& point : found->second) list.emplace_back(shape_of(key, point));
  return {{"metrics", std::move(list)}};
}

json::Object artifacts_list(const Call& call) {
  return artifact_listing(run_of(call).artifacts, text_in(call.fields, "path"));
}

}  // namespace mlops::mlflow
