#include "engine_versions.hpp"

#include <mlops/base/error.hpp>

namespace mlops::commands {

std::vector<EngineVersion> engine_versions(Engines& engines) {
  std::vector<EngineVersion> out;
  for (const std::string& name : engines.installed()) {
    EngineVersion engine = {name, {}, {}};
    try {
      engine.version = engines.get<const char*()>(name, "mlops_engine_version")();
    } catch (const Error& e) {
      engine.fault = e.message();
    }
    out.push_back(std::move(engine));
  }
  return out;
}

}  // namespace mlops::commands
