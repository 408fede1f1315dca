#pragma once
/// Labels of Prometheus' text format.

#include <string>
#include <string_view>

namespace mlops::serve {

/// The value of a label, without its quotes.
inline std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') out += "\\\\";
    else if (c == '"') out += "\\\"";
    else if (c == '\n') out += "\\n";
    else out += c;
  }
  return out;
}

}  // namespace mlops::serve
