#pragma once
/// The table of settings, which every source of values is read by.

#include <mlops/config/settings.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mlops::config {

struct Row {
  Setting setting;
  /// Puts the value into its place; false when it is none.
  bool (*set)(Settings& settings, std::string_view value);
  /// What a variable's text means as a value; nothing when it says nothing.
  std::optional<std::string> (*translate)(const std::string& text);
};

std::span<const Row> table();

/// Null when there is no such setting.
const Row* find_row(std::string_view key);

/// "a similar setting exists: `threads`", or all there are.
std::string hint_for_unknown(std::string_view key);

/// The values of the user's file; empty when there is none.
std::vector<Said> read_file(const std::filesystem::path& path);

}  // namespace mlops::config
