/// The grammar of a rule, with the precedences of DuckDB (PostgreSQL's): OR, AND, NOT, IS, comparisons,
/// BETWEEN and IN, || (Dialect::sql), + and -, * / // %, ^ (Dialect::sql), signs, ::.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "src/calendar.hpp"
#include "src/rule_lexer.hpp"
#include "src/rule_tree.hpp"

namespace mlops::predict {
namespace {

struct Function {
  std::string_view name;
  RuleOp op;
  std::size_t least;
  std::size_t most;
};

constexpr std::size_t any = static_cast<std::size_t>(-1);
constexpr std::array functions{
    Function{"COALESCE", RuleOp::coalesce, 1, any}, Function{"LEAST", RuleOp::least, 1, any},
    Function{"GREATEST", RuleOp::greatest, 1, any}, Function{"ABS", RuleOp::absolute, 1, 1},
    Function{"FLOOR", RuleOp::floor, 1, 1},         Function{"CEIL", RuleOp::ceiling, 1, 1},
    Function{"CEILING", RuleOp::ceiling, 1, 1},     Function{"ROUND", RuleOp::round, 1, 2}};

struct CastName {
  std::string_view name;
  RuleType type;
  int bits;
};

constexpr std::array casts{
    CastName{"DOUBLE", RuleType::number, 0},   CastName{"FLOAT8", RuleType::number, 0},
    CastName{"INT", RuleType::integer, 32},    CastName{"INTEGER", RuleType::integer, 32},
    CastName{"INT4", RuleType::integer, 32},   CastName{"SMALLINT", RuleType::integer, 16},
    CastName{"TINYINT", RuleType::integer, 8}, CastName{"BIGINT", RuleType::integer, 64},
    CastName{"INT8", RuleType::integer, 64},   CastName{"LONG", RuleType::integer, 64},
    CastName{"BOOLEAN", RuleType::flag, 0},    CastName{"BOOL", RuleType::flag, 0}};

constexpr std::array sql_casts{CastName{"VARCHAR", RuleType::text, 0}, CastName{"DATE", RuleType::date, 0},
                               CastName{"TIMESTAMP", RuleType::moment, 0}};

/// Words that are no names of columns unless they stand in double quotes.
constexpr std::array<std::string_view, 34> reserved{
    "CASE",  "WHEN",    "THEN",     "ELSE",    "END",    "AND",    "OR",    "NOT",   "IS",
    "NULL",  "IN",      "TRUE",     "FALSE",   "CAST",   "SELECT", "FROM",  "WHERE", "LIKE",
    "ILIKE", "SIMILAR", "GLOB",     "EXISTS",  "ANY",    "ALL",    "UNION", "ORDER", "GROUP",
    "LIMIT", "HAVING",  "DISTINCT", "COLLATE", "LAMBDA", "WITH",   "USING"};

bool is_reserved(const RuleWord& word) {
  if (word.kind != RuleWord::Kind::name) return false;
  for (const std::string_view one : reserved) {
    if (word.upper == one) return true;
  }
  return false;
}

class Parser {
 public:
  Parser(std::string_view text, Dialect dialect) : text_(text), dialect_(dialect), words_(words_of(text)) {}

  RuleNode run() {
    if (now().kind == RuleWord::Kind::end) refuse_rule(text_, 0, "the rule is empty");
    RuleNode node = expression();
    if (now().kind != RuleWord::Kind::end) refuse_word("the end of the rule");
    return node;
  }

 private:
  static constexpr int deepest = 200;

  /// Counts how deep the expression is, so that no text can use up the stack.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) {
      if (++parser.depth_ > deepest)
        refuse_rule(parser.text_, parser.now().at, fmt::format("more than {} levels are too deep", deepest));
    }
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Parser& parser_;
  };

  const RuleWord& now() const { return words_[next_]; }
  const RuleWord& behind(std::size_t words = 1) const {
    return words_[std::min(next_ + words, words_.size() - 1)];
  }
  bool is_sign(std::string_view sign) const {
    return now().kind == RuleWord::Kind::sign && now().text == sign;
  }
  bool is_word(std::string_view word) const {
    return now().kind == RuleWord::Kind::name && now().upper == word;
  }
  bool take_sign(std::string_view sign) { return is_sign(sign) ? (++next_, true) : false; }
  bool take_word(std::string_view word) { return is_word(word) ? (++next_, true) : false; }
  void want_sign(std::string_view sign) {
    if (!take_sign(sign)) refuse_word(fmt::format("'{}'", sign));
  }
  void want_word(std::string_view word) {
    if (!take_word(word)) refuse_word(std::string(word));
  }

