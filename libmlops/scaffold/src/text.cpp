#include "src/text.hpp"

#include <fmt/core.h>
#include <mlops/base/text.hpp>
#include <mlops/yaml/write.hpp>

#include <algorithm>

namespace mlops::scaffold {
namespace {

constexpr std::size_t comment_column = 48;
constexpr std::size_t longest_word = 60;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string for_comment(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = yaml::breaks_line(text.substr(i));
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
