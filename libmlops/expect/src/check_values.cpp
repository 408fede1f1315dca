/// What is added, multiplied and compared: sorts and units that fit.
#include <fmt/core.h>
#include <mlops/base/clock.hpp>

#include <algorithm>
#include <utility>

#include "src/checker.hpp"
#include "src/resolve.hpp"

namespace mlops::expect {
namespace {

bool is_counting(Measure measure) { return measure == Measure::plain || measure == Measure::count; }

bool reads_as_number(const std::string& text) {
  const auto read = parse(text);
  const auto* assertion = std::get_if<Assertion>(&read);
  return assertion != nullptr && assertion->root.kind == Kind::number;
}

}  // namespace

Type Checker::arithmetic(const Expr& expr) {
  std::vector<Type> types;
  for (const Expr& part : expr.operands) types.push_back(type(part));
  const bool times = expr.kind == Kind::add || expr.kind == Kind::subtract;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const Sort sort = types[i].sort;
    if (sort == Sort::unknown) return unknown;
    if (sort == Sort::number || (sort == Sort::time && times)) continue;
    add(expr.operands[i], fmt::format("{} is {}, a number is wanted beside '{}'", quote(expr.operands[i]),
                                      name_of(types[i]), sign_of(expr.kind)));
    return unknown;
  }
  if (expr.kind == Kind::negate) return types[0];
  return times ? sum(expr, types[0], types[1]) : product(expr, types[0], types[1]);
}

Type Checker::sum(const Expr& expr, const Type& left, const Type& right) {
  const bool moment = left.sort == Sort::time;
  const Type duration{Sort::number, Measure::duration};
  if (moment && right == duration) return left;
  if (right.sort == Sort::time && left == duration && expr.kind == Kind::add) return right;
  if (moment && right.sort == Sort::time && expr.kind == Kind::subtract) return duration;
  if (moment || right.sort == Sort::time) {
    add(expr,
        fmt::format("{} and {} make no {}", name_of(left), name_of(right),
                    expr.kind == Kind::add ? "sum" : "difference"),
        "a duration is added to a time, such as `date + 1h`");
    return unknown;
  }
  if (left.measure == right.measure) return left;
  if (left.measure == Measure::plain && right.measure != Measure::duration && right.measure != Measure::size)
    return right;
  if (right.measure == Measure::plain && left.measure != Measure::duration && left.measure != Measure::size)
    return left;
  add(expr,
      fmt::format("{} is {} and {} is {}: they make no {}", quote(expr.operands[0]), name_of(left),
                  quote(expr.operands[1]), name_of(right), expr.kind == Kind::add ? "sum" : "difference"));
  return unknown;
}

Type Checker::product(const Expr& expr, const Type& left, const Type& right) {
  const auto scales = [](Measure measure) { return is_counting(measure) || measure == Measure::share; };
  const Measure a = left.measure;
  const Measure b = right.measure;
  if (expr.kind == Kind::divide) {
    if (a == b) return plain_number;
    if (scales(b)) return left;
  } else {
    if (a == b && scales(a)) return a == Measure::count ? plain_number : left;
    if (scales(b) && (b == Measure::plain || a != Measure::plain)) return b == Measure::count ? right : left;
    if (scales(a)) return right;
    if (scales(b)) return left;
  }
  add(expr, fmt::format("{} is {} and {} is {}: '{}' means nothing between them", quote(expr.operands[0]),
                        name_of(left), quote(expr.operands[1]), name_of(right), sign_of(expr.kind)));
  return unknown;
}

void Checker::comparison(const Expr& expr) {
  const Expr& left = expr.operands[0];
  const Expr& right = expr.operands[1];
  const Type a = type(left);
  const Type b = type(right);
  comparable(left, a, right, b, expr.kind != Kind::equal && expr.kind != Kind::not_equal);
  if (!expr.confidence.empty()) confidence(expr);
}

void Checker::range(const Expr& expr) {
  const Type value = type(expr.operands[0]);
  for (std::size_t i : {1u, 2u})
    comparable(expr.operands[0], value, expr.operands[i], type(expr.operands[i]), true);
  const Expr& low = expr.operands[1];
  const Expr& high = expr.operands[2];
  if (low.kind == Kind::number && high.kind == Kind::number && value_of(low) > value_of(high))
    add(low, fmt::format("the range {}..{} is empty", print(low), print(high)),
        fmt::format("write `{}..{}`", print(high), print(low)));
}

void Checker::set(const Expr& expr) {
  const Type value = type(expr.operands[0]);
  for (std::size_t i = 1; i < expr.operands.size(); ++i)
    comparable(expr.operands[0], value, expr.operands[i], type(expr.operands[i]), false);
}

