#pragma once
/// Values of rows.

#include <mlops/base/digest.hpp>
#include <mlops/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::commands {

inline json::Value or_null(std::string_view text) {
  return text.empty() ? json::Value() : json::Value(std::string(text));
}

inline json::Value or_null(const std::optional<Digest>& digest) {
  return digest ? json::Value(digest->text()) : json::Value();
}

inline json::Array texts_json(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

}  // namespace mlops::commands
