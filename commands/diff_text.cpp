#include "diff_text.hpp"

#include "ui/row.hpp"
#include "ui/table.hpp"

#include <fmt/format.h>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <vector>

namespace mlops::commands {
namespace {

using dataset::TableDiff;
using ColumnState = TableDiff::ColumnState;
using RowState = TableDiff::RowState;

constexpr std::size_t widest_value = 40;  ///< Of what stands in a row; a program reads all of it in --json.

ui::Colour colour_of(char sign) {
  if (sign == '+') return ui::Colour::green;
  return sign == '-' ? ui::Colour::red : ui::Colour::yellow;
}

std::string coloured(const ui::Stream& stream, char sign, const std::string& text) {
  return ui::paint(stream, colour_of(sign), fmt::format("{} {}", sign, text)) + "\n";
}

std::string plain(const json::Value& value) {
  if (value.is_null()) return "null";
  return ui::text_of({.key = "", .value = value});
}

/// Its beginning, where it is long.
std::string brief(const json::Value& value) {
  std::string text = plain(value);
  if (display_width(text) <= widest_value) return text;
  std::size_t size = std::min(text.size(), 4 * widest_value);
  const auto inside = [&](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  while (size > 0 && (inside(size) || display_width(std::string_view(text).substr(0, size)) >= widest_value))
    --size;
  return text.substr(0, size) + "…";
}

std::string name_text(const std::string& name) { return plain(json::Value(name)); }

std::string padded_to(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, display_width(text)), ' ');
}

// ---- columns

char sign_of(ColumnState state) {
  switch (state) {
    case ColumnState::added:
      return '+';
    case ColumnState::removed:
      return '-';
    default:
      return '~';
  }
}

std::string change_of(const TableDiff::ColumnDiff& column) {
  switch (column.state) {
    case ColumnState::added:
      return *column.type_after;
    case ColumnState::removed:
      return *column.type_before;
    case ColumnState::retyped:
      return fmt::format("{} -> {}", *column.type_before, *column.type_after);
    case ColumnState::moved:
      return fmt::format("column {} -> {}", *column.place_before, *column.place_after);
  }
  return "";
}

std::string schema_text(const TableDiff& diff, const ui::Stream& stream) {
  if (diff.schema.empty()) return "";
  std::size_t width = 0;
  for (const auto& column : diff.schema) width = std::max(width, display_width(name_text(column.column)));
  std::string out = "\n";
  for (const auto& column : diff.schema)
    out += coloured(stream, sign_of(column.state),
                    padded_to(name_text(column.column), width) + "  " + change_of(column));
  return out;
}

// ---- rows

std::string counts_text(const TableDiff& diff) {
  if (diff.comparable && diff.added + diff.removed + diff.changed == 0) return "the same rows";
  std::string out;
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count_text(count), what);
  };
  add(diff.added, "added");
  add(diff.removed, "removed");
  add(diff.changed, "changed");
  add(diff.comparable ? diff.same() : 0, "the same");
  return out;
}

std::string changes_text(const TableDiff& diff) {
  std::size_t width = 0;
  std::size_t digits = 0;
  for (const auto& column : diff.columns) {
    width = std::max(width, display_width(name_text(column.column)));
    digits = std::max(digits, count_text(column.rows).size());
  }
  std::string out;
  for (const auto& column : diff.columns) {
    out += fmt::format("  {}  {:>{}} changed\n", padded_to(name_text(column.column), width),
                       count_text(column.rows), digits);
  }
  return out;
}

std::string members(const json::Object& values, const json::Object& but) {
  std::string out;
  for (const auto& [name, value] : values) {
    if (but.find(name) != nullptr) continue;
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name_text(name), brief(value));
  }
  return out;
}

std::string changes_of(const TableDiff::RowDiff& row) {
  std::string out;
  for (const auto& [name, value] : row.before) {
    const json::Value* after = row.after.find(name);
    out += fmt::format("{}{} {} -> {}", out.empty() ? "" : ", ", name_text(name), brief(value),
                       after == nullptr ? "" : brief(*after));
  }
  return out;
}

std::string row_text(const TableDiff::RowDiff& row, const ui::Stream& stream) {
  const char sign = row.state == RowState::added ? '+' : row.state == RowState::removed ? '-' : '~';
  std::string line = members(row.key, {});
  const std::string rest = row.state == RowState::changed
                               ? changes_of(row)
                               : members(row.state == RowState::added ? row.after : row.before, row.key);
  if (!line.empty() && !rest.empty()) line += row.state == RowState::changed ? ": " : ", ";
  line += rest;
  if (row.count > 1) line = fmt::format("({} times) {}", count_text(row.count), line);
  return coloured(stream, sign, line);
}

/// How many of a state are not shown.
std::string more_text(const TableDiff& diff, RowState state, std::uint64_t count) {
  std::uint64_t shown = 0;
  for (const auto& row : diff.rows) shown += row.state == state ? row.count : 0;
  if (shown == 0 || shown >= count) return "";
  return fmt::format("  ... and {} more {}\n", count_text(count - shown), dataset::name_of(state));
}

std::string rows_text(const TableDiff& diff, const ui::Stream& stream) {
  std::string out = diff.rows.empty() ? "" : "\n";
  const auto add = [&](RowState state, std::uint64_t count) {
    for (const auto& row : diff.rows) {
      if (row.state == state) out += row_text(row, stream);
    }
    out += more_text(diff, state, count);
  };
  add(RowState::changed, diff.changed);
  add(RowState::removed, diff.removed);
  add(RowState::added, diff.added);
  return out;
}

// ---- lines

std::string range(std::uint64_t first, std::uint64_t count) {
  return count == 1 ? fmt::format("{}", first) : fmt::format("{},{}", first, count);
}

std::string line_text(const worktree::ContentDiff::Line& line, const ui::Stream& stream) {
  const std::string text = line.sign + ui::harmless(line.text);
  const std::string shown = line.sign == ' ' ? text : ui::paint(stream, colour_of(line.sign), text);
  return shown + (line.unended ? "\n\\ no newline at the end\n" : "\n");
}

}  // namespace

std::string text_of(const TableDiff& diff, const std::string& before, const std::string& after,
                    const ui::Stream& stream) {
  const std::string title = fmt::format("{} -> {}", before, after);
  const std::string rows =
      diff.rows_before == diff.rows_after
          ? count_of(diff.rows_after, "row")
          : fmt::format("{} -> {}", count_text(diff.rows_before), count_of(diff.rows_after, "row"));
  return fmt::format("{}\n{}\n{}: {}\n{}{}", ui::paint(stream, ui::Colour::bold, title),
                     schema_text(diff, stream), rows, counts_text(diff), changes_text(diff),
                     rows_text(diff, stream));
}

std::string text_of(const worktree::ContentDiff& diff, const std::string& before, const std::string& after,
                    const ui::Stream& stream) {
  std::string out = ui::paint(stream, ui::Colour::bold, fmt::format("--- {}\n+++ {}", before, after)) + "\n";
  for (const auto& hunk : diff.hunks) {
    out += ui::paint(stream, ui::Colour::cyan,
                     fmt::format("@@ -{} +{} @@", range(hunk.first_before, hunk.count_before),
                                 range(hunk.first_after, hunk.count_after))) +
           "\n";
    for (const auto& line : hunk.lines) out += line_text(line, stream);
  }
  return out;
}

}  // namespace mlops::commands
