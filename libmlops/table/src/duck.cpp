#include "src/duck.hpp"

#include <array>
#include <cctype>

namespace mlops::table {
namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

// "Invalid Input Error: the fault" gives "Invalid Input" and leaves the fault. Errors may be nested.
std::string_view take_class(std::string_view& message) {
  constexpr std::string_view mark = " Error: ";
  const auto end = message.find(mark);
  if (end > 40 || has(message.substr(0, end), ":")) return {};
  const auto name = message.substr(0, end);
  message.remove_prefix(end + mark.size());
  return name;
}

bool is_unreadable_file(std::string_view message) {
  constexpr std::array signs = {"No magic bytes",
                                "CSV Error on Line",
                                "Malformed JSON in file",
                                "parquet",
                                "Parquet",
                                "decompress",
                                "ZSTD",
                                "zstd",
                                "Snappy",
                                "snappy",
                                "not utf-8 encoded",
                                "CSV Parser",
                                "TProtocolException",
                                "too small to be a"};
  for (const char* sign : signs) {
    if (has(message, sign)) return true;
  }
  return false;
}

Code code_of(std::string_view kind, std::string_view message) {
  if (has(message, "No space left on device") || has(message, "Disk quota exceeded") ||
      has(message, "File too large") || has(message, "max_temp_directory_size")) {
    return Code::busy;
  }
  if (kind == "INTERRUPT") return Code::interrupted;
  if (kind == "Parser" || kind == "Binder" || kind == "Catalog" || kind == "Permission" || kind == "Syntax") {
    return Code::usage;
  }
  if (kind == "INTERNAL" || kind == "FATAL") return Code::internal;
  if (kind == "Out of Memory") return Code::failed;
  if (kind == "Serialization") return Code::corrupt;
  if (kind == "IO" && has(message, "No files found that match")) return Code::not_found;
  if ((kind == "IO" || kind == "Invalid Input") && is_unreadable_file(message)) return Code::corrupt;
  return Code::failed;
}

// Fault first, lower case, no full stop; a word in capitals (CSV, JSON) stays.
std::string fault(std::string_view line) {
  while (!line.empty() && (line.back() == '.' || line.back() == '!' || line.back() == ' '))
    line.remove_suffix(1);
  std::string text(line);
  const auto lower = [&](std::size_t i) {
    return i < text.size() && std::islower(static_cast<unsigned char>(text[i]));
  };
  if (!text.empty() && (lower(1) || text.substr(1, 1) == " ")) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

// "CSV Error on Line: 7\nOriginal Line: ...\nwhat was wrong": the fault stands in the third line.
std::string csv_fault(std::string_view first, std::string_view rest) {
  std::string_view line = take_line(rest);
  while (line.starts_with("Original Line:") || line.empty()) {
    if (rest.empty()) return fault(first);
    line = take_line(rest);
  }
  return fault(first) + ": " + fault(line);
}

std::string hint_of(std::string_view kind, std::string_view rest) {
  if (kind == "Out of Memory") return "raise the memory limit, or give a folder to spill to";
  while (!rest.empty()) {
    const auto line = take_line(rest);
    if (line.starts_with("Did you mean") || line.starts_with("Candidate")) return fault(line);
  }
  return {};
}

// "LINE 1: SELECT x\n               ^", which the engine sometimes says twice.
std::string excerpt_of(std::string_view rest) {
  const auto begin = rest.find("LINE ");
  if (begin == std::string_view::npos || (begin > 0 && rest[begin - 1] != '\n')) return {};
  rest.remove_prefix(begin);
  const auto line = take_line(rest);
  const auto caret = take_line(rest);
  return std::string(line) + (has(caret, "^") ? "\n" + std::string(caret) : "");
}

}  // namespace

Error to_error(std::string_view message) {
  const std::string_view whole = message;
  std::string_view kind = take_class(message);
  for (auto inner = take_class(message); !inner.empty(); inner = take_class(message)) kind = inner;
  const auto first = take_line(message);
  auto text = first.starts_with("CSV Error on Line") ? csv_fault(first, message) : fault(first);
  const std::string hint = hint_of(kind, message);
  return error(code_of(kind, whole), "{}", text).with_hint("{}", hint).with_detail(excerpt_of(message));
}

void check(const ErrorData& data) {
  if (data && duckdb_error_data_has_error(data.get())) throw to_error(duckdb_error_data_message(data.get()));
}

Statements::Statements(duckdb_connection connection, const std::string& sql) : connection_(connection) {
  if (sql.find('\0') != std::string::npos) throw error(Code::usage, "the SQL text contains a zero byte");
  duckdb_extracted_statements extracted = nullptr;
  count_ = duckdb_extract_statements(connection, sql.c_str(), &extracted);
  extracted_.reset(extracted);
  if (count_ != 0 || extracted == nullptr) return;
  const char* message = duckdb_extract_statements_error(extracted);
  if (message != nullptr) throw to_error(message);
}

Prepared Statements::prepare(std::size_t i) const {
  duckdb_prepared_statement statement = nullptr;
  const auto state = duckdb_prepare_extracted_statement(connection_, extracted_.get(), i, &statement);
  Prepared prepared(statement);
  if (state != DuckDBSuccess) throw to_error(duckdb_prepare_error(statement));
  return prepared;
}

}  // namespace mlops::table
