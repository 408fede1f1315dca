#pragma once
/// Nodes of the tree that the engine makes of a statement, as JSON.

#include <nlohmann/json.hpp>

#include <string>

namespace mlops::table {

/// Empty where there is no such text.
inline std::string text_of(const nlohmann::json& node, const char* key) {
  const auto found = node.find(key);
  return found != node.end() && found->is_string() ? found->get<std::string>() : std::string();
}

inline bool is_empty(const nlohmann::json& node, const char* key) {
  const auto found = node.find(key);
  return found == node.end() || found->is_null() || found->empty();
}

}  // namespace mlops::table
