#include "src/internal.hpp"

#include <mlops/base/text.hpp>

#include <array>
#include <charconv>

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

bool set_memory(Settings& settings, std::string_view value) {
  const auto bytes = size_from(value);
  settings.memory_bytes = bytes.value_or(0);
  return bytes.has_value() || value == "auto";
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
