#pragma once
/// What this process may use of the machine: the processors it is bound to and the limits of its control
/// groups (cgroup v2), which is what a container or a batch system gives it. Settings win over both.

#include <mlops/config/settings.hpp>

#include <cstdint>
#include <filesystem>

namespace mlops::config {

/// The setting; else as many as the process may run at once, at least 1. `root` is where /proc and /sys
/// stand.
unsigned usable_threads(const Settings& settings, const std::filesystem::path& root = "/");

/// The setting; else half of the memory that the process may have. In bytes.
std::uint64_t usable_memory(const Settings& settings, const std::filesystem::path& root = "/");

}  // namespace mlops::config
