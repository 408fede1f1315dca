/// Comparisons of numbers that somebody else has.
#include <mlops/expect/evaluate.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "src/compare.hpp"

namespace mlops::expect {
namespace {

using Number = std::function<double(const Expr& leaf)>;

void find_leaves(const Expr& expr, std::vector<const Expr*>& out) {
  if (expr.kind != Kind::name && expr.kind != Kind::call) {
    for (const Expr& part : expr.operands) find_leaves(part, out);
    return;
  }
  const bool known = std::any_of(out.begin(), out.end(),
                                 [text = print(expr)](const Expr* one) { return print(*one) == text; });
  if (!known) out.push_back(&expr);
}

double worked_out(const Expr& expr, const Number& number) {
  switch (expr.kind) {
    case Kind::number:
      return value_of(expr);
    case Kind::name:
    case Kind::call:
      return number(expr);
    case Kind::negate:
      return -worked_out(expr.operands[0], number);
    case Kind::add:
    case Kind::subtract:
    case Kind::multiply:
    case Kind::divide:
      return calculate(expr.kind, worked_out(expr.operands[0], number), worked_out(expr.operands[1], number));
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace

double calculate(Kind kind, double a, double b) {
  if (kind == Kind::add) return a + b;
  if (kind == Kind::subtract) return a - b;
  return kind == Kind::multiply ? a * b : a / b;
}

std::vector<const Expr*> leaves_of(const Expr& comparison) {
  std::vector<const Expr*> out;
  find_leaves(comparison, out);
  return out;
}

std::optional<bool> holds(const Expr& comparison, const Number& number) {
  const double left = worked_out(comparison.operands[0], number);
  const double right = worked_out(comparison.operands[1], number);
  if (std::isnan(left) || std::isnan(right)) return std::nullopt;
  return compares(comparison.kind, left, right);
}

}  // namespace mlops::expect