void Checker::comparable(const Expr& left, const Type& a, const Expr& right, const Type& b, bool ordered) {
  if (a.sort == Sort::unknown || b.sort == Sort::unknown) return;
  if (a.sort == Sort::truth || b.sort == Sort::truth) {
    const Expr& which = a.sort == Sort::truth ? left : right;
    return add(which, fmt::format("{} is true or false, it is not compared", quote(which)),
               fmt::format("write `{0}` or `not {0}`", print(which)));
  }
  if (a.sort == Sort::other || b.sort == Sort::other) {
    const Expr& which = a.sort == Sort::other ? left : right;
    return add(which, fmt::format("{} is a nested value, it is not compared", quote(which)));
  }
  const auto moment = [&](const Expr& text, const Type& type, const Type& other) {
    return text.kind == Kind::text && type.sort == Sort::text && other.sort == Sort::time;
  };
  if (moment(left, a, b) || moment(right, b, a)) {
    const Expr& text = moment(left, a, b) ? left : right;
    if (!Time::parse(text.text))
      add(text, fmt::format("{} is no time", quote(text)),
          "write `'2026-11-01'` or `'2026-11-01T09:30:00Z'`");
    return;
  }
  if (a.sort != b.sort) {
    const bool word = b.sort == Sort::text && a.sort == Sort::number;
    const bool digits = b.sort == Sort::number && a.sort == Sort::text;
    return add(right, fmt::format("{} is {}, {} is {}", quote(left), name_of(a), quote(right), name_of(b)),
               digits                                ? fmt::format("write it as a text: `'{}'`", print(right))
               : word && reads_as_number(right.text) ? "write it without quotes"
                                                     : "");
  }
  if (a.sort == Sort::schema && ordered)
    return add(left, "lists of columns are equal or not", "write `columns = last.columns`");
  if (a.sort == Sort::number) measures(left, a, right, b);
}

void Checker::measures(const Expr& left, const Type& a, const Expr& right, const Type& b) {
  const Expr& literal = right.kind == Kind::number ? right : left;
  const Expr& asked = right.kind == Kind::number ? left : right;
  const Type& wanted = right.kind == Kind::number ? a : b;
  if (wanted.measure == Measure::share && literal.kind == Kind::number && asked.kind == Kind::call &&
      value_of(literal) > 1) {
    return add(literal, fmt::format("{} is a share, which is never more than 1", quote(asked)),
               literal.unit == Unit::none ? fmt::format("write `{}%`", literal.text) : "");
  }
  if (literal.kind == Kind::number && value_of(literal) > 1 && is_fraction(asked)) {
    return add(literal, fmt::format("{} is never more than 1", quote(asked)),
               literal.unit == Unit::none ? fmt::format("write `{}%`", literal.text) : "");
  }
  if (a.measure == b.measure) return;
  const auto pair = [&](Measure one, Measure other) {
    return (a.measure == one && b.measure == other) || (a.measure == other && b.measure == one);
  };
  if (pair(Measure::plain, Measure::count) || pair(Measure::plain, Measure::share)) return;
  std::string hint;
  const std::string digits = literal.kind == Kind::number ? literal.text : "5";
  if (wanted.measure == Measure::count) hint = fmt::format("write `{}` without a unit", digits);
  if (wanted.measure == Measure::duration)
    hint = fmt::format("a duration has a unit, such as `{}d`: us, ms, s, m, h, d, w", digits);
  if (wanted.measure == Measure::size)
    hint = fmt::format("a size has a unit, such as `{}MB`: KB, MB, GB", digits);
  add(right, fmt::format("{} is {}, {} is {}", quote(left), name_of(a), quote(right), name_of(b)),
      std::move(hint));
}

bool Checker::of_metrics(const Expr& expr, bool& seen) {
  if (expr.kind == Kind::name || expr.kind == Kind::call) {
    const auto found = resolve(expr, scope_);
    const auto* leaf = std::get_if<Leaf>(&found);
    const bool metric = leaf == nullptr || (leaf->function != nullptr && leaf->function->metric);
    seen = seen || metric;
    if (!metric)
      add(expr, fmt::format("'@' stands behind comparisons of model metrics, {} is none", quote(expr)));
    return metric;
  }
  return std::all_of(expr.operands.begin(), expr.operands.end(),
                     [&](const Expr& part) { return of_metrics(part, seen); });
}

bool Checker::is_fraction(const Expr& expr) {
  if (expr.kind != Kind::name && expr.kind != Kind::call) return false;
  const auto found = resolve(expr, scope_);
  const auto* leaf = std::get_if<Leaf>(&found);
  if (leaf == nullptr || leaf->is_column()) return false;
  const Signature* function = leaf->function;
  const bool of_metric =
      !function->arguments.empty() && function->arguments.front().kind == ArgumentKind::metric;
  if (of_metric) {
    const Expr* metric = argument_of(expr, *function, function->arguments.front().name);
    function = metric == nullptr || metric->path.empty() ? nullptr
                                                         : find_function(metric->path.front().text, scope_);
  }
  return function != nullptr && function->fraction;
}

void Checker::confidence(const Expr& expr) {
  bool seen = false;
  const bool metrics = of_metrics(expr.operands[0], seen) && of_metrics(expr.operands[1], seen);
  if (!metrics) return;
  if (!seen) return add(expr, "'@' stands behind comparisons of model metrics, there is none here");
  if (expr.kind == Kind::equal || expr.kind == Kind::not_equal)
    return add(expr, fmt::format("'{}' has no confidence", sign_of(expr.kind)),
               "it stands behind `<`, `<=`, `>` and `>=`");
  if (scope_.where == Where::monitor)
    add(expr, "a monitor has no rows that two models answered", "`@ 95%` stands in `expect:` of `release:`");
}

}  // namespace mlops::expect
