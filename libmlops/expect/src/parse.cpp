#include <mlops/expect/parse.hpp>
#include <mlops/expect/signature.hpp>

#include <fmt/core.h>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "src/lexer.hpp"

namespace mlops::expect {
namespace {

constexpr std::size_t most_bytes = 64 * 1024;
constexpr int most_depth = 100;

constexpr std::array comparisons = {
    std::pair{"<", Kind::less},           std::pair{"<=", Kind::less_equal}, std::pair{">", Kind::greater},
    std::pair{">=", Kind::greater_equal}, std::pair{"=", Kind::equal},       std::pair{"!=", Kind::not_equal},
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), lexer_(text), word_(lexer_.next()) {}

  Assertion run() {
    if (word_.kind == Word::Kind::end) throw Fault{0, "the assertion is empty", "for example `rows > 0`"};
    Assertion out{either()};
    if (word_.kind != Word::Kind::end) throw unexpected();
    return out;
  }

 private:
  Word take() { return std::exchange(word_, lexer_.next()); }
  bool accept(std::string_view sign) {
    if (!word_.is(sign)) return false;
    take();
    return true;
  }
  void demand(std::string_view sign, const Place& opened) {
    if (accept(sign)) return;
    if (word_.kind != Word::Kind::end) throw unexpected();
    throw Fault{opened.begin, fmt::format("the '{}' is not closed", text_[opened.begin]),
                fmt::format("a '{}' is missing", sign)};
  }
  Fault unexpected() const;
  std::string shown() const {
    return std::string(text_.substr(word_.at.begin, word_.at.end - word_.at.begin));
  }

  /// Counts the levels that a recursion or a chain of signs makes.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) { deepen(); }
    ~Level() { parser_.depth_ -= levels_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    void deepen() {
      ++levels_;
      if (++parser_.depth_ <= most_depth) return;
      parser_.depth_ -= levels_;
      levels_ = 0;
      throw Fault{parser_.word_.at.begin, "the assertion is too deep", "split it into several"};
    }

   private:
    Parser& parser_;
    int levels_ = 0;
  };

  Expr node(Kind kind, std::vector<Expr> operands) {
    const Place at{operands.front().at.begin, operands.back().at.end};
    return {.kind = kind, .at = at, .operands = std::move(operands)};
  }

  Expr chain(std::string_view keyword, Kind kind, Expr (Parser::*part)()) {
    std::vector<Expr> parts;
    parts.push_back((this->*part)());
    while (word_.is_keyword(keyword)) {
      take();
      parts.push_back((this->*part)());
    }
    return parts.size() == 1 ? std::move(parts.front()) : node(kind, std::move(parts));
  }
  Expr either() {
    const Level level(*this);
    return chain("or", Kind::logical_or, &Parser::both);
  }
  Expr both() { return chain("and", Kind::logical_and, &Parser::negation); }
  Expr negation();
  Expr test();
  Expr comparison(Expr left, Kind kind);
  Expr membership(Expr value);
  Expr member();
  Expr sum();
  Expr term();
  Expr factor();
  Expr number();
  Expr group();
  Expr named();
  void arguments(Expr& call);
  void argument(Expr& call);