  [[noreturn]] void refuse_word(const std::string& wanted) const {
    if (now().kind == RuleWord::Kind::end) refuse_rule(text_, now().at, fmt::format("{} is missing", wanted));
    for (const char* no : {"LIKE", "ILIKE", "SIMILAR", "GLOB", "SELECT", "EXISTS", "COLLATE", "DISTINCT"}) {
      if (is_word(no)) refuse_rule(text_, now().at, fmt::format("{} is not part of a rule", no));
    }
    for (const char* no : {"||", "^"}) {
      if (is_sign(no)) refuse_rule(text_, now().at, fmt::format("'{}' is not part of a rule", no));
    }
    refuse_rule(text_, now().at, fmt::format("'{}' where {} is wanted", now().text, wanted));
  }

  static RuleNode node(RuleOp op, std::size_t at, std::vector<RuleNode> parts) {
    return {.op = op, .at = at, .parts = std::move(parts)};
  }
  static RuleNode binary(RuleOp op, std::size_t at, RuleNode left, RuleNode right) {
    std::vector<RuleNode> parts;
    parts.push_back(std::move(left));
    parts.push_back(std::move(right));
    return node(op, at, std::move(parts));
  }
  static RuleNode unary(RuleOp op, std::size_t at, RuleNode part) {
    std::vector<RuleNode> parts;
    parts.push_back(std::move(part));
    return node(op, at, std::move(parts));
  }

  RuleNode expression() {
    const Level level(*this);
    RuleNode left = conjunction();
    while (is_word("OR")) {
      const std::size_t at = words_[next_++].at;
      left = binary(RuleOp::either, at, std::move(left), conjunction());
    }
    return left;
  }

  RuleNode conjunction() {
    RuleNode left = negation();
    while (is_word("AND")) {
      const std::size_t at = words_[next_++].at;
      left = binary(RuleOp::both, at, std::move(left), negation());
    }
    return left;
  }

  RuleNode negation() {
    if (!is_word("NOT")) return test();
    const Level level(*this);
    const std::size_t at = words_[next_++].at;
    return unary(RuleOp::invert, at, negation());
  }

  RuleNode test() {
    RuleNode left = comparison();
    while (is_word("IS")) {
      const std::size_t at = words_[next_++].at;
      const bool negated = take_word("NOT");
      want_word("NULL");
      left = unary(RuleOp::is_null, at, std::move(left));
      if (negated) left = unary(RuleOp::invert, at, std::move(left));
    }
    return left;
  }

  std::optional<RuleOp> comparing() const {
    static constexpr std::array<std::pair<std::string_view, RuleOp>, 8> signs{
        {{"=", RuleOp::equal},
         {"==", RuleOp::equal},
         {"<>", RuleOp::unequal},
         {"!=", RuleOp::unequal},
         {"<", RuleOp::less},
         {"<=", RuleOp::less_equal},
         {">", RuleOp::greater},
         {">=", RuleOp::greater_equal}}};
    for (const auto& [sign, op] : signs) {
      if (is_sign(sign)) return op;
    }
    return std::nullopt;
  }

  RuleNode comparison() {
    RuleNode left = membership();
    const auto op = comparing();
    if (!op) return left;
    const std::size_t at = words_[next_++].at;
    left = binary(*op, at, std::move(left), membership());
    if (comparing())
      refuse_rule(text_, now().at, "comparisons do not follow one another", "join them with AND");
    return left;
  }

  RuleNode membership() {
    RuleNode left = joined();
    const std::size_t at = now().at;
    const bool negated = is_word("NOT") && (behind().upper == "IN" || behind().upper == "BETWEEN");
    if (negated) ++next_;
    if (take_word("IN")) left = list_of(std::move(left), at);
    else if (take_word("BETWEEN")) left = bounds_of(std::move(left), at);
    else return left;
    return negated ? unary(RuleOp::invert, at, std::move(left)) : std::move(left);
  }

  RuleNode list_of(RuleNode left, std::size_t at) {
    want_sign("(");
    RuleNode in = unary(RuleOp::in, at, std::move(left));
    do in.parts.push_back(expression());
    while (take_sign(","));
    want_sign(")");
    return in;
  }

  RuleNode bounds_of(RuleNode left, std::size_t at) {
    RuleNode between = unary(RuleOp::between, at, std::move(left));
    between.parts.push_back(joined());
    want_word("AND");
    between.parts.push_back(joined());
    return between;
  }

  RuleNode joined() {
    RuleNode left = sum();
    while (dialect_ == Dialect::sql && is_sign("||")) {
      const std::size_t at = words_[next_++].at;
      left = binary(RuleOp::concatenate, at, std::move(left), sum());
    }
    return left;
  }

