#pragma once
/// The engines that a single-file `mlops` carries behind itself.

#include <mlops/base/engines.hpp>
#include <mlops/config/settings.hpp>

#include <filesystem>

namespace mlops {

/// Unpacks them into the user's cache when they are asked for first; finds that there are none otherwise.
Engines::Last carried_engines(const std::filesystem::path& executable,
                              const config::Environment& environment);

}  // namespace mlops
