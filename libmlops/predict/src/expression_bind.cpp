#include "src/expression_bind.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace mlops::predict {
namespace {

class ExpressionBinder {
 public:
  explicit ExpressionBinder(const std::vector<TypedName>& columns) : columns_(columns) {}

  Bound bind(const RuleNode& node) const {
    switch (node.op) {
      case RuleOp::literal:
        return literal(node);
      case RuleOp::input:
        return column(node);
      case RuleOp::call:
        return bind_call(node, bound(node));
      case RuleOp::negate:
        return negated(node);
      case RuleOp::both:
      case RuleOp::either:
      case RuleOp::invert:
        return condition(node);
      case RuleOp::is_null:
        return {.op = Bound::Op::is_null, .type = SqlType::boolean, .at = node.at, .parts = bound(node)};
      case RuleOp::in:
        return in(node);
      case RuleOp::between:
        return between(node);
      case RuleOp::choose:
        return choice(node);
      case RuleOp::cast:
        return explicit_cast(bind(node.parts[0]), cast_type(node));
      case RuleOp::concatenate:
        return concatenation(node);
      case RuleOp::power:
        return bind_call({.op = RuleOp::call, .at = node.at, .text = "pow"}, bound(node));
      case RuleOp::equal:
      case RuleOp::unequal:
      case RuleOp::less:
      case RuleOp::less_equal:
      case RuleOp::greater:
      case RuleOp::greater_equal:
        return comparison(node);
      default:
        return arithmetic(node);
    }
  }

 private:
  std::vector<Bound> bound(const RuleNode& node) const {
    std::vector<Bound> out;
    for (const RuleNode& part : node.parts) out.push_back(bind(part));
    return out;
  }

  static Bound literal(const RuleNode& node) {
    Bound out{.at = node.at, .adapts = true};
    switch (node.type) {
      case RuleType::null:
        return out;
      case RuleType::integer:
        return whole_literal(node.text, node.at);
      case RuleType::number:
        return number_literal(node);
      case RuleType::text:
        out.type = SqlType::text;
        out.value = text(node.text);
        return out;
      default:
        out.type = node.type == RuleType::flag   ? SqlType::boolean
                   : node.type == RuleType::date ? SqlType::date
                                                 : SqlType::timestamp;
        out.adapts = false;
        out.value = whole(static_cast<std::int64_t>(node.number));
        return out;
    }
  }

  static Bound whole_literal(const std::string& digits, std::size_t at) {
    std::int64_t value = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (fault != std::errc()) refuse_expression(at, "a number that BIGINT does not hold");
    return {.type = holds(SqlType::int32, value) ? SqlType::int32 : SqlType::int64,
            .at = at,
            .adapts = true,
            .value = whole(value)};
  }

  /// With an exponent it is a DOUBLE, else a DECIMAL, which is as exact as its first 15 digits.
  static Bound number_literal(const RuleNode& node) {
    const bool exponent = node.text.find_first_of("eE") != std::string::npos;
    if (!exponent && node.text.size() > 16) refuse_expression(node.at, "a DECIMAL of more than 15 digits");
    return {.type = exponent ? SqlType::float64 : SqlType::decimal,
            .at = node.at,
            .adapts = !exponent,
            .value = number(node.number)};
  }

