#include "src/filter.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/run/report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mlops::mlflow {
namespace {

[[noreturn]] void bad(std::string_view why, std::string_view text) {
  throw error(Code::usage, "Invalid clause(s) in filter string: {}, at '{}'", why, text.substr(0, 100));
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '/' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

std::string take_word(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && is_word(text[end])) ++end;
  std::string out(text.substr(0, end));
  text.remove_prefix(end);
  return out;
}

/// Between two of the character that `text` begins with.
std::string take_quoted(std::string_view& text) {
  const std::size_t end = text.find(text.front(), 1);
  if (end == std::string_view::npos) bad("a quote has no end", text);
  std::string out(text.substr(1, end - 1));
  text.remove_prefix(end + 1);
  return out;
}

bool take(std::string_view& text, std::string_view word) {
  if (lowered(text.substr(0, word.size())) != lowered(word)) return false;
  if (text.size() > word.size() && is_word(word.back()) && is_word(text[word.size()])) return false;
  text.remove_prefix(word.size());
  return true;
}

Entity entity_named(const std::string& name, std::string_view at) {
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (is({"metric", "metrics"})) return Entity::metric;
  if (is({"param", "params", "parameter", "parameters"})) return Entity::param;
  if (is({"tag", "tags"})) return Entity::tag;
  if (is({"attribute", "attributes", "attr", "run"})) return Entity::attribute;
  bad("it wants metrics, params, tags or attributes, not '" + name + "'", at);
}

std::string take_comparator(std::string_view& text) {
  for (const std::string_view one : {"!=", ">=", "<=", "=", ">", "<", "LIKE", "ILIKE", "IN"}) {
    if (take(text, one)) return std::string(one);
  }
  if (take(text, "NOT")) {
    skip_blanks(text);
    if (take(text, "IN")) return "NOT IN";
  }
  bad("it wants one of = != > >= < <= LIKE ILIKE IN", text);
}

std::vector<std::string> take_list(std::string_view& text) {
  std::vector<std::string> out;
  if (!text.starts_with('(')) bad("IN wants a list ('a', 'b')", text);
  do {
    text.remove_prefix(1);
    skip_blanks(text);
    if (!text.starts_with('\'')) bad("a list wants texts in single quotes", text);
    out.push_back(take_quoted(text));
    skip_blanks(text);
  } while (text.starts_with(','));
  if (!text.starts_with(')')) bad("a list has no end", text);
  text.remove_prefix(1);
  return out;
}

/// % is any text, _ any character.
bool is_like(std::string_view text, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (at < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      star = p++;
      resume = at;
    } else if (p < pattern.size() && (pattern[p] == '_' || pattern[p] == text[at])) {
      ++p;
      ++at;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return pattern.substr(p).find_first_not_of('%') == std::string_view::npos;
}

bool compares(double value, const std::string& comparator, double with) {
  if (comparator == "=") return value == with;
  if (comparator == "!=") return !std::isnan(value) && value != with;
  if (comparator == ">") return value > with;
  if (comparator == ">=") return value >= with;
  if (comparator == "<") return value < with;
  return value <= with;
}

bool compares(const std::string& value, const std::string& comparator, const std::vector<std::string>& with) {
  if (comparator == "=") return value == with.front();
  if (comparator == "!=") return value != with.front();
  if (comparator == "LIKE") return is_like(value, with.front());
  if (comparator == "ILIKE") return is_like(lowered(value), lowered(with.front()));
  const bool in = std::find(with.begin(), with.end(), value) != with.end();
  return in == (comparator == "IN");
}

std::string known_attribute(const std::string& key, const Attributes& attributes, std::string_view at) {
  const auto other = attributes.others.find(key);
  const std::string_view name = other == attributes.others.end() ? std::string_view(key) : other->second;
  for (const auto* list : {&attributes.texts, &attributes.numbers}) {
    if (std::find(list->begin(), list->end(), name) != list->end()) return std::string(name);
  }
  bad(fmt::format("'{}' is no attribute of a {}", key, attributes.what), at);
}

}  // namespace

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
}

Field take_field(std::string_view& text, const Attributes& attributes) {
  skip_blanks(text);
  const std::string_view at = text;
  const bool quoted = text.starts_with('`') || text.starts_with('"');
  std::string word = quoted ? take_quoted(text) : take_word(text);
  if (word.empty()) bad("it wants a field", at);
  const std::size_t dot = quoted ? std::string::npos : word.find('.');
  if (dot == std::string::npos) return {Entity::attribute, known_attribute(word, attributes, at)};
  const Entity entity = entity_named(word.substr(0, dot), at);
  std::string key = word.substr(dot + 1);
  if (key.empty() && (text.starts_with('`') || text.starts_with('"'))) key = take_quoted(text);
  if (key.empty()) bad("a key is missing", at);
  return {entity, entity == Entity::attribute ? known_attribute(key, attributes, at) : key};
}

Filter::Clause Filter::take_clause(std::string_view& text, const Attributes& attributes) {
  Clause out;
  out.field = take_field(text, attributes);
  const bool wants_number = attributes.is_number(out.field);
  skip_blanks(text);
  out.comparator = take_comparator(text);
  skip_blanks(text);
  const bool compares_numbers = out.comparator.find_first_of("<>") != std::string::npos;
  if (out.comparator.ends_with("IN")) {
    out.texts = take_list(text);
  } else if (text.starts_with('\'') || text.starts_with('"')) {
    out.texts = {take_quoted(text)};
  } else {
    const auto number = run::number_in(take_word(text));
    if (!number || !wants_number) bad("it wants a text in quotes", text);
    out.number = *number;
  }
  if (wants_number != out.texts.empty()) bad("numbers are compared with numbers, without quotes", text);
  if (!wants_number && compares_numbers) bad("texts are compared by = != LIKE ILIKE IN", text);
  return out;
}

Filter::Filter(std::string_view text, const Attributes& attributes) {
  skip_blanks(text);
  while (!text.empty()) {
    clauses_.push_back(take_clause(text, attributes));
    skip_blanks(text);
    if (text.empty()) break;
    if (!take(text, "AND")) bad("it wants AND", text);
    skip_blanks(text);
    if (text.empty()) bad("nothing follows AND", text);
  }
}

bool Filter::fits(const Clause& clause, const Found& found) {
  if (const double* number = std::get_if<double>(&found))
    return compares(*number, clause.comparator, clause.number);
  const std::string* text = std::get_if<std::string>(&found);
  return text != nullptr && compares(*text, clause.comparator, clause.texts);
}

}  // namespace mlops::mlflow
