#include "src/internal.hpp"

#include <mlops/yaml/write.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace mlops::yaml {
namespace {

constexpr std::array<std::string_view, 13> words = {"null", "true", "false", "yes", "no", "on",  "off",
                                                    "y",    "n",    "~",     "=",   "<<", "-inf"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// What a reader takes for null, a flag or another word with a meaning.
bool is_word(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(), lower);
  return std::find(words.begin(), words.end(), small) != words.end();
}

/// Numbers, dates, times, 0x1F, 1_000, 1:30, .5, .inf: quoted too often rather than once too seldom.
bool looks_like_number(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('.')) {
    const std::string_view rest = text.substr(1);
    return rest.empty() || (rest[0] >= '0' && rest[0] <= '9') || rest.size() == 3;
  }
  return !text.empty() && text[0] >= '0' && text[0] <= '9' &&
         text.find_first_not_of("0123456789abcdefABCDEFxXoO_.:+-tTzZ ") == std::string_view::npos;
}

bool needs_escape(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (breaks_line(text.substr(i)) > 0) return true;
  }
  return false;
}

std::string escape(std::string_view character) {
  switch (character[0]) {
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    case '\r':
      return "\\r";
    default:
      break;
  }
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(character[i]));
  };
  unsigned code = byte(0);
  if (character.size() == 2) code = (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
  if (character.size() == 3) code = (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
  return fmt::format("\\u{:04x}", code);
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = breaks_line(text.substr(i));
    if (length > 0) {
      out += escape(text.substr(i, length));
      i += length;
      continue;
    }
    if (text[i] == '"' || text[i] == '\\') out += '\\';
    out += text[i++];
  }
  return out + '"';
}

/// True for a first character that has a meaning in YAML; a '-' or '.' only where it stands alone or
/// repeated.
bool bad_start(std::string_view text) {
  const char second = text.size() > 1 ? text[1] : ' ';
  if (text[0] == '-') return second == ' ' || second == '-';
  if (text[0] == '.') return text == "..." || second == ' ';
  return std::string_view("?:,[]{}#&*!|>'\"%@` ").find(text[0]) != std::string_view::npos;
}

}  // namespace

std::size_t breaks_line(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text[0]);
  if (byte < 0x20 || byte == 0x7F) return 1;
  if (byte == 0xC2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xA0) return 2;
  for (const std::string_view special :
       {"\xE2\x80\xA8", "\xE2\x80\xA9", "\xEF\xBB\xBF", "\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    if (text.starts_with(special)) return 3;
  }
  return 0;
}

bool is_plain(std::string_view text, Place place) {
  if (text.empty() || bad_start(text) || text.back() == ' ' || text.back() == ':') return false;
  if (is_word(text) || looks_like_number(text) || needs_escape(text) || unbalanced(text)) return false;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) return false;
  return place == Place::block || text.find_first_of(",[]{}?") == std::string_view::npos;
}

std::string single_quoted(std::string_view text, Place place) {
  if (is_plain(text, place)) return std::string(text);
  if (needs_escape(text)) return quoted(text);
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + '\'';
}

std::string double_quoted(std::string_view text, Place place) {
  return is_plain(text, place) ? std::string(text) : quoted(text);
}

}  // namespace mlops::yaml
