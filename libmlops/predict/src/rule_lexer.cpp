#include "src/rule_lexer.hpp"

#include <array>
#include <cctype>

#include "src/characters.hpp"
#include "src/rule_tree.hpp"

namespace mlops::predict {
namespace {

bool begins_name(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool goes_on(char c) { return begins_name(c) || is_digit(c) || c == '$'; }

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<RuleWord> run() {
    std::vector<RuleWord> words;
    for (;;) {
      skip();
      words.push_back(next());
      if (words.back().kind == RuleWord::Kind::end) return words;
    }
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void skip() {
    for (;;) {
      if (at_ < text_.size() && std::isspace(static_cast<unsigned char>(peek())) != 0) ++at_;
      else if (peek() == '-' && peek(1) == '-') at_ = std::min(text_.find('\n', at_), text_.size());
      else if (peek() == '/' && peek(1) == '*') skip_comment();
      else return;
    }
  }

  void skip_comment() {
    const std::size_t end = text_.find("*/", at_ + 2);
    if (end == std::string_view::npos) refuse_rule(text_, at_, "the comment has no end");
    at_ = end + 2;
  }

  RuleWord next() {
    const std::size_t start = at_;
    if (at_ == text_.size()) return {RuleWord::Kind::end, start};
    const char c = peek();
    if (begins_name(c)) return name(start);
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number(start);
    if (c == '\'') return {RuleWord::Kind::text, start, quoted('\'')};
    if (c == '"') return {RuleWord::Kind::quoted, start, quoted('"')};
    return sign(start);
  }

  RuleWord name(std::size_t start) {
    while (at_ < text_.size() && goes_on(peek())) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    return {RuleWord::Kind::name, start, std::string(word), upper(word)};
  }

  void digits() {
    while (is_digit(peek()) || (peek() == '_' && is_digit(peek(1)))) ++at_;
  }

  RuleWord number(std::size_t start) {
    digits();
    if (peek() == '.') {
      ++at_;
      digits();
    }
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if ((peek() == 'e' || peek() == 'E') && is_digit(peek(1 + sign))) {
      at_ += 1 + sign;
      digits();
    }
    if (goes_on(peek())) refuse_rule(text_, start, "a name does not begin with a digit");
    std::string out;
    for (const char c : text_.substr(start, at_ - start)) {
      if (c != '_') out += c;
    }
    return {RuleWord::Kind::number, start, std::move(out)};
  }

  /// A quote is doubled inside of quotes.
  std::string quoted(char quote) {
    const std::size_t start = at_++;
    std::string out;
    for (;;) {
      if (at_ == text_.size()) refuse_rule(text_, start, "the quote is not closed");
      if (peek() == quote && peek(1) != quote) break;
      if (peek() == quote) ++at_;
      out += text_[at_++];
    }
    ++at_;
    return out;
  }

  RuleWord sign(std::size_t start) {
    static constexpr std::array<std::string_view, 21> signs{"::", "<=", ">=", "<>", "!=", "==", "//",
                                                            "+",  "-",  "*",  "/",  "%",  "(",  ")",
                                                            ",",  "=",  "<",  ">",  ".",  "||", "^"};
    for (const std::string_view sign : signs) {
      if (!text_.substr(at_).starts_with(sign)) continue;
      at_ += sign.size();
      return {RuleWord::Kind::sign, start, std::string(sign)};
    }
    std::string seen(1, peek());
    refuse_rule(text_, start, "'" + seen + "' is not part of a rule");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<RuleWord> words_of(std::string_view rule) { return Lexer(rule).run(); }

}  // namespace mlops::predict
