#pragma once
/// What the installed engines are. Every engine exports `const char* mlops_engine_version()`, such as
/// "DuckDB v1.4.4".

#include <mlops/base/engines.hpp>

#include <string>
#include <vector>

namespace mlops::commands {

struct EngineVersion {
  std::string name;
  std::string version;  ///< Empty when there is a fault.
  std::string fault;    ///< Why it does not open.
};

/// Opens every installed engine.
std::vector<EngineVersion> engine_versions(Engines& engines);

}  // namespace mlops::commands
