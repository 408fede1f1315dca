/// `mlops doctor`: one report about this program and the machine, for people who help.
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "engine_versions.hpp"
#include "project_parts.hpp"

#include <fmt/core.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/base/version.hpp>

#include <array>
#include <cstdio>
#include <fstream>
#include <thread>

namespace mlops::commands {
namespace {

using Rows = std::vector<ui::Row>;

ui::Row finding(std::string section, std::string name, json::Value value, json::Value note = {}) {
  return {{"section", std::move(section)},
          {"name", std::move(name)},
          {"value", std::move(value)},
          {"note", std::move(note)}};
}

/// PRETTY_NAME of os-release(5).
std::string distribution() {
  std::ifstream file("/etc/os-release");
  constexpr std::string_view key = "PRETTY_NAME=";
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    line.erase(0, key.size());
    std::erase(line, '"');
    return line;
  }
  return "unknown";
}

Rows system_rows() {
  utsname names = {};
  uname(&names);
  const auto pages = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES));
  const auto page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return {finding("system", "kernel", fmt::format("{} {} {}", names.sysname, names.release, names.machine)),
          finding("system", "distribution", distribution()),
          finding("system", "processors", static_cast<std::int64_t>(std::thread::hardware_concurrency())),
          finding("system", "memory", size_text(pages * page_bytes))};
}

Rows folder_rows(cli::Invocation& invocation) {
  const auto text = [](const std::filesystem::path& path) {
    return path.empty() ? json::Value() : json::Value(path.string());
  };
  Rows rows = {finding("folders", "current", std::filesystem::current_path().string()),
               finding("folders", "config", text(config::config_folder(invocation.environment()))),
               finding("folders", "cache", text(config::cache_folder(invocation.environment())))};
  for (const auto& folder : invocation.application().engine_folders) {
    std::error_code ignored;
    const bool there = std::filesystem::is_directory(folder, ignored);
    rows.push_back(
        finding("folders", "engines", folder.string(), there ? json::Value() : json::Value("is not there")));
  }
  return rows;
}

/// A fault in a file of settings is a finding here, and ends nothing.
Rows setting_rows(cli::Invocation& invocation) {
  Rows rows;
  try {
    for (const config::Said& setting : invocation.settings().origins) {
      rows.push_back(finding("settings", setting.key, setting.value, setting.origin));
    }
  } catch (const Error& e) {
    rows.push_back(finding("settings", "-", nullptr, "fault: " + e.message()));
  }
  return rows;
}

Rows engine_rows(cli::Invocation& invocation) {
  Rows rows;
  for (const EngineVersion& engine : engine_versions(invocation.engines())) {
    if (engine.fault.empty()) rows.push_back(finding("engines", engine.name, engine.version, "opens"));
    else rows.push_back(finding("engines", engine.name, nullptr, engine.fault));
  }
  if (rows.empty()) rows.push_back(finding("engines", "-", nullptr, "none is installed"));
  return rows;
}

/// The first line that a program prints about itself; nothing when it is not there.
json::Value first_line(const char* command) {
  std::FILE* pipe = popen(command, "r");
  if (pipe == nullptr) return {};
  std::array<char, 256> line = {};
  const bool read = std::fgets(line.data(), static_cast<int>(line.size()), pipe) != nullptr;
  pclose(pipe);
  std::string text = read ? line.data() : "";
  std::erase(text, '\n');
  return text.empty() ? json::Value() : json::Value(text);
}

Rows program_rows() {
  const json::Value git = first_line("git --version 2>/dev/null");
  return {finding("programs", "git", git, git.is_null() ? json::Value("not on PATH") : json::Value())};
}

void examine(cli::Invocation& invocation) {
  Rows rows = {finding("mlops", "version", mlops::version())};
  const auto add = [&](Rows more) {
    for (ui::Row& one : more) rows.push_back(std::move(one));
  };
  add(system_rows());
  add(folder_rows(invocation));
  add(setting_rows(invocation));
  add(engine_rows(invocation));
  add(program_rows());
  add(project_report(invocation));
  invocation.rows("mlops.doctor/1", rows);
}

}  // namespace

cli::Command doctor() {
  return {
      .name = "doctor",
      .summary = "report on the installation, the settings and the project",
      .examples = {{"mlops doctor", "Print the report"},
                   {"mlops doctor --json > report.json", "Keep it for an issue"}},
      .see_also = {"mlops-output(5)"},
      .run = examine,
  };
}

}  // namespace mlops::commands
