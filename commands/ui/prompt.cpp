#include "prompt.hpp"

#include "sink.hpp"
#include "table.hpp"

#include <fmt/core.h>
#include <unistd.h>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace mlops::ui {
namespace {

constexpr std::size_t most_listed = 20;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Byte by byte: what follows the line belongs to who reads next. Nothing at the end of the input.
std::optional<std::string> read_line(const Cancel& cancel) {
  std::string line;
  for (;;) {
    char byte = 0;
    const ssize_t got = ::read(STDIN_FILENO, &byte, 1);
    if (got < 0 && errno == EINTR) {
      cancel.check();
      continue;
    }
    if (got <= 0 && line.empty()) return std::nullopt;
    if (got <= 0 || byte == '\n') return line;
    line += byte;
  }
}

std::string near_text(const Question& question, std::string_view line) {
  std::vector<std::string> names;
  for (const Choice& choice : question.choices) names.push_back(choice.name);
  const auto near = near_misses(line, names);
  const std::string seen = text_of(Cell{.key = {}, .value = std::string(line)});
  if (near.empty()) return fmt::format("'{}' is none of them\n", seen);
  return fmt::format("'{}' is none of them; similar: {}\n", seen, one_of(near));
}

}  // namespace

std::string text_of(const Question& question, std::size_t width) {
  std::vector<Row> rows;
  const std::size_t listed = std::min(question.choices.size(), most_listed);
  for (std::size_t i = 0; i < listed; ++i) {
    const Choice& choice = question.choices[i];
    rows.push_back({{"", i + 1}, {"", choice.name}, {"", choice.doc}});
  }
  const Stream inner{.tty = true, .width = width - std::min<std::size_t>(2, width)};
  const Table table(rows, inner);
  std::string out = question.text + "?\n";
  for (const Row& row : rows) out += "  " + table.line(row);
  if (question.choices.size() > listed)
    out += fmt::format("  and {} more\n", count_text(question.choices.size() - listed));
  return out;
}

std::optional<std::size_t> meant(const Question& question, std::string_view line) {
  const auto& choices = question.choices;
  const auto named =
      std::find_if(choices.begin(), choices.end(), [&](const Choice& choice) { return choice.name == line; });
  if (named != choices.end()) return static_cast<std::size_t>(named - choices.begin());
  std::size_t number = 0;
  const auto [end, fault] = std::from_chars(line.data(), line.data() + line.size(), number);
  const bool whole = fault == std::errc() && end == line.data() + line.size();
  if (!whole || number < 1 || number > choices.size()) return std::nullopt;
  return number - 1;
}

std::optional<std::size_t> ask(const Question& question, std::size_t width, const Cancel& cancel) {
  write_error(text_of(question, width));
  for (;;) {
    write_error("number or name, empty for none: ");
    const auto line = read_line(cancel);
    if (!line) write_error("\n");  // Ctrl-D leaves the cursor where it was
    const std::string_view answer = line ? trimmed(*line) : std::string_view();
    if (answer.empty()) return std::nullopt;
    if (const auto found = meant(question, answer)) return found;
    write_error(near_text(question, answer));
  }
}

}  // namespace mlops::ui
