#pragma once
/// The calls of the protocol, each a function from fields to an answer.

#include <mlops/mlflow/session.hpp>

#include <string>

namespace mlops::mlflow {

/// `id` and `key` are what the path names: /logged-models/{id}/tags/{key}.
struct Call {
  Session& session;
  const json::Value& fields;
  std::string id = {};
  std::string key = {};
};

json::Object experiments_create(const Call& call);
json::Object experiments_get(const Call& call);
json::Object experiments_get_by_name(const Call& call);
json::Object experiments_search(const Call& call);
json::Object experiments_set_tag(const Call& call);

json::Object runs_create(const Call& call);
json::Object runs_get(const Call& call);
json::Object runs_update(const Call& call);
json::Object runs_search(const Call& call);
json::Object runs_log_metric(const Call& call);
json::Object runs_log_parameter(const Call& call);
json::Object runs_log_batch(const Call& call);
json::Object runs_set_tag(const Call& call);
json::Object runs_delete_tag(const Call& call);
json::Object runs_log_inputs(const Call& call);
json::Object runs_log_model(const Call& call);
json::Object runs_outputs(const Call& call);
json::Object metrics_get_history(const Call& call);
json::Object artifacts_list(const Call& call);

json::Object models_create(const Call& call);
json::Object models_search(const Call& call);
json::Object model_get(const Call& call);
json::Object model_finalize(const Call& call);
json::Object model_delete(const Call& call);
json::Object model_set_tags(const Call& call);
json::Object model_delete_tag(const Call& call);
json::Object model_log_params(const Call& call);
json::Object model_artifacts(const Call& call);

/// The files and folders directly in `root`/`path`, as artifacts/list answers.
json::Object artifact_listing(const std::filesystem::path& root, const std::string& path);

}  // namespace mlops::mlflow
