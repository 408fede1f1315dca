#pragma once
/// What a session knows, in the JSON of MLflow's protocol: fields that are empty are left out, 64-bit
/// integers are numbers.

#include <mlops/mlflow/session.hpp>

namespace mlops::mlflow {

json::Object shape_of(const Experiment& experiment, const std::filesystem::path& artifacts);
json::Object info_of(const TrackedRun& run);
json::Object shape_of(const TrackedRun& run);
json::Object shape_of(const std::string& key, const run::Point& point);
json::Object shape_of(const LoggedModel& model);

/// The one with the greatest step, time and value.
const run::Point& newest(const std::vector<run::Point>& points);

}  // namespace mlops::mlflow
