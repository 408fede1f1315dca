#include "src/rule_eval.hpp"

#include <mlops/base/error.hpp>
#include <mlops/predict/spelling.hpp>

#include <cmath>
#include <compare>

namespace mlops::predict {
namespace {

constexpr double micros_per_day = 86'400e6;

RuleValue of(double number) { return {false, number, 0}; }
RuleValue flag(bool value) { return of(value ? 1 : 0); }

/// As the engine orders doubles: NaN is equal to itself and greater than everything else.
int order(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) - std::isnan(b);
  return a < b ? -1 : a > b ? 1 : 0;
}

class Evaluation {
 public:
  Evaluation(const BoundRule& rule, const Frame& frame, std::size_t row)
      : rule_(rule), frame_(frame), row_(row) {}

  RuleValue value(const RuleNode& node) const {
    switch (node.op) {
      case RuleOp::literal:
        return {node.type == RuleType::null, node.number, node.text_id};
      case RuleOp::input:
        return input(node);
      case RuleOp::both:
        return both(node);
      case RuleOp::either:
        return either(node);
      case RuleOp::is_null:
        return flag(value(node.parts[0]).null);
      case RuleOp::in:
        return in(node);
      case RuleOp::between:
        return between(node);
      case RuleOp::choose:
        return choose(node);
      case RuleOp::coalesce:
        return coalesce(node);
      case RuleOp::least:
      case RuleOp::greatest:
        return extreme(node);
      case RuleOp::negate:
      case RuleOp::invert:
      case RuleOp::absolute:
      case RuleOp::floor:
      case RuleOp::ceiling:
      case RuleOp::round:
      case RuleOp::cast:
        return unary(node);
      default:
        return binary(node);
    }
  }

 private:
  RuleValue input(const RuleNode& node) const {
    const Values& values = frame_.features[rule_.features[node.input]];
    if (node.type == RuleType::text) {
      const std::int32_t code = values.codes[row_];
      if (code == code_null) return {};
      return {false, 0, code < 0 ? code_unseen : rule_.ids[node.input][static_cast<std::size_t>(code)]};
    }
    const double number = values.numbers[row_];
    if (std::isnan(number)) return {};
    return of(node.type == RuleType::moment ? std::nearbyint(number * micros_per_day) : number);
  }

  RuleValue both(const RuleNode& node) const {
    const RuleValue a = value(node.parts[0]);
    if (!a.null && a.number == 0) return flag(false);
    const RuleValue b = value(node.parts[1]);
    if (!b.null && b.number == 0) return flag(false);
    return a.null || b.null ? RuleValue() : flag(true);
  }

  RuleValue either(const RuleNode& node) const {
    const RuleValue a = value(node.parts[0]);
    if (!a.null && a.number != 0) return flag(true);
    const RuleValue b = value(node.parts[1]);
    if (!b.null && b.number != 0) return flag(true);
    return a.null || b.null ? RuleValue() : flag(false);
  }

  static bool same(const RuleNode& node, const RuleValue& a, const RuleValue& b) {
    if (node.type == RuleType::text) return a.text == b.text;
    return order(a.number, b.number) == 0;
  }

  RuleValue in(const RuleNode& node) const {
    const RuleValue sought = value(node.parts[0]);
    bool null = sought.null;
    for (std::size_t i = 1; i < node.parts.size(); ++i) {
      const RuleValue item = value(node.parts[i]);
      if (item.null) null = true;
      else if (!sought.null && same(node.parts[i], sought, item)) return flag(true);
    }
    return null ? RuleValue() : flag(false);
  }

  RuleValue between(const RuleNode& node) const {
    const RuleValue x = value(node.parts[0]);
    const RuleValue low = value(node.parts[1]);
    const RuleValue high = value(node.parts[2]);
    if (!x.null && !low.null && order(x.number, low.number) < 0) return flag(false);
    if (!x.null && !high.null && order(x.number, high.number) > 0) return flag(false);
    return x.null || low.null || high.null ? RuleValue() : flag(true);
  }

