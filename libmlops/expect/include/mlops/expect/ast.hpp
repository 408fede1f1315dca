#pragma once
/// An assertion as a tree of values: what `expect:`, gates, `if:` and `when:` of `mlops.yaml` say. Positions
/// are byte offsets into the text that was read; trees are equal whatever their positions are.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::expect {

/// Bytes [begin, end) of the text.
struct Place {
  std::size_t begin = 0;
  std::size_t end = 0;

  /// Always: where something stands is no part of what it says.
  bool operator==(const Place&) const { return true; }
};

enum class Unit { none, percent, us, ms, s, m, h, d, w, kilobytes, megabytes, gigabytes };

enum class Kind {
  number,  ///< text: digits as they were written, without '_'; unit.
  text,    ///< text; also a bare word inside of {}.
  regex,   ///< text: the pattern, a slash without its backslash.
  name,    ///< path
  call,    ///< path, operands, argument_names
  star,    ///< `*`: every column; the only operand of a call.
  negate,  ///< One operand; the five below have two.
  add,
  subtract,
  multiply,
  divide,
  less,  ///< Two operands, perhaps a confidence; as the five below.
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,
  in_range,     ///< value, lowest, highest; both bounds are inside.
  in_set,       ///< value, then the members: texts and numbers, negated or not.
  logical_not,  ///< One operand.
  logical_and,  ///< Two operands or more, as logical_or.
  logical_or,
};

/// One of the words of `a.b.c`.
struct Part {
  std::string text;
  bool quoted = false;  ///< In backticks: a column, whatever else has that name.
  Place at = {};

  bool operator==(const Part&) const = default;
};

struct Expr {
  Kind kind = Kind::number;
  Place at = {};
  std::string text = {};
  Unit unit = Unit::none;
  std::vector<Part> path = {};
  std::vector<Expr> operands = {};
  std::vector<std::string> argument_names = {};  ///< One for each operand; empty: told by its place.
  std::string confidence = {};                   ///< The percentage behind '@', "95"; empty: none.

  bool operator==(const Expr&) const = default;
};

struct Assertion {
  Expr root;

  bool operator==(const Assertion&) const = default;
};

/// `less` to `not_equal`.
bool is_comparison(Kind kind);
/// Comparisons, `in`, `not`, `and`, `or`.
bool is_logical(Kind kind);
/// "<", "+", "and"; empty for kinds without a sign.
std::string_view sign_of(Kind kind);
/// "%", "ms", "KB"; empty for none.
std::string_view name_of(Unit unit);
/// What one of it is in shares, microseconds or bytes; 1 for none.
double scale_of(Unit unit);
/// The value of a number in shares, microseconds or bytes: `3%` is 0.03, `1m` 6e7.
double value_of(const Expr& number);

}  // namespace mlops::expect
