#include "newest_models.hpp"

namespace mlops::commands {

NewestModels newest_models(store::Store& store) {
  const model::Registry registry(store);
  NewestModels out;
  for (const store::ReferenceName& name : store.references().list()) {
    if (name.kind != "models") continue;
    try {
      out.versions.push_back(registry.get("models/" + name.name + "@latest"));
    } catch (const Error& fault) {
      if (fault.code() != Code::corrupt) throw;
      out.damaged.emplace(name.name, fault);
    }
  }
  return out;
}

}  // namespace mlops::commands
