#pragma once
/// What a rule's text is read into.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::predict {

/// Of a value: what it is known to be.
enum class RuleType { null, flag, integer, number, text, date, moment };

std::string_view name_of(RuleType type);

enum class RuleOp {
  literal,
  input,
  negate,
  add,
  subtract,
  multiply,
  divide,
  divide_whole,
  modulo,
  equal,
  unequal,
  less,
  less_equal,
  greater,
  greater_equal,
  both,
  either,
  invert,
  is_null,
  in,       ///< The value, then the list.
  between,  ///< The value, the lower and the upper bound.
  choose,   ///< WHEN, THEN, WHEN, THEN, ..., ELSE.
  coalesce,
  least,
  greatest,
  absolute,
  floor,
  ceiling,
  round,  ///< The value; `digits`.
  cast,   ///< To `type`.
  // Of Dialect::sql alone.
  power,
  concatenate,
  call,  ///< Of the function `text`, in lower case.
};

struct RuleNode {
  RuleOp op = RuleOp::literal;
  RuleType type = RuleType::null;
  std::size_t at = 0;  ///< Where it starts in the text.
  std::vector<RuleNode> parts = {};
  double number = 0;  ///< Of a literal: numbers, flags, days of a date, microseconds of a time stamp.
  std::string text =
      {};  ///< Of a literal text or number, of an input's name; the word of a function or cast.
  std::int32_t text_id = -1;  ///< Of a literal text: in the rule's pool.
  std::size_t input = 0;      ///< Of an input: which one of the rule's signature.
  int digits = 0;             ///< Of round.
  int bits = 0;               ///< Of a cast to an integer: 8, 16, 32 or 64.
};

/// Throws Error(usage, "rule.invalid") pointing at `at` of `text`.
[[noreturn]] void refuse_rule(std::string_view text, std::size_t at, std::string message,
                              std::string hint = "");

/// What a text may say. `sql` (expression.hpp) calls any function, leaves it open whether it is known, and
/// casts to texts and times too.
enum class Dialect { rule, sql };

/// Reads one expression; types of operators and inputs are still unknown.
RuleNode parse_rule(std::string_view text, Dialect dialect = Dialect::rule);

}  // namespace mlops::predict
