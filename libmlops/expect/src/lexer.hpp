#pragma once
/// The words of an assertion, one at a time.

#include <mlops/expect/ast.hpp>
#include <mlops/expect/parse.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace mlops::expect {

struct Word {
  enum class Kind { end, number, text, name, keyword, sign };
  Kind kind = Kind::end;
  Place at = {};
  std::string text = {};  ///< Of numbers the digits, of texts what stands between the quotes.
  Unit unit = Unit::none;
  bool quoted = false;  ///< A name in backticks.

  bool is(std::string_view sign) const { return kind == Kind::sign && text == sign; }
  bool is_keyword(std::string_view word) const { return kind == Kind::keyword && text == word; }
};

/// `and`, `or`, `not`, `in`.
bool is_keyword(std::string_view word);
/// Whether a name needs no backticks.
bool is_plain_name(std::string_view text);

/// Throws Fault for what is no word at all.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Word next();
  /// The regular expression that begins with the slash at `begin`, and goes on behind it.
  Word regex(std::size_t begin);

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  Word name();
  Word backticks();
  Word number();
  void digits();
  Unit unit(std::size_t begin);
  Word quoted(char quote);
  Word sign();

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace mlops::expect
