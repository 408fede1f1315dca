#pragma once
/// git's plug-in rule: `mlops-xyz` on PATH answers as `mlops xyz`.

#include <mlops/config/settings.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mlops::cli {

std::optional<std::filesystem::path> find_plugin(const config::Environment& environment,
                                                 const std::string& name);

/// Replaces the process; returns only by throwing Error(failed).
[[noreturn]] void run_plugin(const std::filesystem::path& program, const std::vector<std::string>& args);

}  // namespace mlops::cli
