#include "src/internal.hpp"

#include <mlops/base/text.hpp>
#include <mlops/yaml/fault.hpp>

#include <algorithm>

namespace mlops::yaml {
namespace {

constexpr std::size_t most_faults = 20;
constexpr std::size_t widest = 100;  // columns of an excerpt

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

/// Control characters would move the cursor of the terminal that shows the line.
std::string printable(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) c = '?';
  }
  return out;
}

/// Spaces as wide as `text`, tabs kept, so that what follows stands under what followed it.
std::string blank(std::string_view text) {
  std::string out;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] != '\t') continue;
    out += std::string(display_width(text.substr(begin, i - begin)), ' ');
    if (i < text.size()) out += '\t';
    begin = i + 1;
  }
  return out;
}

/// Moves `index` to the start of the character it is in.
std::size_t whole(std::string_view text, std::size_t index) {
  while (index > 0 && index < text.size() && continues(text[index])) --index;
  return std::min(index, text.size());
}

std::string where(std::string_view file, const Fault& fault) {
  return fmt::format("{}:{}:{}: {}", file, fault.at.line, fault.at.column, fault.message);
}

std::string listed(std::string_view text, std::string_view file, const std::vector<Fault>& faults) {
  std::string out;
  for (std::size_t i = 0; i < std::min(faults.size(), most_faults); ++i) {
    if (i > 0) out += '\n';
    out += where(file, faults[i]) + '\n' + excerpt(text, faults[i].at);
    if (!faults[i].hint.empty()) out += "\n  hint: " + faults[i].hint;
  }
  return out;
}

}  // namespace

std::size_t line_begin(std::string_view text, std::size_t offset) {
  if (offset == 0) return 0;
  const std::size_t before = text.rfind('\n', offset - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

std::string_view line_at(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const std::size_t begin = line_begin(text, offset);
  std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Position position_of(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const std::size_t begin = line_begin(text, offset);
  const auto breaks = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
  return {offset, static_cast<std::size_t>(breaks) + 1, characters(text.substr(begin, offset - begin)) + 1};
}

std::string excerpt(std::string_view text, const Position& at) {
  const std::string line = printable(line_at(text, at.offset));
  const std::size_t offset = std::min(at.offset, text.size());
  std::size_t column = std::min(offset - line_begin(text, offset), line.size());
  std::string_view shown = line;
  std::string before;
  if (display_width(line) > widest) {
    const std::size_t first = column < widest / 2 ? 0 : whole(line, column - widest / 2);
    const std::size_t last = whole(line, first + widest);
    shown = std::string_view(line).substr(first, last - first);
    if (first > 0) before = "...";
    column -= first;
    return fmt::format("  {}{}{}\n  {}{}^", before, shown, last < line.size() ? "..." : "",
                       std::string(before.size(), ' '), blank(shown.substr(0, column)));
  }
  return fmt::format("  {}\n  {}^", shown, blank(shown.substr(0, column)));
}

Error to_error(std::string_view text, std::string_view file, std::vector<Fault> faults) {
  const auto by_place = [](const Fault& a, const Fault& b) { return a.at.offset < b.at.offset; };
  std::stable_sort(faults.begin(), faults.end(), by_place);
  if (faults.size() == 1) {
    Error one(Code::usage, where(file, faults[0]));
    return std::move(one).with_detail(excerpt(text, faults[0].at)).with_hint("{}", faults[0].hint);
  }
  Error all = error(Code::usage, "{} in '{}'{}", count_of(faults.size(), "fault"), file,
                    faults.size() > most_faults ? fmt::format(", the first {} are", most_faults) : "");
  return std::move(all).with_detail(listed(text, file, faults));
}

}  // namespace mlops::yaml
