#pragma once
/// The fields of a request, from its body or its query, with faults in MLflow's words.

#include <mlops/http/message.hpp>
#include <mlops/mlflow/session.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace mlops::mlflow {

/// Of a request with a body the object in it; else of its query, where a key that comes again makes a list.
/// Throws Error(usage).
json::Value fields_of(const http::Request& request);

// Each throws Error(usage) for what is missing or of another kind; `where` is put before the name in the
// message: "metrics[0].".
std::string required_text(const json::Value& fields, std::string_view name, const std::string& where = "");
std::string text_in(const json::Value& fields, std::string_view name, const std::string& where = "");
std::int64_t required_whole(const json::Value& fields, std::string_view name, const std::string& where = "");
std::optional<std::int64_t> whole_in(const json::Value& fields, std::string_view name,
                                     const std::string& where = "");
/// A list; one value is a list of one, nothing is an empty one.
json::Array list_in(const json::Value& fields, std::string_view name);
/// [{"key", "value"}]
Texts pairs_in(const json::Value& fields, std::string_view name);
/// {"key", "value", "timestamp", "step"}
std::pair<std::string, run::Point> metric_in(const json::Value& fields, const std::string& where = "");
/// run_id, or run_uuid as it was once called.
std::string run_id_in(const json::Value& fields);

}  // namespace mlops::mlflow
