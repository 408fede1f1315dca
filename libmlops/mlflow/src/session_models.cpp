/// Models of MLflow 3 in a session.
#include <mlops/base/error.hpp>
#include <mlops/crypto/random.hpp>

#include <algorithm>

#include "src/session.hpp"

namespace mlops::mlflow {
namespace {

bool is_folder_name(const std::string& name) {
  return !name.empty() && name.size() <= 200 && name.front() != '.' && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

}  // namespace

/// Where MLflow 2 puts it too: "runs:/ID/NAME". A second model of that name, such as a later checkpoint,
/// stands beside it.
std::filesystem::path Session::Impl::model_folder(const TrackedRun& run, const std::string& name,
                                                  const std::string& id) const {
  const std::string last = is_folder_name(name) ? name : id;
  const auto folder = run.artifacts / last;
  const bool taken = std::any_of(models.begin(), models.end(),
                                 [&](const auto& each) { return each.second.artifacts == folder; });
  return taken ? run.artifacts / (last + "-" + id) : folder;
}

LoggedModel& Session::add_model(const NewModel& model) {
  const TrackedRun& run = get(model.run.empty() ? main_id() : model.run);
  const std::string id = "m-" + crypto::random_hex(16);
  LoggedModel out = {.id = id,
                     .experiment = model.experiment.empty() ? run.experiment : model.experiment,
                     .name = model.name.empty() ? id : model.name,
                     .type = model.type,
                     .run = model.run,
                     .created_ms = now_ms(),
                     .changed_ms = now_ms(),
                     .artifacts = impl_->model_folder(run, model.name, id)};
  for (const auto& [key, value] : model.tags) out.tags[key] = value;
  for (const auto& [key, value] : model.params) out.params[key] = value;
  return impl_->models[id] = std::move(out);
}

LoggedModel& Session::get_model(const std::string& id) {
  const auto found = impl_->models.find(id);
  if (found == impl_->models.end()) {
    throw error(Code::not_found, "Logged model with ID '{}' not found.", id);
  }
  return found->second;
}

std::vector<const LoggedModel*> Session::models() const {
  std::vector<const LoggedModel*> out;
  for (const auto& [id, model] : impl_->models) out.push_back(&model);
  std::stable_sort(out.begin(), out.end(),
                   [](const LoggedModel* a, const LoggedModel* b) { return a->created_ms > b->created_ms; });
  return out;
}

void Session::remove_model(const std::string& id) {
  get_model(id);
  impl_->models.erase(id);
}

}  // namespace mlops::mlflow
