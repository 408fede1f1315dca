#include "layout.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>
#include <cctype>

namespace mlops::cli {
namespace {

constexpr std::size_t widest_term = 26;

/// Columns on screen: colour takes none.
std::size_t visible_width(std::string_view text) {
  std::string plain;
  bool escape = false;
  for (const char c : text) {
    if (c == '\033') escape = true;
    if (!escape) plain += c;
    if (c == 'm') escape = false;
  }
  return display_width(plain);
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t first, std::size_t rest, std::size_t width) {
  std::string out;
  std::string line(first, ' ');
  std::size_t used = first;
  bool empty = true;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    begin = end + 1;
    if (word.empty()) continue;
    if (!empty && used + 1 + visible_width(word) > width) {
      out += line + "\n";
      line.assign(rest, ' ');
      used = rest;
      empty = true;
    }
    if (!empty) line += ' ';
    line += word;
    used += visible_width(word) + (empty ? 0 : 1);
    empty = false;
  }
  return out + line + "\n";
}

std::string definitions(const std::vector<std::pair<std::string, std::string>>& items) {
  std::size_t width = 0;
  for (const auto& [term, meaning] : items) {
    if (display_width(term) <= widest_term) width = std::max(width, display_width(term));
  }
  const std::size_t column = 2 + width + 2;
  std::string out;
  for (const auto& [term, meaning] : items) {
    const std::string text = wrapped(meaning, column, column, 80);
    const std::size_t taken = 2 + display_width(term);
    out.append("  ").append(term);
    if (taken + 2 <= column) out.append(text, taken);
    else out.append("\n").append(text);
  }
  return out;
}

std::string sentence(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text + ".";
}

}  // namespace mlops::cli
