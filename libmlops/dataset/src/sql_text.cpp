#include "src/sql_text.hpp"

#include <mlops/base/text.hpp>
#include <mlops/table/engine.hpp>

#include <algorithm>
#include <charconv>

namespace mlops::dataset {
namespace {

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

std::size_t after(std::string_view sql, std::string_view end, std::size_t from) {
  const std::size_t at = sql.find(end, from);
  return at == std::string_view::npos ? sql.size() : at + end.size();
}

/// Behind the quoted text that begins at `at`; a doubled quote is a part of it.
std::size_t after_quoted(std::string_view sql, std::size_t at, bool escapes) {
  const char quote = sql[at];
  for (std::size_t i = at + 1; i < sql.size(); ++i) {
    if (escapes && sql[i] == '\\') ++i;
    else if (sql[i] != quote) continue;
    else if (i + 1 < sql.size() && sql[i + 1] == quote) ++i;
    else return i + 1;
  }
  return sql.size();
}

/// Behind the comment that begins at `at`; they nest.
std::size_t after_comment(std::string_view sql, std::size_t at) {
  std::size_t depth = 0;
  for (std::size_t i = at; i + 1 < sql.size(); ++i) {
    if (sql.substr(i, 2) == "/*") ++depth, ++i;
    else if (sql.substr(i, 2) == "*/" && --depth == 0) return i + 2;
    else if (sql.substr(i, 2) == "*/") ++i;
  }
  return sql.size();
}

std::string literal_of(const json::Value& value) {
  if (const std::string* text = value.as_string()) return table::literal(*text);
  const std::string text = json::dump(value);
  return text.starts_with('-') ? "(" + text + ")" : text;
}

class Binder {
 public:
  Binder(std::string_view sql, const json::Object& values) : sql_(sql), values_(values) {}

  BoundSql run() {
    while (at_ < sql_.size()) step();
    out_.text.resize(bare_);
    std::vector<std::pair<std::string, json::Value>> sorted(out_.used.begin(), out_.used.end());
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    out_.used = {};
    for (auto& [name, value] : sorted) out_.used.append(name, std::move(value));
    return std::move(out_);
  }

 private:
  void step() {
    const char c = sql_[at_];
    const std::string_view two = sql_.substr(at_, 2);
    const bool word_before = at_ > 0 && is_word(sql_[at_ - 1]);
    if (two == "--") copy(std::min(sql_.find('\n', at_), sql_.size()), false);
    else if (two == "/*") copy(after_comment(sql_, at_), false);
    else if (c == '\'' || c == '"') copy(after_quoted(sql_, at_, is_escape_string()), true);
    else if (c == '$' && !word_before) dollar();
    else copy(at_ + 1, !is_space(c) && c != ';');
  }

  /// E'...' knows escapes.
  bool is_escape_string() const {
    const bool marked = sql_[at_] == '\'' && at_ > 0 && (sql_[at_ - 1] == 'e' || sql_[at_ - 1] == 'E');
    return marked && (at_ == 1 || !is_word(sql_[at_ - 2]));
  }

  void copy(std::size_t end, bool counts) {
    out_.text += sql_.substr(at_, end - at_);
    at_ = end;
    if (counts) bare_ = out_.text.size();
  }

  /// `$name`, or the text `$$...$$`, `$tag$...$tag$`.
  void dollar() {
    std::size_t end = at_ + 1;
    while (end < sql_.size() && is_word(sql_[end])) ++end;
    if (end < sql_.size() && sql_[end] == '$')
      return copy(after(sql_, sql_.substr(at_, end + 1 - at_), end + 1), true);
    put(std::string(sql_.substr(at_ + 1, end - at_ - 1)), end);
  }

  void put(const std::string& name, std::size_t end) {
    const json::Value* value = values_.find(name);
    if (value == nullptr) throw unknown(name);
    const std::string text = literal_of(*value);
    out_.changes.push_back({at_, out_.text.size(), text.size(), end - at_});
    out_.used.set(name, *value);
    out_.text += text;
    at_ = end;
    bare_ = out_.text.size();
  }

  SqlFault unknown(const std::string& name) const {
    std::vector<std::string> known;
    for (const auto& [other, value] : values_) known.push_back(other);
    Error fault = error(Code::usage, "no parameter '{}' in 'params'", name);
    const auto near = near_misses(name, known);
    if (near.empty()) return {at_, std::move(fault).with_hint("declare it: `params: {{{}: ...}}`", name)};
    return {at_, std::move(fault).with_hint("a similar one exists: {}", one_of(near))};
  }

  std::string_view sql_;
  const json::Object& values_;
  std::size_t at_ = 0;
  std::size_t bare_ = 0;  // behind the last of the text that is neither blank, comment nor ';'
  BoundSql out_;
};

}  // namespace

std::size_t BoundSql::original(std::size_t offset) const {
  std::size_t out = offset;
  for (const Change& change : changes) {
    if (offset < change.at) break;
    if (offset < change.at + change.length) return change.from;
    out = change.from + change.was + (offset - change.at - change.length);
  }
  return out;
}

BoundSql bind_parameters(std::string_view sql, const json::Object& values) {
  return Binder(sql, values).run();
}

std::size_t offset_in(std::string_view sql, std::string_view detail) {
  constexpr std::size_t none = std::string_view::npos;
  constexpr std::string_view head = "LINE ";
  const std::size_t begin = detail.find(head);
  if (begin == none) return none;
  std::size_t line = 0;
  const char* const end = detail.data() + detail.size();
  const auto [stop, fault] = std::from_chars(detail.data() + begin + head.size(), end, line);
  if (fault != std::errc() || line == 0 || end - stop < 2) return none;
  std::string_view shown(stop + 2, static_cast<std::size_t>(end - stop - 2));
  const std::size_t margin = static_cast<std::size_t>(stop + 2 - detail.data()) - begin;
  const std::size_t next = shown.find('\n');
  if (next == none) return none;
  const std::size_t caret = shown.find('^', next);
  if (caret == none || caret - next - 1 < margin) return none;
  std::size_t column = caret - next - 1 - margin;
  shown = shown.substr(0, next);
  if (shown.starts_with("...")) shown.remove_prefix(3), column -= std::min<std::size_t>(column, 3);
  if (shown.ends_with("...")) shown.remove_suffix(3);
  std::size_t from = 0;
  for (std::size_t i = 1; i < line && from != none; ++i) {
    from = sql.find('\n', from);
    if (from != none) ++from;
  }
  if (from == none) return none;
  const std::size_t found = sql.substr(from, sql.find('\n', from) - from).find(shown);
  return found == none ? none : std::min(from + found + column, sql.size());
}

}  // namespace mlops::dataset
