#pragma once
/// The settings of the program: one table, one row a setting, with where each value came from. Order: flag,
/// environment (`MLOPS_*`), `settings:` of the project's `mlops.yaml`, the user's `config.yaml`, built-in
/// default; the first that speaks wins. Nothing here reads the process's environment: it is given as a map.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::config {

using Environment = std::map<std::string, std::string>;

/// A row of the table, for documentation and messages.
struct Setting {
  std::string_view key;          ///< "memory"
  std::string_view type;         ///< "size"
  std::string_view flag;         ///< "--no-pager"; empty: there is none for every command.
  std::string_view environment;  ///< "MLOPS_MEMORY"
  std::string_view fallback;     ///< The built-in default.
  std::string_view wanted;       ///< What a value looks like, for messages.
  /// Why a project's file may not say it: such a file arrives with a clone, and nobody has read it when the
  /// first command runs. Empty: it may.
  std::string_view not_by_project;
  std::string_view doc;  ///< One line: what it does.
};

/// In the order of the documentation.
std::vector<Setting> setting_table();

/// The section about settings of `mlops.yaml(5)`, in Markdown; a test compares it with the page.
std::string setting_table_markdown();

/// A value that somebody said, and who.
struct Said {
  std::string key;
  std::string value;
  std::string origin;  ///< "default", "environment MLOPS_MEMORY", "/home/ana/.config/mlops/config.yaml:3"

  bool operator==(const Said&) const = default;
};

struct Settings {
  unsigned threads = 0;            ///< 0: as many as the process may use (affinity, cgroup).
  std::uint64_t memory_bytes = 0;  ///< Memory the table engine may use; 0: a share of what the machine has.
  bool progress = true;
  std::string pager;          ///< Empty: none.
  std::vector<Said> origins;  ///< One per setting, in the table's order.
};

/// What is said from outside of the environment and the user's file; each value was checked when it was read.
struct Layers {
  std::vector<Said> flags = {};
  std::vector<Said> project = {};  ///< From read_settings() of config/file.hpp.
};

/// Reads the user's file if it is there. Throws Error(usage) for a bad value or an unknown key,
/// naming file:line or the variable, with near misses.
Settings load(const Environment& environment, const Layers& layers = {});

/// $XDG_CONFIG_HOME/mlops or ~/.config/mlops; empty when HOME is unset too.
std::filesystem::path config_folder(const Environment& environment);
std::filesystem::path cache_folder(const Environment& environment);
/// `config.yaml` in the folder of the configuration; empty when there is none.
std::filesystem::path user_file(const Environment& environment);

/// Its text with `key` set to `value`: in its place where it stands, else in a line at the end; comments and
/// layout stay. Throws Error: not_found (no such setting, with near misses), usage (no value of that setting;
/// the text is not YAML or holds other faults; it is laid out in a way that cannot be edited safely, and then
/// detail holds the line to write by hand).
std::string with_setting(std::string_view text, std::string_view file, std::string_view key,
                         std::string_view value);

struct Change {
  std::string before;  ///< What the file said; empty: nothing.
  bool changed = false;
};

/// with_setting() in the file itself, which is made if need be, written atomically, and locked meanwhile:
/// two writers take turns. write == false: all but the writing. Throws as with_setting(), and busy, failed.
Change set_in_file(const std::filesystem::path& file, std::string_view key, std::string_view value,
                   bool write);

/// The row of `key`. Throws Error(not_found) with near misses.
Setting get_setting(std::string_view key);

}  // namespace mlops::config
