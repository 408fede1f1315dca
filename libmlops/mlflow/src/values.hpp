#pragma once
/// Between what MLflow says and what a run keeps.

#include <mlops/json/value.hpp>
#include <mlops/run/run.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::mlflow {

inline constexpr std::string_view parent_tag = "mlflow.parentRunId";
inline constexpr std::string_view name_tag = "mlflow.runName";
inline constexpr std::string_view models_tag = "mlflow.log-model.history";

/// Tags that repeat what a run has of its own (who, which program, which commit, its name and parent, the
/// models among its artifacts): the client may read them back, the record does without.
bool is_told_elsewhere(std::string_view tag);

/// "0.1" and "3" as numbers, as `mlops log param` reads them, and Python's True and False as flags.
json::Value param_value(const std::string& text);

/// RUNNING and SCHEDULED go on: nothing. Throws Error(usage) for no status of MLflow's.
std::optional<run::Status> ending_of(const std::string& status);

/// A dataset as an input of a run: its role is the context ("training"), its address the URI or path of its
/// source, or else its name.
run::DataReference data_of(const json::Value& dataset);

/// "file:///path" with what a URI must not hold percent-encoded.
std::string file_uri(const std::filesystem::path& path);

/// An id for an experiment, always the same for a name: 18 digits, as MLflow's own are.
std::string experiment_id(const std::string& name);

}  // namespace mlops::mlflow
