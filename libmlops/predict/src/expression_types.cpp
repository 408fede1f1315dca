/// Which types go together, as the engine has it, and how values change theirs.

#include <fmt/format.h>
#include <mlops/predict/spelling.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "src/calendar.hpp"
#include "src/expression_bind.hpp"

namespace mlops::predict {
namespace {

// ---- conversions of values that are not null

Scalar same(const Bound&, const Scalar* v) { return v[0]; }
Scalar to_number(const Bound&, const Scalar* v) { return number(static_cast<double>(v[0].whole)); }
Scalar to_flag(const Bound&, const Scalar* v) { return flag(v[0].whole != 0); }
Scalar number_to_flag(const Bound&, const Scalar* v) { return flag(v[0].number != 0); }

Scalar date_to_timestamp(const Bound&, const Scalar* v) {
  std::int64_t out = 0;
  if (__builtin_mul_overflow(v[0].whole, day_micros, &out)) refuse_value("a date is out of range");
  return whole(out);
}
Scalar timestamp_to_date(const Bound&, const Scalar* v) { return whole(floor_div(v[0].whole, day_micros)); }

Scalar narrowed(const Bound& node, const Scalar* v) {
  if (!holds(node.type, v[0].whole)) refuse_value("a number is too great for its type");
  return v[0];
}

Scalar number_to_whole(const Bound& node, const Scalar* v) {
  const double limit = std::ldexp(1.0, bits_of(node.type) - 1);
  const double rounded = std::nearbyint(v[0].number);
  if (!(v[0].number >= -limit && v[0].number < limit && rounded < limit))
    refuse_value("a number is too great for its type");
  return whole(static_cast<std::int64_t>(rounded));
}

Scalar spelled(const Bound& node, const Scalar* v) {
  std::string out;
  switch (node.parts[0].type) {
    case SqlType::boolean:
      out = v[0].whole != 0 ? "true" : "false";
      break;
    case SqlType::float64:
      spell(v[0].number, out);
      break;
    case SqlType::date:
      spell_date(static_cast<std::int32_t>(v[0].whole), out);
      break;
    case SqlType::timestamp:
      spell_timestamp(v[0].whole, out);
      break;
    default:
      spell(v[0].whole, out);
  }
  return text(std::move(out));
}

Strict conversion(SqlType from, SqlType to) {
  const bool integer = is_integer(from);
  if (to == SqlType::text) return from == SqlType::decimal ? nullptr : spelled;
  if (to == SqlType::float64) return integer || from == SqlType::boolean ? to_number : nullptr;
  if (to == SqlType::boolean) return integer ? to_flag : from == SqlType::float64 ? number_to_flag : nullptr;
  if (is_integer(to)) {
    if (from == SqlType::boolean) return same;
    return integer ? narrowed : from == SqlType::float64 ? number_to_whole : nullptr;
  }
  if (to == SqlType::timestamp && from == SqlType::date) return date_to_timestamp;
  if (to == SqlType::date && from == SqlType::timestamp) return timestamp_to_date;
  return nullptr;
}

Bound converted(Bound value, SqlType to) {
  const Strict run = conversion(value.type, to);
  if (run == nullptr) refuse_expression(value.at, fmt::format("{} as {}", name_of(value.type), name_of(to)));
  const std::size_t at = value.at;
  std::vector<Bound> parts;
  parts.push_back(std::move(value));
  return strict_node(to, at, run, std::move(parts));
}

Bound read_time(Bound literal, SqlType to) {
  const auto value = to == SqlType::date ? read_date(literal.value.text) : read_timestamp(literal.value.text);
  if (!value) refuse_expression(literal.at, fmt::format("a text that is no {}", name_of(to)));
  literal.type = to;
  literal.adapts = false;
  literal.value = whole(*value);
  return literal;
}

bool is_text_literal(const Bound& value) { return value.adapts && value.type == SqlType::text; }

/// Two by two: a literal that is whole is as narrow as what it meets, if that holds it.
SqlType common_integer(const std::vector<Bound>& values) {
  SqlType out = SqlType::null;
  const Bound* literal = nullptr;  // what there is so far is that one alone
  for (const Bound& value : values) {
    if (!is_integer(value.type)) continue;
    if (out == SqlType::null) {
      out = value.type;
      literal = value.adapts ? &value : nullptr;
      continue;
    }
    const bool both = literal != nullptr && value.adapts;
    if (!both && literal != nullptr && holds(value.type, literal->value.whole)) out = value.type;
    else if (both || !value.adapts || !holds(out, value.value.whole)) out = std::max(out, value.type);
    literal = nullptr;
  }
  return out;
}

struct Kinds {
  bool numbers = false;
  bool floating = false;
  bool decimal = false;
  bool whole = false;
  bool texts = false;
  bool flags = false;
  bool dates = false;
  bool times = false;
};

Kinds kinds_of(const std::vector<Bound>& values, bool compares) {
  Kinds out;
  for (const Bound& value : values) {
    out.whole |= is_integer(value.type);
    out.floating |= value.type == SqlType::float64;
    out.decimal |= value.type == SqlType::decimal;
    out.flags |= value.type == SqlType::boolean;
    out.dates |= value.type == SqlType::date;
    out.times |= value.type == SqlType::timestamp;
    out.texts |= value.type == SqlType::text && !(compares && is_text_literal(value));
  }
  out.numbers = out.whole || out.floating || out.decimal;
  return out;
}

/// Of whole numbers and literals such as 0.5, which are compared as doubles without a difference while one
/// side is literal.
SqlType beside_decimals(const std::vector<Bound>& values, Unify how) {
  const auto columns = std::count_if(values.begin(), values.end(),
                                     [](const Bound& value) { return value.op != Bound::Op::literal; });
  if (how == Unify::take || columns > 1)
    refuse_expression(values[0].at, "a DECIMAL beside what is no DOUBLE");
  return SqlType::float64;
}

SqlType common_number(const std::vector<Bound>& values, const Kinds& kinds, Unify how) {
  if (kinds.floating) return SqlType::float64;
  return kinds.decimal ? beside_decimals(values, how) : common_integer(values);
}

}  // namespace

Bound implicit(Bound value, SqlType to) {
  if (value.type == to) return value;
  if (value.type == SqlType::null) {
    value.type = to;
    return value;
  }
  if (value.adapts && value.type == SqlType::decimal && to == SqlType::float64) {
    value.type = to;
    return value;
  }
  if (value.adapts && is_integer(value.type) && is_integer(to) && holds(to, value.value.whole)) {
    value.type = to;
    return value;
  }
  if (is_text_literal(value) && is_time(to)) return read_time(std::move(value), to);
  const bool widens = (is_integer(value.type) && is_integer(to) && value.type < to) ||
                      (is_integer(value.type) && to == SqlType::float64) ||
                      (value.type == SqlType::date && to == SqlType::timestamp);
  if (!widens)
    refuse_expression(value.at, fmt::format("{} where {} is wanted", name_of(value.type), name_of(to)));
  return converted(std::move(value), to);
}

Bound explicit_cast(Bound value, SqlType to) {
  if (value.type == SqlType::null) {
    value.type = to;
    value.adapts = false;
    return value;
  }
  if (is_text_literal(value) && to == SqlType::boolean) {
    if (value.value.text != "t" && value.value.text != "f") refuse_expression(value.at, "a text as BOOLEAN");
    value.value = flag(value.value.text == "t");
    value.type = to;
  } else if (is_text_literal(value) && is_time(to)) {
    value = read_time(std::move(value), to);
  } else if (value.type == SqlType::decimal && to == SqlType::float64) {
    value.type = to;
  } else if (value.type != to) {
    value = converted(std::move(value), to);
  }
  value.adapts = false;
  return value;
}

SqlType common_type(const std::vector<Bound>& values, Unify how) {
  const Kinds kinds = kinds_of(values, how == Unify::compare);
  if (kinds.numbers + kinds.texts + kinds.flags + (kinds.dates || kinds.times) > 1)
    refuse_expression(values[0].at, "values of different kinds");
  const bool literal_texts = std::any_of(values.begin(), values.end(), is_text_literal) && !kinds.texts;
  if (literal_texts && (kinds.numbers || kinds.flags))
    refuse_expression(values[0].at, "a text beside what is none");
  if (kinds.numbers) return common_number(values, kinds, how);
  if (kinds.times) return SqlType::timestamp;
  if (kinds.dates) return SqlType::date;
  if (kinds.flags) return SqlType::boolean;
  if (kinds.texts || literal_texts) return SqlType::text;
  refuse_expression(values[0].at, "nothing but NULL");
}

void convert_all(std::vector<Bound>& values, SqlType to) {
  for (Bound& value : values) value = implicit(std::move(value), to);
}

}  // namespace mlops::predict
