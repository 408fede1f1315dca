#pragma once
/// ASCII characters, whatever the locale.

#include <string_view>

namespace mlops::predict {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Without the spaces and tabs around it.
inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace mlops::predict
