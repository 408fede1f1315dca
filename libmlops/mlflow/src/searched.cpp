/// What is found of runs and of models.
#include <algorithm>

#include "src/filter.hpp"
#include "src/shapes.hpp"
#include "src/values.hpp"

namespace mlops::mlflow {
namespace {

Found text_found(const std::map<std::string, std::string>& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? Found() : Found(found->second);
}

Found attribute(const std::string& key, const TrackedRun& run) {
  if (key == "start_time") return static_cast<double>(run.started_ms);
  if (key == "end_time") return run.ended_ms ? Found(static_cast<double>(*run.ended_ms)) : Found();
  if (key == "status") return run.status;
  if (key == "run_id") return run.id;
  if (key == "run_name") return run.name;
  if (key == "user_id") return run.user;
  return file_uri(run.artifacts);
}

Found attribute(const std::string& key, const LoggedModel& model) {
  if (key == "creation_timestamp") return static_cast<double>(model.created_ms);
  if (key == "last_updated_timestamp") return static_cast<double>(model.changed_ms);
  if (key == "name") return model.name;
  if (key == "model_id") return model.id;
  if (key == "model_type") return model.type;
  if (key == "status") return model.status.substr(model.status.rfind('_') + 1);
  return model.run;
}

}  // namespace

bool Attributes::is_number(const Field& field) const {
  return field.entity == Entity::metric ||
         (field.entity == Entity::attribute &&
          std::find(numbers.begin(), numbers.end(), field.key) != numbers.end());
}

const Attributes& run_attributes() {
  static const Attributes all = {.what = "run",
                                 .texts = {"status", "run_id", "run_name", "user_id", "artifact_uri"},
                                 .numbers = {"start_time", "end_time"},
                                 .others = {{"created", "start_time"},
                                            {"Created", "start_time"},
                                            {"run name", "run_name"},
                                            {"Run name", "run_name"},
                                            {"Run Name", "run_name"}}};
  return all;
}

const Attributes& model_attributes() {
  static const Attributes all = {
      .what = "model",
      .texts = {"name", "model_id", "model_type", "status", "source_run_id"},
      .numbers = {"creation_timestamp", "last_updated_timestamp"},
      .others = {{"creation_time", "creation_timestamp"}, {"last_updated_time", "last_updated_timestamp"}}};
  return all;
}

Found value_of(const Field& field, const TrackedRun& run) {
  if (field.entity == Entity::attribute) return attribute(field.key, run);
  if (field.entity == Entity::param) return text_found(run.params, field.key);
  if (field.entity == Entity::tag && field.key == name_tag) return run.name;
  if (field.entity == Entity::tag) return text_found(run.tags, field.key);
  const auto found = run.metrics.find(field.key);
  return found == run.metrics.end() ? Found() : Found(newest(found->second).value);
}

Found value_of(const Field& field, const LoggedModel& model) {
  if (field.entity == Entity::attribute) return attribute(field.key, model);
  if (field.entity == Entity::param) return text_found(model.params, field.key);
  if (field.entity == Entity::tag) return text_found(model.tags, field.key);
  const auto found = model.metrics.find(field.key);
  return found == model.metrics.end() ? Found() : Found(found->second["value"].number_or(0));
}

}  // namespace mlops::mlflow
