#include <mlops/expect/evaluate.hpp>

#include <fmt/format.h>
#include <mlops/base/clock.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

#include "src/seen.hpp"

namespace mlops::expect {
namespace {

constexpr std::size_t most_columns = 5;
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

template <typename T>
bool holds(Kind kind, const T& a, const T& b) {
  switch (kind) {
    case Kind::less:
      return a < b;
    case Kind::less_equal:
      return a <= b;
    case Kind::greater:
      return a > b;
    case Kind::greater_equal:
      return a >= b;
    case Kind::equal:
      return a == b;
    default:
      return a != b;
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
    if (const auto* y = std::get_if<double>(&b)) return holds(kind, *x, *y);
  if (const auto* x = std::get_if<std::string>(&a))
    if (const auto* y = std::get_if<std::string>(&b)) return holds(kind, *x, *y);
  if (const auto* x = std::get_if<Schema>(&a))
    if (const auto* y = std::get_if<Schema>(&b)) return holds(kind, *x, *y);
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

class Evaluator {
 public:
  Evaluator(const Scope& scope, Values& values) : scope_(scope), values_(values) {}

  Verdict logical(const Expr& expr, bool wanted);

 private:
  Verdict joined(const Expr& expr, bool wanted, bool all);
  Verdict rows(const Expr& expr, bool wanted);
  Verdict truth(const Expr& expr, bool wanted);
  Verdict comparison(const Expr& expr, bool wanted);
  Verdict range(const Expr& expr, bool wanted);
  Verdict set(const Expr& expr, bool wanted);
  Value value(const Expr& expr);
  Value literal(const Expr& text, const Type& beside);
  Value arithmetic(const Expr& expr);
  bool is_masked(const Expr& expr) const;
  /// What else there is to say of the values in it, behind a colon.
  std::string details(const Expr& expr);

  const Scope& scope_;
  Values& values_;
};

std::optional<Verdict> skipped(std::initializer_list<const Value*> values) {
  for (const Value* one : values) {
    if (const auto* missing = std::get_if<Missing>(one)) return Verdict{Outcome::skip, missing->reason};
  }
  return std::nullopt;
}

Outcome outcome(bool holds) { return holds ? Outcome::pass : Outcome::fail; }

Verdict Evaluator::logical(const Expr& expr, bool wanted) {
  if (expr.kind == Kind::logical_not) return logical(expr.operands.front(), !wanted);
  const bool all = (expr.kind == Kind::logical_and) == wanted;
  const bool connective = expr.kind == Kind::logical_and || expr.kind == Kind::logical_or;
  const bool of_rows = is_of_rows(expr, scope_);
  // "Every row a and b" is "every row a" and "every row b"; with `or` it is not.
  if (connective && (all || !of_rows)) return joined(expr, wanted, all);
  if (of_rows) return rows(expr, wanted);
  if (is_comparison(expr.kind)) return comparison(expr, wanted);
  if (expr.kind == Kind::in_range) return range(expr, wanted);
  if (expr.kind == Kind::in_set) return set(expr, wanted);
  return truth(expr, wanted);
}

Verdict Evaluator::joined(const Expr& expr, bool wanted, bool all) {
  std::vector<Verdict> parts;
  for (const Expr& part : expr.operands) parts.push_back(logical(part, wanted));
  const auto any = [&](Outcome which) {
    return std::any_of(parts.begin(), parts.end(), [&](const Verdict& one) { return one.outcome == which; });
  };
  const Outcome strong = all ? Outcome::fail : Outcome::pass;
  const Outcome weak = all ? Outcome::pass : Outcome::fail;
  const Outcome found = any(strong) ? strong : any(Outcome::skip) ? Outcome::skip : weak;
  std::string seen;
  for (const Verdict& one : parts) {
    if (one.outcome == found) seen += (seen.empty() ? "" : "; ") + one.seen;
  }
  return {found, std::move(seen)};
}

Verdict Evaluator::rows(const Expr& expr, bool wanted) {
  const auto found = values_.rows(expr, wanted);
  if (const auto* missing = std::get_if<Missing>(&found)) return {Outcome::skip, missing->reason};
  const RowsSeen& seen = std::get<RowsSeen>(found);
  if (seen.tested == 0) return {Outcome::fail, "there is no row with a value"};
  if (seen.failing == 0)
    return {Outcome::pass,
            seen.tested == 1 ? "the one row" : fmt::format("all {} rows", count_text(seen.tested))};
  std::string text = fmt::format("{} of {} {}", count_text(seen.failing), count_of(seen.tested, "row"),
                                 seen.failing == 1 ? "fails" : "fail");
  if (!seen.examples.empty()) text += fmt::format(": {}", fmt::join(seen.examples, "; "));
  if (seen.examples.size() < seen.failing && !seen.examples.empty()) text += "; ...";
  return {Outcome::fail, std::move(text)};
}

Verdict Evaluator::truth(const Expr& expr, bool wanted) {
  const Value found = value(expr);
  if (const auto skip = skipped({&found})) return *skip;
  const auto* truth = std::get_if<Truth>(&found);
  if (truth == nullptr) return {Outcome::fail, fmt::format("{} is null", print(expr))};
  const bool good = truth->holds == wanted;
  if (!truth->seen.empty()) return {outcome(good), truth->seen};
  return {outcome(good), fmt::format("{} is {}", print(expr), truth->holds ? "so" : "not so")};
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
  if (is_literal(left))
    return {outcome(good), good ? text : fmt::format("{}, wanted {} {} it", text, seen, sign_of(kind))};
  const bool told = is_literal(right);
  if (!good || !told) text += fmt::format(", wanted {} {}", sign_of(kind), bound);
  if (!told) text += fmt::format(" ({})", print(right));
  return {outcome(good), text + details(left) + details(right)};
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
  return {outcome(good), std::move(text)};
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
  switch (expr.kind) {
    case Kind::negate:
      return -numbers[0];
    case Kind::add:
      return numbers[0] + numbers[1];
    case Kind::subtract:
      return numbers[0] - numbers[1];
    case Kind::multiply:
      return numbers[0] * numbers[1];
    default:
      return numbers[0] / numbers[1];
  }
}

std::string Evaluator::details(const Expr& expr) {
  if (expr.kind == Kind::name || expr.kind == Kind::call) {
    const std::string found = values_.detail(expr);
    return found.empty() ? "" : ": " + found;
  }
  std::string out;
  for (const Expr& part : expr.operands) out += details(part);
  return out;
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

/// What verdicts of one outcome have seen, each once.
std::string seen_by(const std::vector<Verdict>& verdicts, Outcome outcome) {
  std::vector<std::string> seen;
  for (const Verdict& one : verdicts) {
    const bool again = std::find(seen.begin(), seen.end(), one.seen) != seen.end();
    if (one.outcome == outcome && !again) seen.push_back(one.seen);
  }
  const std::size_t more = seen.size() - std::min(seen.size(), most_columns);
  seen.resize(seen.size() - more);
  std::string text = fmt::format("{}", fmt::join(seen, "; "));
  return more == 0 ? text : fmt::format("{}; and {} more", text, more);
}

/// One verdict for the columns that `*` stood for. Of those that are skipped nothing is known, which does not
/// take away what is known of the others.
Verdict of_columns(const std::vector<Verdict>& verdicts) {
  const auto count = [&](Outcome which) {
    return static_cast<std::size_t>(std::count_if(verdicts.begin(), verdicts.end(),
                                                  [&](const Verdict& one) { return one.outcome == which; }));
  };
  const std::size_t passed = count(Outcome::pass);
  const Outcome found = count(Outcome::fail) > 0 ? Outcome::fail : passed > 0 ? Outcome::pass : Outcome::skip;
  if (found != Outcome::pass) return {found, seen_by(verdicts, found)};
  if (passed == verdicts.size()) return {found, fmt::format("all {}", count_of(passed, "column"))};
  return {found,
          fmt::format("{}; skipped: {}", count_of(passed, "column"), seen_by(verdicts, Outcome::skip))};
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  if (outcome == Outcome::skip) return "skip";
  return outcome == Outcome::pass ? "pass" : "fail";
}

Verdict evaluate(const Assertion& assertion, const Scope& scope, Values& values) {
  const std::vector<Assertion> each = each_column(assertion, scope);
  if (each.size() == 1) return Evaluator(scope, values).logical(each.front().root, true);
  if (each.empty()) return {Outcome::skip, "there is no column to look at"};
  std::vector<Verdict> verdicts;
  for (const Assertion& one : each) verdicts.push_back(Evaluator(scope, values).logical(one.root, true));
  return of_columns(verdicts);
}

}  // namespace mlops::expect