  RuleValue choose(const RuleNode& node) const {
    for (std::size_t i = 0; i + 1 < node.parts.size(); i += 2) {
      const RuleValue when = value(node.parts[i]);
      if (!when.null && when.number != 0) return value(node.parts[i + 1]);
    }
    return value(node.parts.back());
  }

  RuleValue coalesce(const RuleNode& node) const {
    for (const RuleNode& part : node.parts) {
      if (const RuleValue one = value(part); !one.null) return one;
    }
    return {};
  }

  RuleValue extreme(const RuleNode& node) const {
    const int wanted = node.op == RuleOp::least ? -1 : 1;
    RuleValue best;
    for (const RuleNode& part : node.parts) {
      const RuleValue one = value(part);
      if (!one.null && (best.null || order(one.number, best.number) == wanted)) best = one;
    }
    return best;
  }

  RuleValue unary(const RuleNode& node) const {
    const RuleValue x = value(node.parts[0]);
    if (x.null) return x;
    switch (node.op) {
      case RuleOp::negate:
        // An integer has no negative zero.
        return of(node.type == RuleType::integer ? 0 - x.number : -x.number);
      case RuleOp::invert:
        return flag(x.number == 0);
      case RuleOp::absolute:
        return of(std::abs(x.number));
      case RuleOp::floor:
        return of(std::floor(x.number));
      case RuleOp::ceiling:
        return of(std::ceil(x.number));
      case RuleOp::round:
        return of(rounded(x.number, node.digits));
      default:
        return cast(node, x.number);
    }
  }

  static double rounded(double x, int digits) {
    const double power = std::pow(10, std::abs(digits));
    const double out = digits < 0 ? std::round(x / power) * power : std::round(x * power) / power;
    if (std::isfinite(out)) return out;
    return digits < 0 ? 0 : x;
  }

  RuleValue cast(const RuleNode& node, double x) const {
    if (node.type == RuleType::number) return of(x);
    if (node.type == RuleType::flag) return flag(x != 0);
    if (node.type == RuleType::moment) return of(x * micros_per_day);
    const double whole = std::nearbyint(x);
    const double limit = std::ldexp(1.0, node.bits - 1);
    if (whole >= -limit && whole < limit) return of(whole + 0.0);
    std::string seen;
    spell(x, seen);
    throw error(Code::usage, "row {}: the rule casts {} to {}, which does not hold it",
                frame_.first_row + row_, seen, node.text)
        .with_id("rule.value");
  }

  RuleValue binary(const RuleNode& node) const {
    const RuleValue a = value(node.parts[0]);
    const RuleValue b = value(node.parts[1]);
    if (a.null || b.null) return {};
    switch (node.op) {
      case RuleOp::add:
        return of(a.number + b.number);
      case RuleOp::subtract:
        return of(a.number - b.number);
      case RuleOp::multiply:
        return of(node.type == RuleType::integer ? a.number * b.number + 0.0 : a.number * b.number);
      case RuleOp::divide:
        return of(a.number / b.number);
      case RuleOp::divide_whole:
        if (b.number == 0) return {};
        return of(node.type == RuleType::integer ? std::trunc(a.number / b.number) + 0.0
                                                 : a.number / b.number);
      case RuleOp::modulo:
        if (b.number == 0 && node.type == RuleType::integer) return {};
        return of(node.type == RuleType::integer ? std::fmod(a.number, b.number) + 0.0
                                                 : std::fmod(a.number, b.number));
      case RuleOp::equal:
        return flag(same(node.parts[0], a, b));
      case RuleOp::unequal:
        return flag(!same(node.parts[0], a, b));
      default:
        return flag(holds(node.op, order(a.number, b.number)));
    }
  }

  static bool holds(RuleOp op, int order) {
    switch (op) {
      case RuleOp::less:
        return order < 0;
      case RuleOp::less_equal:
        return order <= 0;
      case RuleOp::greater:
        return order > 0;
      default:
        return order >= 0;
    }
  }

  const BoundRule& rule_;
  const Frame& frame_;
  std::size_t row_;
};

}  // namespace

RuleValue evaluate_rule(const BoundRule& rule, const RuleNode& node, const Frame& frame, std::size_t row) {
  return Evaluation(rule, frame, row).value(node);
}

}  // namespace mlops::predict
