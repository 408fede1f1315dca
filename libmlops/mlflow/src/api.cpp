#include <mlops/mlflow/api.hpp>

#include <mlops/base/error.hpp>

#include <algorithm>
#include <array>

#include "src/fields.hpp"
#include "src/routes.hpp"

namespace mlops::mlflow {
namespace {

struct Route {
  std::string_view method;
  std::string_view path;
  json::Object (*answer)(const Call& call);
};

constexpr std::array routes = {Route{"POST", "experiments/create", experiments_create},
                               Route{"GET", "experiments/get", experiments_get},
                               Route{"GET", "experiments/get-by-name", experiments_get_by_name},
                               Route{"POST", "experiments/search", experiments_search},
                               Route{"GET", "experiments/search", experiments_search},
                               Route{"POST", "experiments/set-experiment-tag", experiments_set_tag},
                               Route{"POST", "runs/create", runs_create},
                               Route{"GET", "runs/get", runs_get},
                               Route{"POST", "runs/update", runs_update},
                               Route{"POST", "runs/search", runs_search},
                               Route{"POST", "runs/log-metric", runs_log_metric},
                               Route{"POST", "runs/log-parameter", runs_log_parameter},
                               Route{"POST", "runs/log-batch", runs_log_batch},
                               Route{"POST", "runs/set-tag", runs_set_tag},
                               Route{"POST", "runs/delete-tag", runs_delete_tag},
                               Route{"POST", "runs/log-inputs", runs_log_inputs},
                               Route{"POST", "runs/log-model", runs_log_model},
                               Route{"POST", "runs/outputs", runs_outputs},
                               Route{"GET", "metrics/get-history", metrics_get_history},
                               Route{"GET", "artifacts/list", artifacts_list},
                               Route{"POST", "logged-models", models_create},
                               Route{"POST", "logged-models/search", models_search},
                               Route{"GET", "logged-models/{id}", model_get},
                               Route{"PATCH", "logged-models/{id}", model_finalize},
                               Route{"DELETE", "logged-models/{id}", model_delete},
                               Route{"PATCH", "logged-models/{id}/tags", model_set_tags},
                               Route{"DELETE", "logged-models/{id}/tags/{key}", model_delete_tag},
                               Route{"POST", "logged-models/{id}/params", model_log_params},
                               Route{"GET", "logged-models/{id}/artifacts/directories", model_artifacts}};

/// What stands behind the beginnings that MLflow serves its calls under.
std::optional<std::string_view> call_in(std::string_view path) {
  for (const std::string_view root :
       {"/api/2.0/mlflow/", "/ajax-api/2.0/mlflow/", "/api/3.0/mlflow/", "/ajax-api/3.0/mlflow/"}) {
    if (path.starts_with(root)) return path.substr(root.size());
  }
  return std::nullopt;
}

std::string_view take_part(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

bool fits(std::string_view pattern, std::string_view path, Call& call) {
  while (!pattern.empty() && !path.empty()) {
    const std::string_view want = take_part(pattern);
    // A key is the last part, and may hold '/'.
    const std::string_view have = want == "{key}" ? std::exchange(path, std::string_view()) : take_part(path);
    if (want == "{id}") call.id = have;
    else if (want == "{key}") call.key = have;
    else if (want != have) return false;
  }
  return pattern.empty() && path.empty();
}

struct Kind {
  int status;
  std::string_view name;
};

Kind kind_of(Code code) {
  if (code == Code::usage) return {400, "INVALID_PARAMETER_VALUE"};
  if (code == Code::not_found) return {404, "RESOURCE_DOES_NOT_EXIST"};
  if (code == Code::conflict) return {400, "RESOURCE_ALREADY_EXISTS"};
  return {507, "INTERNAL_ERROR"};
}

void refuse(http::Response& response, Kind kind, std::string_view message) {
  response.status = kind.status;
  response.body = json::dump(json::Object{{"error_code", kind.name}, {"message", message}});
}

void say(http::Response& response, std::string_view text) {
  response.content_type = "text/plain; charset=utf-8";
  response.body = text;
}

bool is_registry(std::string_view call) {
  return call.starts_with("registered-models/") || call.starts_with("model-versions/");
}

}  // namespace

void Api::respond(std::string_view path, const http::Request& request, http::Response& response) {
  if (path == "/health") return say(response, "OK");
  if (path == "/version") return say(response, "2.22.0");
  if (path.empty() || path == "/") {
    return say(response, "run " + session_.main_id() + ": mlops runs show " + session_.main_id() + "\n");
  }
  const auto wanted = call_in(path);
  json::Value fields;
  Call call = {session_, fields};
  for (const Route& route : routes) {
    if (!wanted || route.method != request.method || !fits(route.path, *wanted, call)) continue;
    fields = fields_of(request);
    response.body = json::dump(route.answer(call));
    return;
  }
  if (wanted && is_registry(*wanted)) {
    return refuse(
        response, {501, "NOT_IMPLEMENTED"},
        "a run under `mlops run` has no registry of models: `mlops model register` adds what it made, "
        "or set MLFLOW_REGISTRY_URI");
  }
  refuse(response, {404, "ENDPOINT_NOT_FOUND"},
         std::string("no call ").append(request.method).append(" ").append(path));
}

void Api::answer(const http::Request& request, http::Response& response) {
  const std::string_view path = request.path;
  const bool known = path.size() > secret_.size() && path.substr(1).starts_with(secret_) &&
                     (path.size() == secret_.size() + 1 || path[secret_.size() + 1] == '/');
  if (!known) {
    response.status = 404;
    return say(response, "nothing is here\n");
  }
  const std::lock_guard held(turn_);
  try {
    respond(path.substr(secret_.size() + 1), request, response);
  } catch (const Error& e) {
    refuse(response, kind_of(e.code()), e.message());
  } catch (const std::exception& e) {
    refuse(response, kind_of(Code::internal), e.what());
  }
}

}  // namespace mlops::mlflow
