#include <mlops/config/settings.hpp>

#include "src/internal.hpp"

#include <mlops/base/error.hpp>

namespace mlops::config {
namespace {

const std::string* find(const Environment& environment, std::string_view name) {
  const auto found = environment.find(std::string(name));
  return found == environment.end() ? nullptr : &found->second;
}

/// $XDG_x/mlops or ~/<otherwise>/mlops. A relative path there is to be ignored, says the XDG specification.
std::filesystem::path folder(const Environment& environment, std::string_view xdg,
                             std::string_view otherwise) {
  const std::string* set = find(environment, xdg);
  if (set != nullptr && set->starts_with('/')) return std::filesystem::path(*set) / "mlops";
  const std::string* home = find(environment, "HOME");
  if (home == nullptr || !home->starts_with('/')) return {};
  return std::filesystem::path(*home) / otherwise / "mlops";
}

/// The value that speaks first. $PAGER comes after the user's file: it is for every program, the file for
/// this one.
Origin resolve(const Row& row, const Environment& environment, const std::map<std::string, FileValue>& file) {
  Origin out{std::string(row.key), std::string(row.fallback), "default", std::string(row.doc)};
  if (const std::string* set = find(environment, row.environment)) {
    if (const auto value = row.translate(*set)) {
      out.value = *value;
      out.origin = fmt::format("environment {}", row.environment);
      return out;
    }
  }
  if (const auto found = file.find(out.key); found != file.end()) {
    out.value = found->second.value;
    out.origin = found->second.origin;
  } else if (const std::string* pager = find(environment, "PAGER"); pager != nullptr && row.key == "pager") {
    out.value = *pager;
    out.origin = "environment PAGER";
  }
  return out;
}

}  // namespace

Settings load(const Environment& environment) {
  Settings settings;
  settings.config_dir = folder(environment, "XDG_CONFIG_HOME", ".config");
  settings.cache_dir = folder(environment, "XDG_CACHE_HOME", ".cache");
  std::map<std::string, FileValue> file;
  if (!settings.config_dir.empty()) file = read_file(settings.config_dir / "config.yaml");
  for (const Row& row : table()) {
    Origin origin = resolve(row, environment, file);
    if (!row.set(settings, origin.value)) {
      throw error(Code::usage, "{} is '{}', {} is wanted", row.environment, origin.value, row.wanted);
    }
    settings.origins.push_back(std::move(origin));
  }
  return settings;
}

}  // namespace mlops::config
