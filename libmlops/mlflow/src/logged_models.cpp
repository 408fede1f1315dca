#include <mlops/base/error.hpp>

#include <algorithm>

#include "src/fields.hpp"
#include "src/filter.hpp"
#include "src/routes.hpp"
#include "src/shapes.hpp"
#include "src/values.hpp"

namespace mlops::mlflow {
namespace {

namespace stdfs = std::filesystem;

json::Object answer(const LoggedModel& model) { return {{"model", shape_of(model)}}; }

bool is_inside(const stdfs::path& path) {
  return path.is_relative() &&
         std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

json::Object entry(const stdfs::directory_entry& found, const stdfs::path& root) {
  std::error_code ignored;
  const bool folder = found.is_directory(ignored);
  json::Object out = {{"path", found.path().lexically_relative(root).native()}, {"is_dir", folder}};
  if (!folder) out.append("file_size", static_cast<std::uint64_t>(stdfs::file_size(found.path(), ignored)));
  return out;
}

}  // namespace

json::Object models_create(const Call& call) {
  return answer(call.session.add_model({.experiment = text_in(call.fields, "experiment_id"),
                                        .name = text_in(call.fields, "name"),
                                        .type = text_in(call.fields, "model_type"),
                                        .run = text_in(call.fields, "source_run_id"),
                                        .tags = pairs_in(call.fields, "tags"),
                                        .params = pairs_in(call.fields, "params")}));
}

json::Object models_search(const Call& call) {
  const Filter filter(text_in(call.fields, "filter"), model_attributes());
  const Order order(list_in(call.fields, "order_by"), model_attributes());
  const json::Array wanted = list_in(call.fields, "experiment_ids");
  std::vector<const LoggedModel*> found;
  for (const LoggedModel* model : call.session.models()) {
    const bool in = std::find(wanted.begin(), wanted.end(), json::Value(model->experiment)) != wanted.end();
    if (in && filter.fits(*model)) found.push_back(model);
  }
  std::stable_sort(found.begin(), found.end(),
                   [&](const LoggedModel* a, const LoggedModel* b) { return order.compare(*a, *b) < 0; });
  const std::int64_t most = whole_in(call.fields, "max_results").value_or(50);
  json::Array list;
  for (const LoggedModel* model : found) {
    if (static_cast<std::int64_t>(list.size()) < most) list.emplace_back(shape_of(*model));
  }
  return list.empty() ? json::Object() : json::Object{{"models", std::move(list)}};
}

json::Object model_get(const Call& call) { return answer(call.session.get_model(call.id)); }

json::Object model_finalize(const Call& call) {
  LoggedModel& model = call.session.get_model(call.id);
  model.status = required_text(call.fields, "status");
  model.changed_ms = call.session.now_ms();
  return answer(model);
}

json::Object model_delete(const Call& call) {
  call.session.remove_model(call.id);
  return {};
}

json::Object model_set_tags(const Call& call) {
  LoggedModel& model = call.session.get_model(call.id);
  for (const auto& [key, value] : pairs_in(call.fields, "tags")) model.tags[key] = value;
  return answer(model);
}

json::Object model_delete_tag(const Call& call) {
  if (call.session.get_model(call.id).tags.erase(call.key) == 0) {
    throw error(Code::not_found, "No tag with key '{}' found for logged model with ID '{}'.", call.key,
                call.id);
  }
  return {};
}

json::Object model_log_params(const Call& call) {
  LoggedModel& model = call.session.get_model(call.id);
  for (const auto& [key, value] : pairs_in(call.fields, "params")) model.params[key] = value;
  return {};
}

json::Object model_artifacts(const Call& call) {
  return artifact_listing(call.session.get_model(call.id).artifacts,
                          text_in(call.fields, "artifact_directory_path"));
}

json::Object artifact_listing(const stdfs::path& root, const std::string& path) {
  if (!is_inside(path)) throw error(Code::usage, "Invalid path: {}", path);
  std::vector<stdfs::directory_entry> found;
  std::error_code fault;
  for (stdfs::directory_iterator each(root / path, fault), end; each != end && !fault;
       each.increment(fault)) {
    found.push_back(*each);
  }
  std::sort(found.begin(), found.end());
  json::Array files;
  for (const auto& each : found) files.emplace_back(entry(each, root));
  json::Object out = {{"root_uri", file_uri(root)}};
  if (!files.empty()) out.append("files", std::move(files));
  return out;
}

}  // namespace mlops::mlflow
