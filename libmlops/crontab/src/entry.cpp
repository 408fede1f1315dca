#include <mlops/base/error.hpp>
#include <mlops/crontab/crontab.hpp>

#include <functional>

namespace mlops::crontab {
namespace {

constexpr std::string_view harmless =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@,+";

std::string quoted(std::string_view text) {
  if (!text.empty() && text.find_first_not_of(harmless) == std::string_view::npos) return std::string(text);
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string_view without_end(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Calls `visit` with each line, its end included.
void each_line(std::string_view table, const std::function<void(std::string_view line)>& visit) {
  while (!table.empty()) {
    const std::size_t end = table.find('\n');
    const std::size_t size = end == std::string_view::npos ? table.size() : end + 1;
    visit(table.substr(0, size));
    table.remove_prefix(size);
  }
}

/// The line under a mark is ours unless somebody took it away: then anything may stand there.
bool is_tick(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  return begin != std::string_view::npos && line[begin] != '#' &&
         line.find(" schedule tick") != std::string_view::npos;
}

}  // namespace

std::string word(std::string_view text) {
  if (text.find_first_of("\r\n") != std::string_view::npos) {
    throw error(Code::usage, "'{}' has a line end in it, which a crontab cannot hold", text)
        .with_hint("move the project to a path without one");
  }
  // cron takes the backslash away before sh sees the line, in quotes or not
  std::string out;
  for (const char c : quoted(text)) out += c == '%' ? std::string("\\%") : std::string(1, c);
  return out;
}

std::string with_entry(std::string_view table, const Entry& entry) {
  std::string out;
  bool placed = false;
  bool below = false;
  const auto place = [&] {
    out += entry.mark + '\n' + entry.line + '\n';
    placed = true;
  };
  each_line(table, [&](std::string_view line) {
    const bool marked = without_end(line) == entry.mark;
    const bool ours = marked || (below && is_tick(line));
    below = marked;
    if (marked && !placed) place();
    if (!ours) out += line;
  });
  if (placed) return out;
  if (!out.empty() && !out.ends_with('\n')) out += '\n';
  place();
  return out;
}

std::string without_entry(std::string_view table, std::string_view mark) {
  std::string out;
  bool below = false;
  each_line(table, [&](std::string_view line) {
    const bool marked = without_end(line) == mark;
    if (!marked && !(below && is_tick(line))) out += line;
    below = marked;
  });
  return out;
}

std::string line_of(std::string_view table, std::string_view mark) {
  std::string out;
  bool below = false;
  each_line(table, [&](std::string_view line) {
    if (below && is_tick(line) && out.empty()) out = without_end(line);
    below = without_end(line) == mark;
  });
  return out;
}

}  // namespace mlops::crontab