  RuleNode sum() {
    RuleNode left = product();
    while (is_sign("+") || is_sign("-")) {
      const RuleWord& sign = words_[next_++];
      left = binary(sign.text == "+" ? RuleOp::add : RuleOp::subtract, sign.at, std::move(left), product());
    }
    return left;
  }

  RuleNode product() {
    RuleNode left = power();
    for (;;) {
      const RuleOp op = is_sign("*")    ? RuleOp::multiply
                        : is_sign("/")  ? RuleOp::divide
                        : is_sign("//") ? RuleOp::divide_whole
                        : is_sign("%")  ? RuleOp::modulo
                                        : RuleOp::literal;
      if (op == RuleOp::literal) return left;
      const std::size_t at = words_[next_++].at;
      left = binary(op, at, std::move(left), power());
    }
  }

  RuleNode power() {
    RuleNode left = signed_value();
    while (dialect_ == Dialect::sql && is_sign("^")) {
      const std::size_t at = words_[next_++].at;
      left = binary(RuleOp::power, at, std::move(left), signed_value());
    }
    return left;
  }

  RuleNode signed_value() {
    if (!is_sign("-") && !is_sign("+")) return cast_value();
    const Level level(*this);
    const std::size_t at = now().at;
    if (take_sign("-")) return unary(RuleOp::negate, at, signed_value());
    // `+x` is x, and only a number can have a sign: negated twice it is the same and checked.
    take_sign("+");
    return unary(RuleOp::negate, at, unary(RuleOp::negate, at, signed_value()));
  }

  RuleNode cast_value() {
    RuleNode value = primary();
    while (is_sign("::")) {
      const std::size_t at = words_[next_++].at;
      value = cast_to(std::move(value), at);
    }
    return value;
  }

  const CastName* cast_named(const RuleWord& word) const {
    if (word.kind != RuleWord::Kind::name) return nullptr;
    for (const CastName& cast : casts) {
      if (word.upper == cast.name) return &cast;
    }
    for (const CastName& cast : sql_casts) {
      if (dialect_ == Dialect::sql && word.upper == cast.name) return &cast;
    }
    return nullptr;
  }

  RuleNode cast_to(RuleNode value, std::size_t at) {
    const RuleWord& word = now();
    if (const CastName* cast = cast_named(word)) {
      ++next_;
      if (cast->name == "DOUBLE") take_word("PRECISION");
      RuleNode out = unary(RuleOp::cast, at, std::move(value));
      out.type = cast->type;
      out.bits = cast->bits;
      out.text = cast->name;
      return out;
    }
    if (word.kind == RuleWord::Kind::end) refuse_word("a type");
    refuse_rule(text_, word.at, fmt::format("a rule cannot cast to {}", word.text),
                "DOUBLE, INT, BIGINT and BOOLEAN are known");
  }

  RuleNode primary() {
    const RuleWord& word = now();
    switch (word.kind) {
      case RuleWord::Kind::number:
        ++next_;
        return number(word);
      case RuleWord::Kind::text:
        ++next_;
        return {.type = RuleType::text, .at = word.at, .text = word.text};
      case RuleWord::Kind::quoted:
        ++next_;
        return input(word);
      case RuleWord::Kind::name:
        return named(word);
      default:
        break;
    }
    if (!take_sign("(")) refuse_word("a value");
    RuleNode inner = expression();
    want_sign(")");
    return inner;
  }

  RuleNode number(const RuleWord& word) const {
    double value = 0;
    const auto [end, fault] = std::from_chars(word.text.data(), word.text.data() + word.text.size(), value);
    if (fault != std::errc())
      refuse_rule(text_, word.at, fmt::format("{} is out of the range of numbers", word.text));
    const bool whole = word.text.find_first_of(".eE") == std::string::npos;
    return {.type = whole ? RuleType::integer : RuleType::number,
            .at = word.at,
            .number = value,
            .text = word.text};
  }

  RuleNode input(const RuleWord& word) const {
    if (is_sign(".")) refuse_rule(text_, now().at, "columns are named without a table, and have no fields");
    return {.op = RuleOp::input, .at = word.at, .text = word.text};
  }

