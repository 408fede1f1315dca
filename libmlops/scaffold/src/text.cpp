#include "src/text.hpp"

#include <fmt/core.h>
#include <mlops/base/text.hpp>

#include <algorithm>

namespace mlops::scaffold {
namespace {

constexpr std::size_t comment_column = 48;
constexpr std::size_t longest_word = 60;

/// The length of a character that some reader takes for the end of a line, or cannot take; else 0.
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

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string for_comment(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = breaks_line(text.substr(i));
    out += length == 0 ? text[i] : ' ';
    i += std::max<std::size_t>(length, 1);
  }
  if (out.size() <= longest_word) return out;
  std::size_t end = longest_word;
  while (end > 0 && continues_character(out[end])) --end;
  return out.substr(0, end) + "...";
}

std::string some_of(const std::vector<std::string>& texts, std::size_t most) {
  std::string out;
  const std::size_t shown = texts.size() > most ? most : texts.size();
  for (std::size_t i = 0; i < shown; ++i) out += (i == 0 ? "" : ", ") + for_comment(texts[i]);
  return shown == texts.size() ? out : fmt::format("{} and {} more", out, texts.size() - shown);
}

void Lines::add(std::string line, std::string_view comment) {
  const std::size_t width = display_width(line);
  line.append(width < comment_column ? comment_column - width : 2, ' ');
  add(line.append("# ").append(comment));
}

}  // namespace mlops::scaffold
