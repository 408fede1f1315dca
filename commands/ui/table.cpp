#include "table.hpp"

#include <fmt/core.h>
#include <mlops/base/digest.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cmath>

namespace mlops::ui {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 8;  ///< A column is not cut below this.

/// Data may hold anything; a terminal obeys control characters, so none gets there.
std::string without_controls(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') out += "\\n";
    else if (c == '\t') out += "\\t";
    else if (c == '\r') out += "\\r";
    else if (byte < 0x20 || byte == 0x7F) out += fmt::format("\\x{:02x}", byte);
    else out += c;
  }
  return out;
}

std::string number_text(double number, Show show) {
  if (show == Show::share) return fmt::format("{:.2f} %", number * 100);
  return fmt::format("{:.6g}", number);
}

std::string integer_text(std::int64_t number, Show show) {
  const bool grouped = number >= 0 && (show == Show::count || show == Show::bytes);
  if (!grouped)
    return show == Show::share ? number_text(static_cast<double>(number), show) : std::to_string(number);
  const auto amount = static_cast<std::uint64_t>(number);
  return show == Show::count ? count_text(amount) : size_text(amount);
}

std::string value_text(const json::Value& value, Show show);

std::string list_text(const json::Array& list) {
  std::string out;
  for (const json::Value& item : list) out += (out.empty() ? "" : ", ") + value_text(item, Show::plain);
  return out.empty() ? "-" : out;
}

std::string members_text(const json::Object& object) {
  std::string out;
  for (const auto& [name, value] : object) {
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", without_controls(name),
                       value_text(value, Show::plain));
  }
  return out.empty() ? "-" : out;
}

std::string value_text(const json::Value& value, Show show) {
  if (const std::string* text = value.as_string()) {
    const auto digest = show == Show::digest ? Digest::parse(*text) : std::nullopt;
    return digest ? digest->brief() : without_controls(*text);
  }
  if (const std::int64_t* integer = value.as_int()) return integer_text(*integer, show);
  if (const double* number = value.as_double()) return number_text(*number, show);
  if (const bool* flag = value.as_bool()) return *flag ? "yes" : "no";
  if (const json::Array* list = value.as_array()) return list_text(*list);
  if (const json::Object* object = value.as_object()) return members_text(*object);
  return "-";
}

bool is_number(const json::Value& value) { return value.as_int() != nullptr || value.as_double() != nullptr; }

/// A key in words. What is no key but a title already, such as "churn_model@v2" or "slices of order_id",
/// stays.
std::string title_of(std::string key) {
  if (key.find_first_of(" @") != std::string::npos) return key;
  std::replace(key.begin(), key.end(), '_', ' ');
  return key;
}

/// Bytes of the longest beginning of `text` that takes at most `width` columns.
std::size_t bytes_within(std::string_view text, std::size_t width) {
  const auto inside_character = [&](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  std::size_t size = std::min(text.size(), width * 4);
  while (size > 0 && (inside_character(size) || display_width(text.substr(0, size)) > width)) --size;
  return size;
}

/// That beginning, with "…" where something was cut.
std::string cut(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  return std::string(text.substr(0, bytes_within(text, width - std::min<std::size_t>(1, width)))) + "…";
}

/// Takes one line of at most `width` columns off the text: whole words, where one fits.
std::string take_line(std::string& text, std::size_t width) {
  std::size_t size = display_width(text) <= width ? text.size() : bytes_within(text, width);
  if (size < text.size()) {
    const std::size_t blank = text.rfind(' ', size);
    if (blank != std::string::npos && blank > 0) size = blank;
  }
  size = std::max<std::size_t>(size, std::min<std::size_t>(1, text.size()));
  std::string out = text.substr(0, size);
  text.erase(0, text.find_first_not_of(' ', size));
  return out;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string blanks(width - std::min(width, display_width(text)), ' ');
  return right ? blanks + text : text + blanks;
}

/// A list of objects: shown as a table under the record it belongs to.
bool is_table(const json::Value& value) {
  const json::Array* list = value.as_array();
  return list != nullptr && !list->empty() && std::all_of(list->begin(), list->end(), [](const auto& item) {
           return item.as_object() != nullptr;
         });
}

Row row_of(const json::Object& object) {
  Row row;
  for (const auto& [name, value] : object) row.push_back({name, value});
  return row;
}

std::string nested_table(const Cell& cell, const Stream& stream) {
  std::vector<Row> rows;
  for (const json::Value& item : *cell.value.as_array()) rows.push_back(row_of(*item.as_object()));
  Stream inner = stream;
  inner.width -= std::min<std::size_t>(gap, inner.width);
  const Table table(rows, inner, Table::Header::always);
  const std::string indent(gap, ' ');
  std::string out = fmt::format("\n{}\n", paint(stream, Colour::bold, title_of(cell.key)));
  if (const std::string header = table.header(); !header.empty()) out += indent + header;
  for (const Row& row : rows) {
    for (const std::string& line : table.lines(row)) out += indent + line + "\n";
  }
  return out;
}

}  // namespace

