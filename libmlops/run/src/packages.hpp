#pragma once
/// Installed packages, as package managers note them on disk; no interpreter and no manager is started.

#include <mlops/json/value.hpp>
#include <mlops/run/run.hpp>

#include <filesystem>

namespace mlops::run {

/// {"debian":{name:version},"python":{...},"conda":{...},"python_version","python_prefix"}
json::Object installed_packages(const Variables& environment);

/// "3.11.2", as pyvenv.cfg, conda-meta or dpkg has it, "3.11" from the interpreter's name, or empty.
std::string python_version(const json::Object& packages);

}  // namespace mlops::run
