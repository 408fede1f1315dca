#pragma once
/// Views in records: of the store's versions of views and of the models that were trained on them. Every
/// field is always there, null when empty; mlops-store(5) lists them.

#include <mlops/feature/view.hpp>
#include <mlops/json/value.hpp>

#include <string>

namespace mlops::feature {

json::Value to_json(const View& view);
json::Value to_json(const Transform& transform);

/// What to_json() made, exactly. `where` names the record in errors. Throws Error(corrupt, "record.corrupt")
/// for a field that is missing or of another kind, a name that is none of ours, or a column that reads an
/// input which is not there.
View view_from(const json::Value& value, const std::string& where = "of a view");
Transform transform_from(const json::Value& value, const std::string& where = "of a transform");

}  // namespace mlops::feature
