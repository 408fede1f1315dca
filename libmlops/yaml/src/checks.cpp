#include "src/internal.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>

namespace mlops::yaml {
namespace {

bool is_marker(std::string_view line) {
  constexpr std::size_t width = 7;
  if (line.size() < width) return false;
  const bool alone = line.size() == width || line[width] == ' ';
  return alone && (line.starts_with("<<<<<<<") || line.starts_with("=======") || line.starts_with(">>>>>>>"));
}

std::optional<Fault> check_encoding(std::string_view text) {
  if (is_utf8(text)) return std::nullopt;
  std::size_t good = 0;  // the first line with a fault is enough: its column would be a guess
  while (true) {
    const std::size_t end = text.find('\n', good);
    if (end == std::string_view::npos || !is_utf8(text.substr(good, end + 1 - good))) break;
    good = end + 1;
  }
  return Fault{position_of(text, good), "this line is not UTF-8", "save the file as UTF-8"};
}

std::optional<Fault> check_control(std::string_view text) {
  const auto bad = std::find_if(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
  });
  if (bad == text.end()) return std::nullopt;
  return Fault{position_of(text, static_cast<std::size_t>(bad - text.begin())),
               fmt::format("a control character (0x{:02x})", static_cast<unsigned char>(*bad)),
               "remove it, or write it as an escape inside double quotes"};
}

/// yaml-cpp reads a first line `%name: 1` as a directive and then sees no document at all.
std::optional<Fault> check_directive(std::string_view text) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::string_view line = line_at(text, begin);
    if (line.starts_with('%')) {
      return Fault{position_of(text, begin), "directives are not read", "remove the line"};
    }
    const std::size_t first = line.find_first_not_of(" \t");
    if (first != std::string_view::npos && line[first] != '#') return std::nullopt;
    begin = std::min(text.find('\n', begin), text.size() - 1) + 1;
  }
  return std::nullopt;
}

std::string_view plain_hint(std::string_view text, std::size_t end) {
  const std::string_view rest =
      line_at(text, end).empty() ? "" : text.substr(end, text.find('\n', end) - end);
  const std::size_t next = rest.find_first_not_of(" \t");
  if (next != std::string_view::npos && rest[next] == '#' && next > 0) {
    return "` #` begins a comment: quote this value with single quotes";
  }
  if (next != std::string_view::npos && rest[next] == ',') {
    return "the comma ends the value here: quote this value with single quotes";
  }
  return quote_it;
}

}  // namespace

std::optional<char> unbalanced(std::string_view text) {
  std::string open;
  for (const char c : text) {
    if (c == '(' || c == '[' || c == '{') open += c;
    if (c != ')' && c != ']' && c != '}') continue;
    const char partner = c == ')' ? '(' : c == ']' ? '[' : '{';
    if (open.empty() || open.back() != partner) return c;
    open.pop_back();
  }
  if (open.empty()) return std::nullopt;
  return open.back();
}

std::size_t conflict_line(std::string_view text) {
  std::size_t number = 1;
  for (std::size_t begin = 0; begin < text.size(); ++number) {
    if (is_marker(line_at(text, begin))) return number;
    begin = std::min(text.find('\n', begin), text.size() - 1) + 1;
  }
  return 0;
}

std::optional<Fault> check_text(std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes) {
    return Fault{
        {},
        fmt::format("the file is {} long, the most is {}", size_text(text.size()), size_text(limits.bytes)),
        ""};
  }
  if (auto fault = check_encoding(text)) return fault;
  if (auto fault = check_control(text)) return fault;
  if (const std::size_t line = conflict_line(text); line > 0) {
    std::size_t begin = 0;
    for (std::size_t i = 1; i < line; ++i) begin = text.find('\n', begin) + 1;
    return Fault{position_of(text, begin), "a merge conflict marker", "resolve the conflict in this file"};
  }
  return check_directive(text);
}

std::optional<Fault> check_plain(std::string_view text, const Node& scalar) {
  const auto bracket = unbalanced(scalar.text);
  if (!bracket) return std::nullopt;
  const bool as_written = text.substr(scalar.at.offset).starts_with(scalar.text);
  const std::string_view hint =
      as_written ? plain_hint(text, scalar.at.offset + scalar.text.size()) : quote_it;
  return Fault{scalar.at, fmt::format("'{}' has no partner in '{}'", *bracket, scalar.text),
               std::string(hint)};
}

std::optional<Fault> check_quoted(std::string_view text, const Position& at) {
  const char quote = at.offset < text.size() ? text[at.offset] : '\0';
  if (quote != '"' && quote != '\'') return std::nullopt;  // a block of text
  for (std::size_t i = at.offset + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') ++i;
    else if (text[i] != quote) continue;
    else if (quote == '\'' && i + 1 < text.size() && text[i + 1] == quote) ++i;
    else return std::nullopt;
  }
  return Fault{at, fmt::format("this {} is never closed", quote),
               "close it, or quote the whole value with single quotes"};
}

}  // namespace mlops::yaml