  RuleNode named(const RuleWord& word) {
    if (word.upper == "CASE") return choice();
    if (word.upper == "NULL") return ++next_, RuleNode{.type = RuleType::null, .at = word.at};
    if (word.upper == "TRUE") return ++next_, RuleNode{.type = RuleType::flag, .at = word.at, .number = 1};
    if (word.upper == "FALSE") return ++next_, RuleNode{.type = RuleType::flag, .at = word.at};
    if (word.upper == "CAST") return cast_call();
    if (behind().kind == RuleWord::Kind::text && (word.upper == "DATE" || word.upper == "TIMESTAMP"))
      return moment();
    if (behind().kind == RuleWord::Kind::sign && behind().text == "(" && !is_reserved(word)) return call();
    if (is_reserved(word)) refuse_word("a value");
    ++next_;
    return input(word);
  }

  RuleNode moment() {
    const bool date = words_[next_++].upper == "DATE";
    const RuleWord& word = words_[next_++];
    const auto value = date ? read_date(word.text) : read_timestamp(word.text);
    if (!value)
      refuse_rule(text_, word.at, fmt::format("'{}' is no {}", word.text, date ? "date" : "time stamp"));
    return {.type = date ? RuleType::date : RuleType::moment,
            .at = word.at,
            .number = static_cast<double>(*value)};
  }

  RuleNode cast_call() {
    const std::size_t at = words_[next_++].at;
    want_sign("(");
    RuleNode value = expression();
    want_word("AS");
    RuleNode out = cast_to(std::move(value), at);
    want_sign(")");
    return out;
  }

  static std::size_t size_of(const RuleNode& node) {
    std::size_t size = 1;
    for (const RuleNode& part : node.parts) size += size_of(part);
    return size;
  }

  /// What is compared in each WHEN; nested ones would double with each level.
  RuleNode copy_of(const RuleNode& subject) {
    copied_ += size_of(subject);
    if (copied_ > 100'000) refuse_rule(text_, subject.at, "the rule is too large");
    return subject;
  }

  RuleNode choice() {
    RuleNode out = node(RuleOp::choose, words_[next_++].at, {});
    std::optional<RuleNode> subject;
    if (!is_word("WHEN")) subject = expression();
    if (!is_word("WHEN")) refuse_word("WHEN");
    while (is_word("WHEN")) {
      const std::size_t at = words_[next_++].at;
      RuleNode when = expression();
      if (subject) when = binary(RuleOp::equal, at, copy_of(*subject), std::move(when));
      out.parts.push_back(std::move(when));
      want_word("THEN");
      out.parts.push_back(expression());
    }
    const std::size_t end = now().at;
    out.parts.push_back(take_word("ELSE") ? expression() : RuleNode{.type = RuleType::null, .at = end});
    want_word("END");
    return out;
  }

  /// Of whatever name: who binds it knows the functions.
  RuleNode sql_call() {
    const RuleWord& word = words_[next_++];
    RuleNode out = node(RuleOp::call, word.at, {});
    out.text = lowered(word.text);
    want_sign("(");
    if (take_sign(")")) return out;
    do out.parts.push_back(expression());
    while (take_sign(","));
    want_sign(")");
    return out;
  }

  RuleNode call() {
    if (dialect_ == Dialect::sql) return sql_call();
    const RuleWord& word = words_[next_++];
    for (const Function& function : functions) {
      if (word.upper != function.name) continue;
      RuleNode out = node(function.op, word.at, {});
      out.text = word.text;
      want_sign("(");
      do out.parts.push_back(expression());
      while (take_sign(","));
      want_sign(")");
      if (out.parts.size() > function.most || out.parts.size() < function.least)
        refuse_rule(text_, word.at,
                    fmt::format("{} does not take {} values", function.name, out.parts.size()));
      if (function.op == RuleOp::round) take_digits(out);
      return out;
    }
    refuse_rule(text_, word.at, fmt::format("the function '{}' is not part of a rule", word.text),
                "COALESCE, LEAST, GREATEST, ABS, FLOOR, CEIL and ROUND are known");
  }

  void take_digits(RuleNode& round) const {
    if (round.parts.size() == 1) return;
    RuleNode digits = std::move(round.parts[1]);
    round.parts.pop_back();
    const bool negative = digits.op == RuleOp::negate;
    const RuleNode& number = negative ? digits.parts[0] : digits;
    if (number.op != RuleOp::literal || number.type != RuleType::integer || number.number > 300)
      refuse_rule(text_, digits.at, "ROUND takes a whole number of digits");
    round.digits = static_cast<int>(negative ? -number.number : number.number);
  }

  std::string_view text_;
  Dialect dialect_;
  std::vector<RuleWord> words_;
  std::size_t next_ = 0;
  int depth_ = 0;
  std::size_t copied_ = 0;
};

}  // namespace

RuleNode parse_rule(std::string_view text, Dialect dialect) { return Parser(text, dialect).run(); }

}  // namespace mlops::predict
