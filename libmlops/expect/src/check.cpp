#include <mlops/expect/check.hpp>

#include <fmt/core.h>

#include <algorithm>

#include "src/checker.hpp"

namespace mlops::expect {
namespace {

constexpr Type truth{Sort::truth, Measure::plain};

Type number_type(Unit unit) {
  if (unit == Unit::none) return plain_number;
  if (unit == Unit::percent) return {Sort::number, Measure::share};
  return {Sort::number, unit < Unit::kilobytes ? Measure::duration : Measure::size};
}

}  // namespace

std::string quote(const Expr& expr) {
  return expr.kind == Kind::text ? print(expr) : "'" + print(expr) + "'";
}

void Checker::logical(const Expr& expr) {
  if (expr.kind == Kind::logical_and || expr.kind == Kind::logical_or || expr.kind == Kind::logical_not) {
    for (const Expr& part : expr.operands) logical(part);
  } else if (is_comparison(expr.kind)) {
    comparison(expr);
  } else if (expr.kind == Kind::in_range) {
    range(expr);
  } else if (expr.kind == Kind::in_set) {
    set(expr);
  } else {
    const Type found = type(expr);
    if (found.sort == Sort::truth || found.sort == Sort::unknown) return;
    const bool constant = expr.kind == Kind::number || expr.kind == Kind::text;
    add(expr, fmt::format("{} is {}, true or false is wanted", quote(expr), name_of(found)),
        constant ? ""
                 : fmt::format("compare it, such as `{} > {}`", print(expr),
                               found.measure == Measure::duration ? "1h"
                               : found.sort == Sort::text         ? "'a'"
                                                                  : "0"));
  }
}

Type Checker::type(const Expr& expr) {
  switch (expr.kind) {
    case Kind::number:
      return number_type(expr.unit);
    case Kind::text:
      return {Sort::text};
    case Kind::regex:
      add(expr, "a regular expression stands in `match(column, /.../)`");
      return unknown;
    case Kind::star:
      add(expr, "'*' stands alone in the brackets of a function");
      return unknown;
    case Kind::name:
    case Kind::call:
      return leaf(expr);
    case Kind::negate:
    case Kind::add:
    case Kind::subtract:
    case Kind::multiply:
    case Kind::divide:
      return arithmetic(expr);
    default:
      logical(expr);
      return truth;
  }
}

Type Checker::leaf(const Expr& expr) {
  if (calls_ > 0 && !table_.empty() && expr.kind == Kind::name && expr.path.size() == 1) {
    // A column of another table, whose names mean nothing else here.
    Type found;
    column(expr, {}, {.table = table_}, found);
    return found;
  }
  auto found = resolve(expr, scope_);
  if (auto* fault = std::get_if<Fault>(&found)) {
    faults_.push_back(std::move(*fault));
    return unknown;
  }
  const Leaf& leaf = std::get<Leaf>(found);
  if (leaf.is_column()) {
    if (calls_ == 0) of_rows_ = true;
    return leaf.column.type;
  }
  if (leaf.function->about == About::model) {
    if (calls_ > 0) add(expr, fmt::format("{} is asked of a model, not of a row", quote(expr)));
    of_models_ = true;
  }
  return call(expr, leaf);
}

std::vector<Fault> check(const Assertion& assertion, const Scope& scope) {
  std::vector<Fault> faults;
  Checker(scope, faults).assertion(assertion.root);
  std::stable_sort(faults.begin(), faults.end(),
                   [](const Fault& a, const Fault& b) { return a.offset < b.offset; });
  return faults;
}

Type type_of(const Expr& expr, const Scope& scope) {
  std::vector<Fault> faults;
  return Checker(scope, faults).type(expr);
}

}  // namespace mlops::expect
