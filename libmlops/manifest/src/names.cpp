/// Names of entries: letters of any script, digits, '_' and '-'.
#include "src/internal.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>
#include <array>

namespace mlops::manifest {
namespace {

constexpr std::array<std::string_view, 6> reserved = {"last",  "champion", "challenger",
                                                      "train", "valid",    "test"};
constexpr std::size_t longest = 100;  // bytes; names become names of files

struct Range {
  char32_t first;
  char32_t last;
};

// What of Unicode is no letter, digit or mark: controls, spaces, punctuation, symbols, private use. A
// character that is not assigned yet counts as a letter, so that a newer script needs no newer program.
constexpr Range no_letters[] = {{0x80, 0xA9},     {0xAB, 0xB4},     {0xB6, 0xB9},       {0xBB, 0xBF},
                                {0xD7, 0xD7},     {0xF7, 0xF7},     {0x2000, 0x206F},   {0x20A0, 0x20CF},
                                {0x2190, 0x2BFF}, {0x2E00, 0x2E7F}, {0x3000, 0x3004},   {0x3008, 0x3020},
                                {0x3030, 0x3030}, {0xE000, 0xF8FF}, {0xFD3E, 0xFD3F},   {0xFE00, 0xFE1F},
                                {0xFE30, 0xFE6F}, {0xFEFF, 0xFF0F}, {0xFF1A, 0xFF20},   {0xFF3B, 0xFF40},
                                {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFF}, {0x1F000, 0x1FAFF}, {0xE0000, 0x10FFFF}};

/// The character at the front of well-formed UTF-8 and its length.
std::pair<char32_t, std::size_t> decode(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t value = length == 1 ? first : first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  return {value, length};
}

bool is_letter(char32_t c) {
  if (c < 0x80) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  }
  return std::none_of(std::begin(no_letters), std::end(no_letters),
                      [c](const Range& range) { return c >= range.first && c <= range.last; });
}

std::string_view first_wrong(std::string_view name) {
  while (!name.empty()) {
    const auto [c, length] = decode(name);
    if (!is_letter(c)) return name.substr(0, length);
    name.remove_prefix(length);
  }
  return {};
}

}  // namespace

bool is_reserved(std::string_view word) {
  return std::find(reserved.begin(), reserved.end(), word) != reserved.end();
}

std::string near_or_all(const std::string& name, const std::vector<std::string>& known,
                        std::string_view what) {
  const std::vector<std::string> near = near_misses(name, known);
  const std::string several = what == "entity" ? "entities" : fmt::format("{}s", what);
  if (near.size() > 1) return fmt::format("similar {} exist: {}", several, one_of(near));
  if (!near.empty()) return fmt::format("similar {} exists: {}", what, one_of(near));
  return known.empty() ? fmt::format("the file has no {}", what)
                       : fmt::format("it is one of {}", one_of(known));
}

std::optional<Problem> problem_of_name(std::string_view name) {
  const std::string hint = "a name is made of letters, digits, '_' and '-'";
  if (name.empty()) return Problem{"", 0, "an empty name", hint};
  if (!is_utf8(name)) return Problem{"", 0, "a name that is not UTF-8", hint};
  if (name.size() > longest) {
    return Problem{"", 0, fmt::format("a name of {} bytes, the most is {}", name.size(), longest), ""};
  }
  if (const std::string_view wrong = first_wrong(name); !wrong.empty()) {
    return Problem{"", 0, fmt::format("the name '{}' holds '{}'", name, wrong), hint};
  }
  if (name[0] == '-') return Problem{"", 0, fmt::format("the name '{}' begins with '-'", name), ""};
  if (!is_reserved(name)) return std::nullopt;
  return Problem{"", 0, fmt::format("the name '{}' has a meaning of its own", name),
                 "take another one: last, champion, challenger, train, valid and test are reserved"};
}

}  // namespace mlops::manifest
