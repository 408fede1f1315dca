#include "src/row_file.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace mlops::dataset {
namespace {

constexpr std::size_t buffered_bytes = 1 << 20;

void append_text(std::string& row, std::string_view text) {
  row += '"';
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t quote = text.find('"', at);
    const std::size_t end = quote == std::string_view::npos ? text.size() : quote + 1;
    row.append(text, at, end - at);
    if (quote != std::string_view::npos) row += '"';
    at = end;
  }
  row += '"';
}

template <typename Number>
void append_number(std::string& row, Number value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  row.append(digits, end);
}

void append_hex(std::string& row, std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  row += '"';
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    row += digits[byte >> 4];
    row += digits[byte & 15];
  }
  row += '"';
}

std::string written(const json::Value& value) {
  std::string out;
  if (const auto* integer = value.as_int()) append_number(out, *integer);
  else if (const auto* number = value.as_double()) append_number(out, *number);
  else append_text(out, value.text_or(""));
  return out;
}

/// Cuts a file of rows into rows; quotes may hold line ends.
class RowReader {
 public:
  explicit RowReader(const std::filesystem::path& path) : file_(path, std::ios::binary) {
    if (!file_) throw system_error(errno, fmt::format("cannot read '{}'", path.string()));
  }

  bool next(std::string& row) {
    row.clear();
    bool quotes = false;
    for (std::string line; std::getline(file_, line);) {
      for (const char c : line) quotes = quotes != (c == '"');
      row += line;
      if (!quotes) return true;
      row += '\n';
    }
    return false;
  }

 private:
  std::ifstream file_;
};

/// The field at `column`, from 0, of values that each stand behind a comma.
std::string_view field_at(std::string_view row, std::size_t column) {
  bool quotes = false;
  std::size_t commas = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] == '"') quotes = !quotes;
    if (row[i] != ',' || quotes) continue;
    if (++commas == column + 1) begin = i + 1;
    if (commas == column + 2) return row.substr(begin, i - begin);
  }
  return row.substr(begin);
}

}  // namespace

std::string readable_text(std::string_view bytes) {
  if (is_utf8(bytes) && bytes.find('\0') == std::string_view::npos) return std::string(bytes);
  std::string out;
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t length = 4;
    while (length > 0 && (at + length > bytes.size() || !is_utf8(bytes.substr(at, length)))) --length;
    const bool good = length > 0 && bytes.substr(at, length).find('\0') == std::string_view::npos;
    out += good ? bytes.substr(at, length) : std::string_view("\xEF\xBF\xBD");
    at += good ? length : 1;
  }
  return out;
}

void append_value(std::string& row, const db::Statement& statement, int column) {
  row += ',';
  switch (statement.storage(column)) {
    case db::Storage::integer:
      return append_number(row, statement.integer(column));
    case db::Storage::real:
      return append_number(row, statement.number(column));
    case db::Storage::text: {
      const std::string_view text = statement.bytes(column);
      const bool plain = is_utf8(text) && text.find('\0') == std::string_view::npos;
      return plain ? append_text(row, text) : append_text(row, readable_text(text));
    }
    case db::Storage::blob:
      return append_hex(row, statement.bytes(column));
    case db::Storage::null:
      row += null_value;
  }
}

std::string header_of(const std::vector<std::string>& names) {
  std::string out = "rowid";
  for (const std::string& name : names) {
    out += ',';
    append_text(out, readable_text(name));
  }
  return out + '\n';
}

RowFile::RowFile(const std::filesystem::path& path, const std::vector<std::string>& names)
    : path_(path), file_(path, std::ios::binary), buffer_(header_of(names)) {}

void RowFile::add(std::int64_t number, std::string_view row) {
  append_number(buffer_, number);
  buffer_ += row;
  buffer_ += '\n';
  longest_ = std::max<std::uint64_t>(longest_, row.size() + 24);
  if (buffer_.size() >= buffered_bytes) flush();
}

std::uint64_t RowFile::close() {
  flush();
  file_.close();
  if (!file_) throw system_error(errno, fmt::format("cannot write '{}'", path_.string()));
  return longest_;
}

void RowFile::flush() {
  file_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  if (!file_) throw system_error(errno, fmt::format("cannot write '{}'", path_.string()));
  buffer_.clear();
}

bool RowsSeen::take(const std::string& row) {
  const auto found = rows_.find(row);
  if (found == rows_.end()) return false;
  if (--found->second == 0) rows_.erase(found);
  return true;
}

RowsSeen rows_at(const std::vector<InputFile>& parts, std::size_t column, const json::Value& value) {
  const std::string wanted = written(value);
  RowsSeen out;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    RowReader reader(part->path);
    std::string row;
    bool others = false;
    reader.next(row);  // the names
    while (reader.next(row)) {
      const std::string_view values = std::string_view(row).substr(std::min(row.find(','), row.size()));
      if (field_at(values, column) == wanted) out.add(std::string(values));
      else others = true;
    }
    if (others) break;  // what came before is smaller still
  }
  return out;
}

}  // namespace mlops::dataset
