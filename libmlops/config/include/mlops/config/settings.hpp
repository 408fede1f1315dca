#pragma once
/// The settings of the program: one table, one row a setting, with where each value came from. Order: flag,
/// environment
/// (`MLOPS_*`), the user's `config.yaml`, built-in default; the first that speaks wins. Nothing here reads
/// the process's environment: it is given as a map.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace mlops::config {

using Environment = std::map<std::string, std::string>;

/// A value and who said it, for `mlops doctor` and messages.
struct Origin {
  std::string key;     ///< "memory"
  std::string value;   ///< "4GB"
  std::string origin;  ///< "default", "environment MLOPS_MEMORY", "/home/ana/.config/mlops/config.yaml:3"
  std::string doc;     ///< One line: what it does.
};

struct Settings {
  unsigned threads = 0;            ///< 0: as many as the process may use (affinity, cgroup).
  std::uint64_t memory_bytes = 0;  ///< Memory the table engine may use; 0: a share of what the machine has.
  bool progress = true;
  std::string pager;  ///< Empty: none.
  std::filesystem::path
      config_dir;  ///< $XDG_CONFIG_HOME/mlops or ~/.config/mlops; empty when HOME is unset too.
  std::filesystem::path cache_dir;
  std::vector<Origin> origins;  ///< One per setting, in the table's order.
};

/// Reads `<config_dir>/config.yaml` if it is there. Throws Error(usage) for a bad value or an unknown key,
/// naming file:line or the variable, with near misses.
Settings load(const Environment& environment);

}  // namespace mlops::config
