#include "src/internal.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
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
    Row{{"threads", "count", "", "MLOPS_THREADS", "auto", "a number from 1 to 1024, or `auto`", "",
         "threads that may run at once; auto: as many processors as the process may use"},
        set_threads,
        unless_empty},
    Row{{"memory", "size", "", "MLOPS_MEMORY", "auto", "a size such as `4GB` or `512MB`, or `auto`", "",
         "memory that the table engine may use; auto: half of what the process may have"},
        set_memory,
        unless_empty},
    Row{{"progress", "true or false", "--no-progress", "MLOPS_NO_PROGRESS", "true", "`true` or `false`", "",
         "show how far long work is"},
        set_progress,
        negated},
    Row{{"pager", "command", "--no-pager", "MLOPS_PAGER", "less -FRX", "a command", "it runs a program",
         "program for long text on a terminal; empty: none"},
        set_pager,
        as_is},
};

}  // namespace

std::span<const Row> table() { return rows; }

const Row* find_row(std::string_view key) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.setting.key == key; });
  return found == rows.end() ? nullptr : &*found;
}

std::string hint_for_unknown(std::string_view key) {
  std::vector<std::string> known;
  for (const Row& row : rows) known.emplace_back(row.setting.key);
  const auto near = near_misses(key, known);
  if (near.empty()) return "the settings are " + one_of(known);
  return (near.size() == 1 ? "a similar setting exists: " : "similar settings exist: ") + one_of(near);
}

std::vector<Setting> setting_table() {
  std::vector<Setting> out;
  for (const Row& row : rows) out.push_back(row.setting);
  return out;
}

std::string setting_table_markdown() {
  std::string out = "# SETTINGS\n\n";
  for (const Row& row : rows) {
    const Setting& one = row.setting;
    if (!one.not_by_project.empty()) continue;
    std::string doc(one.doc);
    doc[0] = static_cast<char>(doc[0] - 'a' + 'A');
    out += fmt::format("`{}` *{}*\n: {}; default: `{}`, variable: `{}`.\n\n", one.key, one.type, doc,
                       one.fallback, one.environment);
  }
  return out;
}

Setting get_setting(std::string_view key) {
  const Row* row = find_row(key);
  if (row == nullptr) {
    throw error(Code::not_found, "no setting '{}'", key)
        .with_id("setting.not_found")
        .with_hint("{}", hint_for_unknown(key));
  }
  return row->setting;
}

}  // namespace mlops::config
