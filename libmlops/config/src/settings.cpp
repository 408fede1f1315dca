#include <mlops/config/settings.hpp>

#include "src/internal.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>

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

const Said* find(const std::vector<Said>& layer, std::string_view key) {
  const auto found =
      std::find_if(layer.begin(), layer.end(), [&](const Said& one) { return one.key == key; });
  return found == layer.end() ? nullptr : &*found;
}

std::optional<Said> from_environment(const Row& row, const Environment& environment) {
  const std::string* set = find(environment, row.setting.environment);
  const auto value = set == nullptr ? std::nullopt : row.translate(*set);
  if (!value) return std::nullopt;
  return Said{std::string(row.setting.key), *value, fmt::format("environment {}", row.setting.environment)};
}

/// The value that speaks first. $PAGER comes after the user's file: it is for every program, the file for
/// this one.
Said resolve(const Row& row, const Environment& environment, const Layers& layers,
             const std::vector<Said>& user) {
  const std::string_view key = row.setting.key;
  if (const Said* flag = find(layers.flags, key)) return *flag;
  if (auto variable = from_environment(row, environment)) return *std::move(variable);
  if (const Said* project = find(layers.project, key)) return *project;
  if (const Said* own = find(user, key)) return *own;
  const std::string* pager = find(environment, "PAGER");
  if (key == "pager" && pager != nullptr) return {std::string(key), *pager, "environment PAGER"};
  return {std::string(key), std::string(row.setting.fallback), "default"};
}

}  // namespace

std::filesystem::path config_folder(const Environment& environment) {
  return folder(environment, "XDG_CONFIG_HOME", ".config");
}

std::filesystem::path cache_folder(const Environment& environment) {
  return folder(environment, "XDG_CACHE_HOME", ".cache");
}

std::filesystem::path user_file(const Environment& environment) {
  const auto dir = config_folder(environment);
  return dir.empty() ? dir : dir / "config.yaml";
}

Settings load(const Environment& environment, const Layers& layers) {
  Settings settings;
  std::vector<Said> user;
  if (const auto file = user_file(environment); !file.empty()) user = read_file(file);
  for (const Row& row : table()) {
    Said said = resolve(row, environment, layers, user);
    if (!row.set(settings, said.value)) {
      throw error(Code::usage, "{} is '{}', {} is wanted", row.setting.environment, said.value,
                  row.setting.wanted);
    }
    settings.origins.push_back(std::move(said));
  }
  return settings;
}

}  // namespace mlops::config
