#pragma once
/// An expression whose names are columns and whose types are known.

#include <mlops/predict/expression.hpp>

#include <cstddef>
#include <vector>

namespace mlops::predict {

struct Bound;

/// Of values that are not null.
using Strict = Scalar (*)(const Bound& node, const Scalar* values);

struct Bound {
  enum class Op {
    literal,
    column,
    strict,  ///< Null where a part is; else `run`.
    both,
    either,
    is_null,
    in,      ///< The value, then the list; all of one type.
    choose,  ///< WHEN, THEN, WHEN, THEN, ..., ELSE.
    coalesce,
    least,
    greatest,
    null_if,  ///< The value; the same and what it is compared with, of one type.
    concat,   ///< Texts; those that are null are left out.
  };

  Op op = Op::literal;
  SqlType type = SqlType::null;
  std::size_t at = 0;     ///< Where it starts in the text.
  bool adapts = false;    ///< A literal that takes the type of what it meets.
  Scalar value = {};      ///< Of a literal.
  std::size_t which = 0;  ///< Of a column: its position. Of functions: a choice of theirs.
  Strict run = nullptr;
  std::vector<Bound> parts = {};
};

inline Scalar whole(std::int64_t value) { return {.null = false, .whole = value}; }
inline Scalar flag(bool value) { return {.null = false, .whole = value ? 1 : 0}; }
inline Scalar number(double value) { return {.null = false, .number = value}; }
inline Scalar text(std::string value) { return {.null = false, .text = std::move(value)}; }

inline bool is_integer(SqlType type) { return type >= SqlType::int8 && type <= SqlType::int64; }
inline bool is_numeric(SqlType type) { return type >= SqlType::int8 && type <= SqlType::decimal; }
inline bool is_time(SqlType type) { return type == SqlType::date || type == SqlType::timestamp; }

/// Bits of an integer type.
inline int bits_of(SqlType type) { return 8 << (static_cast<int>(type) - static_cast<int>(SqlType::int8)); }
/// Whether an integer type holds the value.
bool holds(SqlType type, std::int64_t value);

/// Error(usage, "expression.value").
[[noreturn]] void refuse_value(const char* why);

/// As the engine orders values of that type; NaN is equal to itself and greater than everything else.
int order_of(SqlType type, const Scalar& a, const Scalar& b);

/// The value for one row.
Scalar evaluate(const Bound& node, std::span<const Scalar> row);

}  // namespace mlops::predict