std::string text_of(const Cell& cell) { return value_text(cell.value, cell.show); }

Table::Table(const std::vector<Row>& first_rows, const Stream& stream, Header header)
    : stream_(stream), has_header_(header == Header::always || stream.tty) {
  if (first_rows.empty()) return;
  for (std::size_t i = 0; i < first_rows[0].size(); ++i) {
    if (first_rows[0][i].show == Show::hidden) continue;
    Column column = {.cell = i, .title = title_of(first_rows[0][i].key)};
    column.right = true;
    bool numbers = false;
    for (const Row& row : first_rows) {
      if (i >= row.size()) continue;
      column.width = std::max(column.width, display_width(text_of(row[i])));
      numbers = numbers || is_number(row[i].value);
      column.right = column.right && (is_number(row[i].value) || row[i].value.is_null());
    }
    column.right = column.right && numbers;
    if (has_header_) column.width = std::max(column.width, display_width(column.title));
    columns_.push_back(std::move(column));
  }
  if (stream_.tty) fit(stream_.width);
}

/// Narrows the widest columns of text until the line fits; what still does not fit is cut at the end of the
/// line.
void Table::fit(std::size_t width) {
  std::size_t total = gap * (columns_.size() - std::min<std::size_t>(1, columns_.size()));
  for (const Column& column : columns_) total += column.width;
  while (total > width) {
    Column* widest = nullptr;
    for (Column& column : columns_) {
      const bool wider = widest == nullptr || column.width > widest->width;
      if (!column.right && column.width > narrowest && wider) widest = &column;
    }
    if (widest == nullptr) return;
    --widest->width;
    --total;
  }
}

std::string Table::joined(const std::vector<std::string>& texts) const {
  std::string line;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0) line.append(gap, ' ');
    line += padded(stream_.tty ? cut(texts[i], columns_[i].width) : texts[i], columns_[i].width,
                   columns_[i].right);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return stream_.tty ? cut(line, stream_.width) : line;
}

std::string Table::header() const {
  if (!has_header_ || columns_.empty()) return "";
  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  return paint(stream_, Colour::bold, joined(titles)) + "\n";
}

std::vector<std::string> Table::texts_of(const Row& row) const {
  std::vector<std::string> texts;
  for (const Column& column : columns_)
    texts.push_back(column.cell < row.size() ? text_of(row[column.cell]) : "");
  return texts;
}

std::string Table::line(const Row& row) const { return joined(texts_of(row)) + "\n"; }

std::vector<std::string> Table::lines(const Row& row) const {
  std::vector<std::string> texts = texts_of(row);
  if (!stream_.tty || columns_.empty() || columns_.back().right) return {joined(texts)};
  std::vector<std::string> out;
  std::string rest = texts.back();
  do {
    texts.back() = take_line(rest, columns_.back().width);
    out.push_back(joined(texts));
    std::fill(texts.begin(), texts.end(), "");
  } while (!rest.empty());
  return out;
}

std::string record_text(const Row& row, const Stream& stream) {
  std::size_t width = 0;
  for (const Cell& cell : row) {
    if (cell.show != Show::hidden && !is_table(cell.value))
      width = std::max(width, display_width(title_of(cell.key)));
  }
  std::string facts;
  std::string tables;
  for (const Cell& cell : row) {
    if (cell.show == Show::hidden) continue;
    if (is_table(cell.value)) tables += nested_table(cell, stream);
    else facts += padded(title_of(cell.key), width + gap, false) + text_of(cell) + "\n";
  }
  return facts + tables;
}

}  // namespace mlops::ui
