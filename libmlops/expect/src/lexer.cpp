#include "src/lexer.hpp"

#include <fmt/core.h>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace mlops::expect {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_name(char c) { return is_letter(c) || is_digit(c); }

constexpr std::array keywords = {"and", "or", "not", "in"};
constexpr std::array suffixes = {Unit::us, Unit::ms, Unit::s,         Unit::m,         Unit::h,
                                 Unit::d,  Unit::w,  Unit::kilobytes, Unit::megabytes, Unit::gigabytes};

/// Signs of other languages that people write here.
struct Foreign {
  std::string_view sign;
  std::string_view hint;
};
constexpr std::array foreign = {
    Foreign{"==", "equality is written `=`"},
    Foreign{"<>", "write `!=`"},
    Foreign{"=<", "write `<=`"},
    Foreign{"=>", "write `>=`"},
    Foreign{"&&", "write `and`"},
    Foreign{"||", "write `or`"},
    Foreign{"!", "write `not`"},
    Foreign{"&", "write `and`"},
    Foreign{"|", "write `or`"},
    Foreign{"%", "a unit stands right behind its number: `1%`"},
    Foreign{"[", "a set stands in braces: `plan in {free, pro}`"},
    Foreign{"~", "a regular expression is asked with `match(column, /.../)`"},
    Foreign{"$", "a name with '$' stands in backticks"},
    Foreign{";", "each assertion is an item of its own"},
};

/// Longer ones first.
constexpr std::array<std::string_view, 19> signs = {"..", "<=", ">=", "!=", "<", ">", "=", "+", "-", "*",
                                                    "/",  "(",  ")",  "{",  "}", ",", ".", "@", ":"};

/// The character at `at`, whole, for a message.
std::string character(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x20 || byte == 0x7F) return fmt::format("a control character (0x{:02x})", byte);
  return fmt::format("'{}'", text.substr(at, end - at));
}

/// "MiB", "mb", "Gib"
bool is_like_size(std::string_view word) {
  const std::string small = lowered(word);
  return small.size() <= 3 && small.ends_with('b') &&
         std::string_view("kmgt").find(small.front()) != std::string_view::npos;
}

}  // namespace

bool is_keyword(std::string_view word) {
  return std::find(keywords.begin(), keywords.end(), word) != keywords.end();
}

bool is_plain_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), is_name) &&
         !is_keyword(text);
}

Word Lexer::next() {
  while (is_space(peek())) ++at_;
  if (at_ == text_.size()) return {.kind = Word::Kind::end, .at = {at_, at_}};
  const char c = peek();
  if (is_letter(c)) return name();
  if (is_digit(c)) return number();
  if (c == '\'' || c == '"') return quoted(c);
  if (c == '`') return backticks();
  return sign();
}

Word Lexer::name() {
  const std::size_t begin = at_;
  while (is_name(peek())) ++at_;
  const std::string_view word = text_.substr(begin, at_ - begin);
  return {.kind = is_keyword(word) ? Word::Kind::keyword : Word::Kind::name,
          .at = {begin, at_},
          .text = std::string(word)};
}

Word Lexer::backticks() {
  Word word = quoted('`');
  if (word.text.empty()) throw Fault{word.at.begin, "a name in backticks is empty"};
  word.kind = Word::Kind::name;
  word.quoted = true;
  return word;
}

void Lexer::digits() {
  while (is_digit(peek()) || (peek() == '_' && is_digit(peek(1)))) ++at_;
}

Word Lexer::number() {
  const std::size_t begin = at_;
  digits();
  if (peek() == '.' && is_digit(peek(1))) {
    ++at_;
    digits();
  }
  const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
  if ((peek() == 'e' || peek() == 'E') && is_digit(peek(1 + sign))) {
    at_ += 1 + sign;
    digits();
  }
  Word word{.kind = Word::Kind::number};
  std::remove_copy(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                   text_.begin() + static_cast<std::ptrdiff_t>(at_), std::back_inserter(word.text), '_');
  word.unit = unit(begin);
  word.at = {begin, at_};
  const double value = std::strtod(word.text.c_str(), nullptr) * scale_of(word.unit);
  if (!std::isfinite(value)) throw Fault{begin, fmt::format("the number '{}' is too large", word.text)};
  return word;
}

Unit Lexer::unit(std::size_t begin) {
  if (peek() == '%') {
    ++at_;
    return Unit::percent;
  }
  const std::size_t start = at_;
  while (is_name(peek())) ++at_;
  const std::string_view word = text_.substr(start, at_ - start);
  if (word.empty()) return Unit::none;
  if (word == "kB") return Unit::kilobytes;
  std::vector<std::string> known;
  for (const Unit unit : suffixes) {
    if (name_of(unit) == word) return unit;
    known.emplace_back(name_of(unit));
  }
  if (is_like_size(word))
    throw Fault{start, fmt::format("'{}' is no unit", word), "units of sizes are `KB`, `MB` and `GB`"};
  const std::vector<std::string> near = near_misses(word, known);
  const bool name = text_[begin] != '0' && word.size() > 3 && near.empty();
  throw Fault{start, fmt::format("'{}' is no unit", word),
              name ? "a name that begins with a digit stands in backticks"
                   : fmt::format("units are {}", near.empty() ? "`%`, " + one_of(known) : one_of(near))};
}

Word Lexer::quoted(char quote) {
  const std::size_t begin = at_++;
  Word word{.kind = Word::Kind::text};
  for (;; ++at_) {
    if (at_ == text_.size())
      throw Fault{begin, fmt::format("the {} is not closed", quote == '`' ? "backtick" : "quote")};
    if (peek() == quote && peek(1) != quote) break;
    if (peek() == quote) ++at_;
    word.text += text_[at_];
  }
  word.at = {begin, ++at_};
  return word;
}

Word Lexer::regex(std::size_t begin) {
  at_ = begin + 1;
  Word word{.kind = Word::Kind::text};
  for (; peek() != '/'; ++at_) {
    if (at_ >= text_.size() || peek() == '\n') {
      throw Fault{begin, "the regular expression is not closed",
                  "it ends with a slash; a slash inside of it has a backslash: `\\/`"};
    }
    if (peek() == '\\' && at_ + 1 < text_.size()) {
      if (peek(1) != '/') word.text += '\\';
      ++at_;
    }
    word.text += text_[at_];
  }
  word.at = {begin, ++at_};
  if (word.text.empty()) throw Fault{begin, "the regular expression is empty"};
  if (is_name(peek()))
    throw Fault{at_, "a regular expression has no flags behind it", "flags stand inside: `/(?i).../`"};
  return word;
}

Word Lexer::sign() {
  const std::string_view rest = text_.substr(at_);
  const auto starts = [rest](std::string_view sign) { return rest.starts_with(sign); };
  const auto other =
      std::find_if(foreign.begin(), foreign.end(), [&](const Foreign& one) { return starts(one.sign); });
  const auto known = std::find_if(signs.begin(), signs.end(), starts);
  // "!=" is ours, "!" is not.
  if (known != signs.end() && (other == foreign.end() || known->size() >= other->sign.size())) {
    const std::size_t begin = at_;
    at_ += known->size();
    return {.kind = Word::Kind::sign, .at = {begin, at_}, .text = std::string(*known)};
  }
  if (other != foreign.end()) {
    throw Fault{at_, fmt::format("'{}' is no sign of an assertion", other->sign), std::string(other->hint)};
  }
  throw Fault{at_, fmt::format("{} means nothing here", character(text_, at_)),
              "a name with such characters stands in backticks"};
}

}  // namespace mlops::expect
