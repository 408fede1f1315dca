/// Operators as the engine has them: integers of their width, overflow is a fault, a division by zero is
/// null.
#include <cmath>

#include "src/expression_bind.hpp"

namespace mlops::predict {
namespace {

Scalar in_range(const Bound& node, std::int64_t value, bool overflow) {
  if (overflow || !holds(node.type, value)) refuse_value("a number is too great for its type");
  return whole(value);
}

template <typename Operation>
Scalar checked(const Bound& node, const Scalar* v, Operation operation) {
  std::int64_t out = 0;
  const bool overflow = operation(v[0].whole, v[1].whole, &out);
  return in_range(node, out, overflow);
}

Scalar add(const Bound& node, const Scalar* v) {
  return checked(node, v, [](std::int64_t a, std::int64_t b, std::int64_t* out) {
    return __builtin_add_overflow(a, b, out);
  });
}

Scalar subtract(const Bound& node, const Scalar* v) {
  return checked(node, v, [](std::int64_t a, std::int64_t b, std::int64_t* out) {
    return __builtin_sub_overflow(a, b, out);
  });
}

Scalar multiply(const Bound& node, const Scalar* v) {
  return checked(node, v, [](std::int64_t a, std::int64_t b, std::int64_t* out) {
    return __builtin_mul_overflow(a, b, out);
  });
}

bool overflows(const Bound& node, const Scalar* v) {
  return v[1].whole == -1 && v[0].whole == -(std::int64_t{1} << (bits_of(node.type) - 2)) * 2;
}

Scalar divide(const Bound& node, const Scalar* v) {
  if (v[1].whole == 0) return {};
  if (overflows(node, v)) refuse_value("a number is too great for its type");
  return whole(v[0].whole / v[1].whole);
}

Scalar modulo(const Bound& node, const Scalar* v) {
  if (v[1].whole == 0) return {};
  if (overflows(node, v)) refuse_value("a number is too great for its type");
  return whole(v[0].whole % v[1].whole);
}

Scalar add_numbers(const Bound&, const Scalar* v) { return number(v[0].number + v[1].number); }
Scalar subtract_numbers(const Bound&, const Scalar* v) { return number(v[0].number - v[1].number); }
Scalar multiply_numbers(const Bound&, const Scalar* v) { return number(v[0].number * v[1].number); }
Scalar divide_numbers(const Bound&, const Scalar* v) { return number(v[0].number / v[1].number); }
Scalar divide_whole_numbers(const Bound&, const Scalar* v) {
  return v[1].number == 0 ? Scalar() : number(v[0].number / v[1].number);
}
Scalar modulo_numbers(const Bound&, const Scalar* v) { return number(std::fmod(v[0].number, v[1].number)); }

Scalar negate(const Bound& node, const Scalar* v) {
  std::int64_t out = 0;
  const bool overflow = __builtin_sub_overflow(std::int64_t{0}, v[0].whole, &out);
  return in_range(node, out, overflow);
}
Scalar negate_number(const Bound&, const Scalar* v) { return number(-v[0].number); }

template <RuleOp op>
Scalar compare(const Bound& node, const Scalar* v) {
  const int order = order_of(node.parts[0].type, v[0], v[1]);
  switch (op) {
    case RuleOp::equal:
      return flag(order == 0);
    case RuleOp::unequal:
      return flag(order != 0);
    case RuleOp::less:
      return flag(order < 0);
    case RuleOp::less_equal:
      return flag(order <= 0);
    case RuleOp::greater:
      return flag(order > 0);
    default:
      return flag(order >= 0);
  }
}

Strict of_numbers(RuleOp op) {
  switch (op) {
    case RuleOp::add:
      return add_numbers;
    case RuleOp::subtract:
      return subtract_numbers;
    case RuleOp::multiply:
      return multiply_numbers;
    case RuleOp::divide:
      return divide_numbers;
    case RuleOp::divide_whole:
      return divide_whole_numbers;
    case RuleOp::modulo:
      return modulo_numbers;
    default:
      return nullptr;
  }
}

}  // namespace

bool holds(SqlType type, std::int64_t value) {
  if (!is_integer(type) || type == SqlType::int64) return true;
  const std::int64_t limit = std::int64_t{1} << (bits_of(type) - 1);
  return value >= -limit && value < limit;
}

Strict arithmetic_of(RuleOp op, SqlType type) {
  if (type == SqlType::float64) return of_numbers(op);
  switch (op) {
    case RuleOp::add:
      return add;
    case RuleOp::subtract:
      return subtract;
    case RuleOp::multiply:
      return multiply;
    case RuleOp::divide_whole:
      return divide;
    case RuleOp::modulo:
      return modulo;
    default:
      return nullptr;
  }
}

Strict negation_of(SqlType type) { return type == SqlType::float64 ? negate_number : negate; }

Strict comparing(RuleOp op) {
  switch (op) {
    case RuleOp::equal:
      return compare<RuleOp::equal>;
    case RuleOp::unequal:
      return compare<RuleOp::unequal>;
    case RuleOp::less:
      return compare<RuleOp::less>;
    case RuleOp::less_equal:
      return compare<RuleOp::less_equal>;
    case RuleOp::greater:
      return compare<RuleOp::greater>;
    default:
      return compare<RuleOp::greater_equal>;
  }
}

}  // namespace mlops::predict
