/// Verdicts over values: comparisons, ranges, sets.
#include <fmt/format.h>
#include <mlops/base/clock.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

#include "src/compare.hpp"
#include "src/evaluator.hpp"
#include "src/seen.hpp"

namespace mlops::expect {
namespace {

constexpr std::string_view mask = "***";

Kind contrary(Kind kind) {
  switch (kind) {
    case Kind::less:
      return Kind::greater_equal;
    case Kind::less_equal:
      return Kind::greater;
    case Kind::greater:
      return Kind::less_equal;
    case Kind::greater_equal:
      return Kind::less;
    case Kind::equal:
      return Kind::not_equal;
    default:
      return Kind::equal;
  }
}

/// Neither null nor NaN: something that compares.
bool is_known(const Value& value) {
  if (std::holds_alternative<Null>(value)) return false;
  const auto* number = std::get_if<double>(&value);
  return number == nullptr || !std::isnan(*number);
}

/// Values of checked expressions are of one sort.
bool compare(Kind kind, const Value& a, const Value& b) {
  if (!is_known(a) || !is_known(b)) return false;
  if (const auto* x = std::get_if<double>(&a))
    if (const auto* y = std::get_if<double>(&b)) return compares(kind, *x, *y);
  if (const auto* x = std::get_if<std::string>(&a))
    if (const auto* y = std::get_if<std::string>(&b)) return compares(kind, *x, *y);
  if (const auto* x = std::get_if<Schema>(&a))
    if (const auto* y = std::get_if<Schema>(&b)) return compares(kind, *x, *y);
  return false;
}

/// The unit that numbers are shown in: that of a literal on the other side.
Unit unit_in(const Expr& expr) {
  if (expr.kind == Kind::number) return expr.unit;
  for (const Expr& part : expr.operands) {
    if (const Unit unit = unit_in(part); unit != Unit::none && expr.kind != Kind::call) return unit;
  }
  return Unit::none;
}

bool is_literal(const Expr& expr) {
  return expr.kind == Kind::number || expr.kind == Kind::text ||
         (expr.kind == Kind::negate && expr.operands.front().kind == Kind::number);
}

}  // namespace

std::optional<Verdict> skipped(std::initializer_list<const Value*> values) {
  for (const Value* one : values) {
    if (const auto* missing = std::get_if<Missing>(one)) return Verdict{Outcome::skip, missing->reason};
  }
  return std::nullopt;
}

Verdict Evaluator::comparison(const Expr& expr, bool wanted) {
  const Expr& left = expr.operands[0];
  const Expr& right = expr.operands[1];
  const Type a = type_of(left, scope_);
  const Type b = type_of(right, scope_);
  const Value x = literal(left, b);
  const Value y = literal(right, a);
  if (const auto skip = skipped({&x, &y})) return *skip;
  const Kind kind = wanted ? expr.kind : contrary(expr.kind);
  const bool good = compare(kind, x, y);
  const auto* columns = std::get_if<Schema>(&x);
  if (columns != nullptr && std::holds_alternative<Schema>(y)) {
    const std::string differs = difference(*columns, std::get<Schema>(y));
    return {outcome(good), differs.empty() ? fmt::format("{} is the same", print(left)) : differs};
  }
  const Type& type = a.measure == Measure::plain && a.sort == Sort::number ? b : a;
  const Unit unit = unit_in(is_literal(left) ? left : right);
  auto [seen, bound] = told_apart(x, y, type, unit);
  if (is_masked(left)) seen = mask;
  if (is_masked(right)) bound = mask;
  std::string text = is_literal(left) ? fmt::format("{} = {}", print(right), bound)
                                      : fmt::format("{} = {}", print(left), seen);
  if (is_literal(left)) {
    if (!good) text += fmt::format(", wanted {} {} it", seen, sign_of(kind));
    return {outcome(good), text + details(expr)};
  }
  const bool told = is_literal(right);
  if (!good || !told) text += fmt::format(", wanted {} {}", sign_of(kind), bound);
  if (!told) text += fmt::format(" ({})", print(right));
  return {outcome(good), text + details(expr)};
}

/// "auc = 0.755, champion.auc = 0.751: in 99.2 % of 2,000 resamples, wanted 95 %"
Verdict Evaluator::confident(const Expr& expr, bool wanted) {
  const Expr& left = expr.operands[0];
  const Expr& right = expr.operands[1];
  const Value x = value(left);
  const Value y = value(right);
  const Value share = values_.confidence(expr);
  if (const auto skip = skipped({&x, &y, &share})) return *skip;
  const Value level = value_of({.text = expr.confidence, .unit = Unit::percent});
  const bool good = is_known(x) && is_known(y) && is_known(share) &&
                    compare(wanted ? Kind::greater_equal : Kind::less, share, level);
  const Unit unit = unit_in(is_literal(left) ? left : right);
  const auto [seen, bound] = told_apart(x, y, type_of(left, scope_), unit);
  std::string text;
  for (const auto& [side, its] : {std::pair(&left, &seen), std::pair(&right, &bound)}) {
    if (!is_literal(*side)) text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", print(*side), *its);
  }
  if (is_known(x) && is_known(y)) text += ": " + resampled(expr, share, level, wanted);
  return {outcome(good), text + details(expr)};
}

/// In how many of the resamples it holds; the sign where both sides do not tell it.
std::string Evaluator::resampled(const Expr& expr, const Value& share, const Value& level, bool wanted) {
  const Type type{Sort::number, Measure::share};
  const auto [seen, bound] = told_apart(share, level, type, Unit::percent);
  const Expr& left = expr.operands[0];
  const Expr& right = expr.operands[1];
  std::string sign;
  if (is_literal(left)) sign = fmt::format("{} {} it ", print(left), sign_of(expr.kind));
  else if (is_literal(right)) sign = fmt::format("{} {} ", sign_of(expr.kind), print(right));
  else if (!wanted) sign = fmt::format("{} ", sign_of(expr.kind));
  const std::uint64_t count = values_.resamples();
  if (!is_known(share))
    return fmt::format("too many of {} leave it open",
                       count == 0 ? "the resamples" : count_of(count, "resample"));
  return fmt::format("{}in {} of {}, wanted {}{}", sign, seen,
                     count == 0 ? "the resamples" : count_of(count, "resample"), wanted ? "" : "less than ",
                     bound);
}

Verdict Evaluator::range(const Expr& expr, bool wanted) {
  const Type type = type_of(expr.operands[0], scope_);
  const Value x = value(expr.operands[0]);
  const Value low = literal(expr.operands[1], type);
  const Value high = literal(expr.operands[2], type);
  if (const auto skip = skipped({&x, &low, &high})) return *skip;
  const bool inside = compare(Kind::greater_equal, x, low) && compare(Kind::less_equal, x, high);
  const bool known = is_known(x) && is_known(low) && is_known(high);
  const bool good = known && inside == wanted;
  const Unit unit = unit_in(expr.operands[2]);
  auto [seen, nearest] = told_apart(x, compare(Kind::less, x, low) ? low : high, type, unit);
  if (is_masked(expr.operands[0])) seen = mask;
  std::string text = fmt::format("{} = {}", print(expr.operands[0]), seen);
  if (!good)
    text += fmt::format(", wanted {}in {}..{}", wanted ? "" : "not ", shown(low, type, unit),
                        shown(high, type, unit));
  return {outcome(good), text + details(expr.operands[0])};
}

Verdict Evaluator::set(const Expr& expr, bool wanted) {
  const Type type = type_of(expr.operands[0], scope_);
  const Value x = value(expr.operands[0]);
  if (const auto skip = skipped({&x})) return *skip;
  const bool inside = std::any_of(expr.operands.begin() + 1, expr.operands.end(), [&](const Expr& one) {
    return compare(Kind::equal, x, literal(one, type));
  });
  const bool good = is_known(x) && inside == wanted;
  std::string text =
      fmt::format("{} = {}", print(expr.operands[0]),
                  is_masked(expr.operands[0]) ? std::string(mask) : shown(x, type, Unit::none));
  if (!good)
    text += fmt::format(", wanted {}{}", wanted ? "" : "not ",
                        print(expr).substr(print(expr.operands[0]).size() + 1));
  return {outcome(good), text + details(expr.operands[0])};
}

Value Evaluator::literal(const Expr& expr, const Type& beside) {
  if (expr.kind != Kind::text || beside.sort != Sort::time) return value(expr);
  const auto time = Time::parse(expr.text);
  if (!time) return Null{};
  return static_cast<double>(time->us);
}

Value Evaluator::value(const Expr& expr) {
  switch (expr.kind) {
    case Kind::number:
      return value_of(expr);
    case Kind::text:
      return expr.text;
    case Kind::name:
    case Kind::call:
      return values_.value(expr);
    case Kind::negate:
    case Kind::add:
    case Kind::subtract:
    case Kind::multiply:
    case Kind::divide:
      return arithmetic(expr);
    default: {
      const Verdict inner = logical(expr, true);
      if (inner.outcome == Outcome::skip) return Missing{inner.seen};
      return Truth{inner.outcome == Outcome::pass, inner.seen};
    }
  }
}

Value Evaluator::arithmetic(const Expr& expr) {
  std::vector<double> numbers;
  std::optional<Value> other;
  for (const Expr& part : expr.operands) {
    Value found = value(part);
    if (const auto* number = std::get_if<double>(&found)) numbers.push_back(*number);
    else if (!other || std::holds_alternative<Missing>(found)) other = std::move(found);
  }
  if (other) return std::holds_alternative<Missing>(*other) ? *other : Value(Null{});
  if (expr.kind == Kind::negate) return -numbers[0];
  return calculate(expr.kind, numbers[0], numbers[1]);
}

std::string Evaluator::details(const Expr& expr) {
  std::vector<std::string> all;
  for (const Expr* leaf : leaves_of(expr)) {
    std::string found = values_.detail(*leaf);
    const bool again = std::find(all.begin(), all.end(), found) != all.end();
    if (!found.empty() && !again) all.push_back(std::move(found));
  }
  return all.empty() ? "" : fmt::format(": {}", fmt::join(all, "; "));
}

/// Whether what is printed of it would show values of a masked column.
bool Evaluator::is_masked(const Expr& expr) const {
  const auto any = [](const auto& all, const auto& holds) {
    return std::any_of(all.begin(), all.end(), holds);
  };
  if (expr.kind != Kind::call)
    return any(expr.operands, [this](const Expr& part) { return is_masked(part); });
  const auto found = resolve(expr, scope_);
  const auto* leaf = std::get_if<Leaf>(&found);
  if (leaf == nullptr || !leaf->function->shows) return false;
  const auto table = scope_.columns.find(leaf->table);
  if (table == scope_.columns.end()) return false;
  const std::string text = print(expr.operands.front());
  return any(table->second, [&](const ColumnType& column) {
    return column.masked && text.find(column.name) != std::string::npos;
  });
}

}  // namespace mlops::expect