  std::string_view text_;
  Lexer lexer_;
  Word word_;
  int depth_ = 0;
  std::optional<std::size_t> perhaps_set_ = {};  ///< A bracket right behind `in`.
};

/// `AND`, `!`, `between`: what is meant is known.
std::string hint_for(std::string_view word) {
  const std::string small = lowered(word);
  if (small != word && is_keyword(small)) return fmt::format("write `{}`", small);
  if (small == "between") return "write `amount in 0..100`";
  if (small == "is") return "nulls are asked with `null(column)`, equality with `=`";
  if (small == "like" || small == "matches")
    return "a regular expression is asked with `match(column, /.../)`";
  if (small == "by") return "a slice is named by its column alone: `worst(auc, distance)`";
  if (small == "not") return "write `not plan in {free, pro}`";
  return "";
}

Fault Parser::unexpected() const {
  if (word_.kind == Word::Kind::end) return {word_.at.begin, "something is missing at the end"};
  std::string hint = hint_for(shown());
  if (word_.is(":")) hint = "only `: warn` or `: error` stands behind an assertion";
  if (const std::string unit = lowered(shown()); unit == "kb" || unit == "mb" || unit == "gb")
    hint = fmt::format("a unit stands right behind its number: `20{}B`", unit == "kb"   ? 'K'
                                                                         : unit == "mb" ? 'M'
                                                                                        : 'G');
  if (word_.is("..")) hint = "a range stands behind `in`: `amount in 0..100`";
  if (word_.is("@")) hint = "`@ 95%` stands behind a comparison of model metrics";
  if (hint.empty() && word_.kind == Word::Kind::name)
    hint = "between two values stands a sign, such as `<`, or a word, such as `and`";
  return {word_.at.begin, fmt::format("'{}' is not expected here", shown()), std::move(hint)};
}

Expr Parser::negation() {
  if (!word_.is_keyword("not")) return test();
  const Level level(*this);
  const std::size_t begin = take().at.begin;
  Expr inner = negation();
  const std::size_t end = inner.at.end;
  std::vector<Expr> operands;
  operands.push_back(std::move(inner));
  return {.kind = Kind::logical_not, .at = {begin, end}, .operands = std::move(operands)};
}

Expr Parser::test() {
  Expr left = sum();
  if (word_.is_keyword("in")) return membership(std::move(left));
  for (const auto& [sign, kind] : comparisons) {
    if (word_.is(sign)) return comparison(std::move(left), kind);
  }
  return left;
}

Expr Parser::comparison(Expr left, Kind kind) {
  take();
  std::vector<Expr> operands;
  operands.push_back(std::move(left));
  operands.push_back(sum());
  Expr out = node(kind, std::move(operands));
  if (accept("@")) {
    if (word_.kind != Word::Kind::number || word_.unit != Unit::percent)
      throw Fault{word_.at.begin, "behind '@' stands a confidence",
                  "for example `auc >= champion.auc @ 95%`"};
    const double value = value_of({.text = word_.text, .unit = word_.unit});
    if (value <= 0 || value >= 1)
      throw Fault{word_.at.begin, fmt::format("a confidence is between 0% and 100%, not {}", shown())};
    const Word level = take();
    out.confidence = level.text;
    out.at.end = level.at.end;
  }
  const bool chained = std::any_of(comparisons.begin(), comparisons.end(),
                                   [this](const auto& row) { return word_.is(row.first); });
  if (chained)
    throw Fault{word_.at.begin, "comparisons are not chained", "write `a < b and b < c`, or `b in a..c`"};
  return out;
}

Expr Parser::membership(Expr value) {
  const Place in = take().at;
  std::vector<Expr> operands;
  operands.push_back(std::move(value));
  const Place opened = word_.at;
  if (!accept("{")) {
    if (word_.is("(")) perhaps_set_ = word_.at.begin;
    operands.push_back(sum());
    if (!accept(".."))
      throw Fault{word_.kind == Word::Kind::end ? in.begin : word_.at.begin,
                  "behind 'in' stands a range or a set",
                  "for example `amount in 0..100`, `plan in {free, pro}`"};
    operands.push_back(sum());
    return node(Kind::in_range, std::move(operands));
  }
  do operands.push_back(member());
  while (accept(","));
  const std::size_t end = word_.at.end;
  demand("}", opened);
  Expr out = node(Kind::in_set, std::move(operands));
  out.at.end = end;
  return out;
}

Expr Parser::member() {
  const Place at = word_.at;
  if (accept("-")) {
    if (word_.kind != Word::Kind::number) throw unexpected();
    std::vector<Expr> operands;
    operands.push_back(number());
    const std::size_t end = operands.front().at.end;
    return {.kind = Kind::negate, .at = {at.begin, end}, .operands = std::move(operands)};
  }
  if (word_.kind == Word::Kind::number) return number();
  const bool word =
      word_.kind == Word::Kind::name || word_.kind == Word::Kind::keyword || word_.kind == Word::Kind::text;
  if (word_.is("}")) throw Fault{at.begin, "a value is missing in the set"};
  if (!word) throw unexpected();
  return {.kind = Kind::text, .at = at, .text = take().text};
}

Expr Parser::sum() {
  Level level(*this);
  Expr left = term();
  while (word_.is("+") || word_.is("-")) {
    level.deepen();
    const Kind kind = take().text == "+" ? Kind::add : Kind::subtract;
    std::vector<Expr> operands;
    operands.push_back(std::move(left));
    operands.push_back(term());
    left = node(kind, std::move(operands));
  }
  return left;
}

Expr Parser::term() {
  Level level(*this);
  Expr left = factor();
  while (word_.is("*") || word_.is("/")) {
    level.deepen();
    const Kind kind = take().text == "*" ? Kind::multiply : Kind::divide;
    std::vector<Expr> operands;
    operands.push_back(std::move(left));
    operands.push_back(factor());
    left = node(kind, std::move(operands));
  }
  return left;
}

Expr Parser::number() {
  Word word = take();
  return {.kind = Kind::number, .at = word.at, .text = std::move(word.text), .unit = word.unit};
}

Expr Parser::factor() {
  const Level level(*this);
  if (word_.kind == Word::Kind::number) return number();
  if (word_.kind == Word::Kind::name) return named();
  if (word_.kind == Word::Kind::text) {
    Word word = take();
    return {.kind = Kind::text, .at = word.at, .text = std::move(word.text)};
  }
  if (word_.is("/")) {
    Word word = lexer_.regex(word_.at.begin);
    take();
    return {.kind = Kind::regex, .at = word.at, .text = std::move(word.text)};
  }
  if (word_.is("(")) return group();
  if (word_.is("-")) {
    const std::size_t begin = take().at.begin;
    std::vector<Expr> operands;
    operands.push_back(factor());
    const std::size_t end = operands.front().at.end;
    return {.kind = Kind::negate, .at = {begin, end}, .operands = std::move(operands)};
  }
  if (word_.is("*"))
    throw Fault{word_.at.begin, "'*' means every column only as the one argument of a function"};
  if (word_.is(".")) throw Fault{word_.at.begin, "a number begins with a digit", "write `0.5`"};
  if (word_.is("{")) throw Fault{word_.at.begin, "a set stands behind 'in'", "write `plan in {free, pro}`"};
  if (word_.is_keyword("in") || word_.is_keyword("and") || word_.is_keyword("or"))
    throw Fault{word_.at.begin, fmt::format("a value is missing before '{}'", word_.text),
                fmt::format("a column of that name stands in backticks: `` `{}` ``", word_.text)};
  throw unexpected();
}

Expr Parser::group() {
  const Place opened = take().at;
  Expr inner = either();
  if (word_.is(",") && perhaps_set_ == opened.begin)
    throw Fault{opened.begin, "a set stands in braces", "write `plan in {free, pro}`"};
  demand(")", opened);
  return inner;
}

Expr Parser::named() {
  Expr out{.kind = Kind::name, .at = word_.at};
  for (;;) {
    if (word_.kind != Word::Kind::name) throw unexpected();
    Word word = take();
    out.at.end = word.at.end;
    out.path.push_back({std::move(word.text), word.quoted, word.at});
    if (!accept(".")) break;
  }
  if (word_.is("(")) {
    if (out.path.back().quoted)
      throw Fault{out.path.back().at.begin, "the name of a function has no backticks"};
    arguments(out);
  }
  return out;
}

void Parser::arguments(Expr& call) {
  call.kind = Kind::call;
  const Place opened = take().at;
  if (word_.is("*")) {
    call.operands.push_back({.kind = Kind::star, .at = take().at});
    call.argument_names.emplace_back();
    if (word_.is(",")) throw Fault{word_.at.begin, "beside '*' stands no other argument"};
  } else if (!word_.is(")")) {
    do argument(call);
    while (accept(","));
  }
  call.at.end = word_.at.end;
  demand(")", opened);
}

/// `by=customer_id`: a name and a single '=' name the argument.
void Parser::argument(Expr& call) {
  const Word first = word_;
  Lexer ahead = lexer_;
  const bool plain = first.kind == Word::Kind::name && !first.quoted;
  std::string name;
  if (plain && !is_test(call.path.back().text, first.text) && ahead.next().is("=")) {
    take();
    take();
    name = first.text;
    const auto& names = call.argument_names;
    if (std::find(names.begin(), names.end(), name) != names.end())
      throw Fault{first.at.begin, fmt::format("the argument '{}' is given twice", name)};
  } else if (!call.argument_names.empty() && !call.argument_names.back().empty()) {
    throw Fault{first.at.begin, "an argument without a name stands before those with one"};
  }
  if (word_.is("*")) throw Fault{word_.at.begin, "beside '*' stands no other argument"};
  call.argument_names.push_back(std::move(name));
  call.operands.push_back(either());
}

}  // namespace

bool is_test(std::string_view function, std::string_view name) {
  for (const Signature& known : signatures()) {
    if (known.name != function) continue;
    const auto& wanted = known.arguments;
    const auto is_named = [name](const Argument& one) { return one.name == name; };
    const auto takes_test = [](const Argument& one) { return one.kind == ArgumentKind::test; };
    return std::any_of(wanted.begin(), wanted.end(), takes_test) &&
           std::none_of(wanted.begin(), wanted.end(), is_named);
  }
  return false;
}

std::variant<Assertion, Fault> parse(std::string_view text) {
  if (text.size() > most_bytes) return Fault{0, "the assertion is longer than 64 KiB"};
  if (!is_utf8(text)) return Fault{0, "the assertion is not UTF-8"};
  try {
    return Parser(text).run();
  } catch (Fault& fault) {
    return std::move(fault);
  }
}

}  // namespace mlops::expect