  Bound column(const RuleNode& node) const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].name == node.text) found = i;
      else if (!found && lowered(columns_[i].name) == lowered(node.text)) found = i;
      if (columns_[i].name == node.text) break;
    }
    if (!found) refuse_expression(node.at, fmt::format("there is no column '{}'", node.text));
    const auto type = sql_type_of(columns_[*found].type);
    if (!type || *type == SqlType::decimal)
      refuse_expression(node.at, fmt::format("'{}' is of type {}", node.text, columns_[*found].type));
    return {.op = Bound::Op::column, .type = *type, .at = node.at, .which = *found};
  }

  static SqlType cast_type(const RuleNode& node) {
    switch (node.type) {
      case RuleType::flag:
        return SqlType::boolean;
      case RuleType::number:
        return SqlType::float64;
      case RuleType::text:
        return SqlType::text;
      case RuleType::date:
        return SqlType::date;
      case RuleType::moment:
        return SqlType::timestamp;
      default:
        return node.bits == 8    ? SqlType::int8
               : node.bits == 16 ? SqlType::int16
               : node.bits == 32 ? SqlType::int32
                                 : SqlType::int64;
    }
  }

  Bound negated(const RuleNode& node) const {
    const RuleNode& part = node.parts[0];
    if (part.op == RuleOp::literal && part.type == RuleType::integer)
      return whole_literal("-" + part.text, node.at);
    Bound inner = bind(part);
    if (inner.type == SqlType::decimal) {
      inner.value.number = -inner.value.number;
      return inner;
    }
    if (!is_numeric(inner.type)) refuse_expression(node.at, "a sign before what is no number");
    const SqlType type = inner.type;
    std::vector<Bound> parts;
    parts.push_back(std::move(inner));
    return strict_node(type, node.at, negation_of(type), std::move(parts));
  }

  Bound condition(const RuleNode& node) const {
    std::vector<Bound> parts = bound(node);
    convert_all(parts, SqlType::boolean);
    if (node.op == RuleOp::invert)
      return strict_node(
          SqlType::boolean, node.at, [](const Bound&, const Scalar* v) { return flag(v[0].whole == 0); },
          std::move(parts));
    return {.op = node.op == RuleOp::both ? Bound::Op::both : Bound::Op::either,
            .type = SqlType::boolean,
            .at = node.at,
            .parts = std::move(parts)};
  }

  Bound comparison(const RuleNode& node) const {
    std::vector<Bound> parts = bound(node);
    convert_all(parts, common_type(parts, Unify::compare));
    return strict_node(SqlType::boolean, node.at, comparing(node.op), std::move(parts));
  }

  Bound in(const RuleNode& node) const {
    std::vector<Bound> parts = bound(node);
    convert_all(parts, common_type(parts, Unify::compare));
    return {.op = Bound::Op::in, .type = SqlType::boolean, .at = node.at, .parts = std::move(parts)};
  }

  Bound between(const RuleNode& node) const {
    std::vector<Bound> parts = bound(node);
    convert_all(parts, common_type(parts, Unify::compare));
    Bound out{.op = Bound::Op::both, .type = SqlType::boolean, .at = node.at};
    out.parts.push_back(strict_node(SqlType::boolean, node.at, comparing(RuleOp::greater_equal),
                                    {parts[0], std::move(parts[1])}));
    out.parts.push_back(strict_node(SqlType::boolean, node.at, comparing(RuleOp::less_equal),
                                    {std::move(parts[0]), std::move(parts[2])}));
    return out;
  }

  Bound choice(const RuleNode& node) const {
    std::vector<Bound> parts = bound(node);
    std::vector<Bound> values{parts.back()};
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
      parts[i] = implicit(std::move(parts[i]), SqlType::boolean);
      values.push_back(parts[i + 1]);
    }
    const SqlType type = common_type(values, Unify::take);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i % 2 == 1 || i + 1 == parts.size()) parts[i] = implicit(std::move(parts[i]), type);
    }
    return {.op = Bound::Op::choose, .type = type, .at = node.at, .parts = std::move(parts)};
  }

  Bound concatenation(const RuleNode& node) const {
    std::vector<Bound> parts = bound(node);
    for (Bound& part : parts) {
      if (part.type == SqlType::null) refuse_expression(node.at, "NULL beside ||");
      part = explicit_cast(std::move(part), SqlType::text);
    }
    return strict_node(
        SqlType::text, node.at, [](const Bound&, const Scalar* v) { return text(v[0].text + v[1].text); },
        std::move(parts));
  }

  Bound arithmetic(const RuleNode& node) const {
    std::vector<Bound> parts = bound(node);
    if (is_time(parts[0].type) || is_time(parts[1].type)) return days(node, std::move(parts));
    for (const Bound& part : parts) {
      if (!is_numeric(part.type)) refuse_expression(node.at, "counting with what is no number");
    }
    const SqlType type = node.op == RuleOp::divide ? SqlType::float64 : common_type(parts, Unify::take);
    convert_all(parts, type);
    const Strict run = arithmetic_of(node.op, type);
    if (run == nullptr) refuse_expression(node.at, "an operator that is not known");
    return strict_node(type, node.at, run, std::move(parts));
  }

  static Scalar shifted(const Bound& node, const Scalar* v) {
    const std::int64_t days = v[0].whole + (node.which == 0 ? v[1].whole : -v[1].whole);
    if (days >= std::numeric_limits<std::int32_t>::max() || days <= -std::numeric_limits<std::int32_t>::max())
      refuse_value("a date is out of range");
    return whole(days);
  }

  /// A date and a number of days; two dates, whose difference counts days.
  static Bound days(const RuleNode& node, std::vector<Bound> parts) {
    const bool adds = node.op == RuleOp::add;
    if (adds && parts[1].type == SqlType::date) std::swap(parts[0], parts[1]);
    if ((adds || node.op == RuleOp::subtract) && parts[0].type == SqlType::date) {
      if (is_integer(parts[1].type)) {
        parts[1] = implicit(std::move(parts[1]), SqlType::int32);
        Bound out = strict_node(SqlType::date, node.at, shifted, std::move(parts));
        out.which = adds ? 0 : 1;
        return out;
      }
      if (!adds && parts[1].type == SqlType::date)
        return strict_node(
            SqlType::int64, node.at,
            [](const Bound&, const Scalar* v) { return whole(v[0].whole - v[1].whole); }, std::move(parts));
    }
    refuse_expression(node.at, "of times only DATE + INTEGER, DATE - INTEGER and DATE - DATE");
  }

  const std::vector<TypedName>& columns_;
};

}  // namespace

void refuse_expression(std::size_t, const std::string& why) {
  throw error(Code::usage, "the expression is not worked out without the engine: {}", why)
      .with_id("expression.unknown");
}

void refuse_value(const char* why) { throw error(Code::usage, "{}", why).with_id("expression.value"); }

Bound strict_node(SqlType type, std::size_t at, Strict run, std::vector<Bound> parts) {
  return {.op = Bound::Op::strict, .type = type, .at = at, .run = run, .parts = std::move(parts)};
}

Bound bind_expression(const RuleNode& node, const std::vector<TypedName>& columns) {
  return ExpressionBinder(columns).bind(node);
}

}  // namespace mlops::predict
