#include "src/internal.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace mlops::config {
namespace {

constexpr unsigned most_threads = 1024;

bool set_threads(Settings& settings, std::string_view value) {
  if (value == "auto") {
    settings.threads = 0;
    return true;
  }
  unsigned number = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (fault != std::errc() || end != value.data() + value.size() || number < 1 || number > most_threads)
    return false;
  settings.threads = number;
  return true;
}

/// The factor of "GB", in powers of 1000; 0 for other text.
double factor(std::string_view unit) {
  constexpr std::array<std::string_view, 5> units = {"B", "KB", "MB", "GB", "TB"};
  std::string upper(unit);
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  if (upper.empty()) return 1;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (upper == units[i]) return std::pow(1000.0, static_cast<double>(i));
  }
  return 0;
}

bool set_memory(Settings& settings, std::string_view value) {
  if (value == "auto") {
    settings.memory_bytes = 0;
    return true;
  }
  double number = 0;
  const auto [end, fault] =
      std::from_chars(value.data(), value.data() + value.size(), number, std::chars_format::fixed);
  if (fault != std::errc()) return false;
  std::string_view unit = value.substr(static_cast<std::size_t>(end - value.data()));
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  const double bytes = number * factor(unit);
  if (!(bytes >= 1) || bytes > 1e18) return false;
  settings.memory_bytes = static_cast<std::uint64_t>(bytes);
  return true;
}

bool set_progress(Settings& settings, std::string_view value) {
  settings.progress = value == "true";
  return value == "true" || value == "false";
}

/// `cat` pages nothing, and costs a process: as in git it means none.
bool set_pager(Settings& settings, std::string_view value) {
  settings.pager = value == "cat" ? "" : value;
  return true;
}

std::optional<std::string> as_is(const std::string& text) { return text; }

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

/// MLOPS_NO_PROGRESS says the opposite of `progress`, by being there.
std::optional<std::string> negated(const std::string& text) {
  if (text.empty() || text == "0" || text == "false") return std::nullopt;
  return "false";
}

constexpr std::array rows = {
    Row{"threads", "MLOPS_THREADS", "auto", "a number from 1 to 1024, or `auto`",
        "threads that may run at once; auto: as many processors as the process may use", set_threads,
        unless_empty},
    Row{"memory", "MLOPS_MEMORY", "auto", "a size such as `4GB` or `512MB`, or `auto`",
        "memory that the table engine may use; auto: half of what the process may have", set_memory,
        unless_empty},
    Row{"progress", "MLOPS_NO_PROGRESS", "true", "`true` or `false`",
        "show how far long work is, on a terminal", set_progress, negated},
    Row{"pager", "MLOPS_PAGER", "less -FRX", "a command", "program for long text on a terminal; empty: none",
        set_pager, as_is},
};

}  // namespace

std::span<const Row> table() { return rows; }

}  // namespace mlops::config
