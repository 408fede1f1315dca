#pragma once
/// The table of settings, which the environment, the user's file and the defaults are read by.

#include <mlops/config/settings.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mlops::config {

struct Row {
  std::string_view key;
  std::string_view environment;  ///< The variable of the same meaning.
  std::string_view fallback;     ///< The built-in default.
  std::string_view wanted;       ///< What a value looks like, for messages.
  std::string_view doc;
  /// Puts the value into its place; false when it is none.
  bool (*set)(Settings& settings, std::string_view value);
  /// What a variable's text means as a value; nothing when it says nothing.
  std::optional<std::string> (*translate)(const std::string& text);
};

std::span<const Row> table();

/// A value of the user's file and where it stands.
struct FileValue {
  std::string value;
  std::string origin;  ///< "/home/ana/.config/mlops/config.yaml:3"
};

/// The values of `config.yaml` by key, each checked against its row; empty when there is no file.
std::map<std::string, FileValue> read_file(const std::filesystem::path& path);

}  // namespace mlops::config
