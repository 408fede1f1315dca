/// Calls: how many arguments, which, and of what type.
#include <fmt/core.h>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include "src/checker.hpp"
#include "src/resolve.hpp"

namespace mlops::expect {
namespace {

bool is_whole(const Expr& expr) {
  const double value = expr.kind == Kind::number && expr.unit == Unit::none ? value_of(expr) : 0;
  return value >= 1 && value < 1e15 && value == std::floor(value);
}

std::variant<std::string, Fault> thing_of_argument(const Expr& expr, const Argument& wanted,
                                                   const Scope& scope) {
  if (wanted.kind == ArgumentKind::release) return entry_named(expr, "release", scope.releases);
  if (wanted.kind == ArgumentKind::monitor) return entry_named(expr, "monitor", scope.monitors);
  return table_named(expr, scope);
}

}  // namespace

std::string thing_named(const Expr& argument, const Argument& wanted, const Scope& scope) {
  auto found = thing_of_argument(argument, wanted, scope);
  return std::holds_alternative<std::string>(found) ? std::get<std::string>(std::move(found)) : "";
}

std::size_t Checker::place_of(const std::string& name, const Signature& function, std::size_t& next) {
  const auto& wanted = function.arguments;
  if (name.empty()) {
    const bool open = !wanted.empty() && wanted.back().repeats;
    const std::size_t place = next++;
    return open ? std::min(place, wanted.size() - 1) : std::min(place, wanted.size());
  }
  const auto known =
      std::find_if(wanted.begin(), wanted.end(), [&](const Argument& one) { return one.name == name; });
  return static_cast<std::size_t>(known - wanted.begin());
}

void Checker::misplaced(const Expr& expr, const std::string& name, const Signature& function) {
  const std::size_t most = function.arguments.size();
  add(expr,
      name.empty() ? fmt::format("'{}' takes {}", function.name,
                                 most == 0 ? "no argument" : count_of(most, "argument"))
                   : fmt::format("'{}' has no argument '{}'", function.name, name),
      fmt::format("write `{}`", usage_of(function, scope_.where)));
}

const Expr* argument_of(const Expr& call, const Signature& function, std::string_view name) {
  for (std::size_t i = 0, next = 0; i < call.operands.size(); ++i) {
    const std::size_t at = Checker::place_of(call.argument_names[i], function, next);
    if (at < function.arguments.size() && function.arguments[at].name == name) return &call.operands[i];
  }
  return nullptr;
}

Type Checker::call(const Expr& expr, const Leaf& leaf) {
  const Signature& function = *leaf.function;
  if (function.about == About::pair) return pair(expr, function);
  if (function.about == About::training && !scope_.parts) {
    add(expr, fmt::format("'{}' is asked of data with a label", function.name),
        "`label:` says which column is learnt");
    return function.type;
  }
  if (function.about == About::serving && !scope_.view) {
    add(expr, fmt::format("'{}' is asked of a view", function.name), "it stands in `expect:` of `features:`");
    return function.type;
  }
  Type first = unknown;
  const std::string table = std::exchange(table_, function.about == About::model ? "" : leaf.table);
  ++calls_;
  const bool whole = arguments(expr, leaf, first);
  --calls_;
  table_ = table;
  if (!whole) {
    add(expr,
        fmt::format("'{}' wants {}", function.name, expr.operands.empty() ? "an argument" : "more arguments"),
        fmt::format("write `{}`", usage_of(function, scope_.where)));
  }
  return function.type.sort == Sort::unknown ? first : function.type;
}

/// False where one is missing that must be there.
bool Checker::arguments(const Expr& expr, const Leaf& leaf, Type& first) {
  const auto& wanted = leaf.function->arguments;
  std::vector<bool> given(wanted.size());
  for (std::size_t i = 0, next = 0; i < expr.operands.size(); ++i) {
    const Expr& operand = expr.operands[i];
    const std::size_t at = place_of(expr.argument_names[i], *leaf.function, next);
    if (at == wanted.size()) {
      misplaced(operand, expr.argument_names[i], *leaf.function);
      return true;
    }
    if (given[at] && !wanted[at].repeats)
      add(operand, fmt::format("the argument '{}' is given twice", wanted[at].name));
    given[at] = true;
    argument(operand, wanted[at], leaf, first);
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (given[i]) continue;
    if (!wanted[i].optional) return false;
    if (wanted[i].kind == ArgumentKind::slice && scope_.slices.empty())
      add(expr, "there are no slices to ask for", "declare them beside `expect:`: `slices: [origin]`");
  }
  return true;
}

/// The columns must be in both tables.
Type Checker::pair(const Expr& expr, const Signature& function) {
  auto found = comparison_of(expr, function, scope_);
  if (auto* fault = std::get_if<Fault>(&found)) {
    faults_.push_back(std::move(*fault));
    return function.type;
  }
  const Comparison& compared = std::get<Comparison>(found);
  if (compared.of_each(function)) ++stars_;
  for (const Expr* one : compared.columns) {
    if (one->kind == Kind::star) continue;
    const std::size_t before = faults_.size();
    for (const std::string& table : {compared.current, compared.reference}) {
      Type first = unknown;
      if (faults_.size() == before)
        argument(*one, function.arguments[2], {.table = table, .function = &function}, first);
    }
  }
  return function.type;
}

void Checker::argument(const Expr& expr, const Argument& wanted, const Leaf& leaf, Type& first) {
  const auto wants = [&](std::string_view what) {
    add(expr, fmt::format("'{}' takes {} here, not {}", leaf.function->name, what, quote(expr)),
        fmt::format("write `{}`", usage_of(*leaf.function, scope_.where)));
  };
  if (expr.kind == Kind::star) {
    ++stars_;
    if (!leaf.function->star)
      add(expr, fmt::format("'*' cannot stand in '{}'", leaf.function->name), "name the column");
    return;
  }
  switch (wanted.kind) {
    case ArgumentKind::column:
      if (expr.kind != Kind::name || expr.path.size() != 1) return wants("a column");
      return column(expr, wanted, leaf, first);
    case ArgumentKind::value:
      return value(expr, wanted, leaf, first);
    case ArgumentKind::test:
      if (!is_logical(expr.kind) && expr.kind != Kind::name) return wants("a test of each row");
      return logical(expr);
    case ArgumentKind::regex:
      if (expr.kind != Kind::regex) wants("a regular expression, /.../,");
      return;
    case ArgumentKind::fraction:
      if (expr.kind != Kind::number || expr.unit > Unit::percent || value_of(expr) > 1)
        wants("a share from 0 to 1");
      return;
    case ArgumentKind::table:
      // Of a pair, comparison_of() has looked at it.
      return leaf.function->about == About::trigger ? thing(expr, wanted, leaf) : void();
    case ArgumentKind::release:
    case ArgumentKind::monitor:
      return thing(expr, wanted, leaf);
    case ArgumentKind::length:
      if (expr.kind != Kind::number || expr.unit < Unit::us || expr.unit > Unit::w)
        wants("a time such as 14d");
      return;
    case ArgumentKind::word:
      if (expr.kind != Kind::name || expr.path.size() != 1) return wants("a word");
      if (leaf.function->about == About::serving && expr.path.front().text != wanted.name)
        wants(fmt::format("the word {}", wanted.name));
      return;
    case ArgumentKind::metric:
      if (expr.kind != Kind::name || expr.path.size() != 1) return wants("a metric");
      return metric(expr);
    case ArgumentKind::slice:
      if (expr.kind != Kind::name || expr.path.size() != 1) return wants("a column of `slices:`");
      return slice(expr);
    case ArgumentKind::count:
      if (!is_whole(expr)) wants("a whole number from 1");
      return;
  }
}

void Checker::thing(const Expr& expr, const Argument& wanted, const Leaf& leaf) {
  if (expr.kind != Kind::name)
    return add(expr,
               fmt::format("'{}' takes a {} of the file here, not {}", leaf.function->name, wanted.name,
                           quote(expr)),
               fmt::format("write `{}`", usage_of(*leaf.function)));
  auto found = thing_of_argument(expr, wanted, scope_);
  if (auto* fault = std::get_if<Fault>(&found)) faults_.push_back(std::move(*fault));
}

void Checker::metric(const Expr& expr) {
  const Part& name = expr.path.front();
  const Signature* function = name.quoted ? nullptr : find_function(name.text, scope_);
  if (function == nullptr || !function->metric) {
    std::vector<std::string> known;
    for (const Signature& one : scope_.functions) {
      if (one.metric) known.emplace_back(one.name);
    }
    return add(expr, fmt::format("there is no metric '{}'", name.text), similar(name.text, known));
  }
  if (auto fault = problem_of_metric(name, scope_)) faults_.push_back(*std::move(fault));
}

void Checker::slice(const Expr& expr) {
  const std::string& column = expr.path.front().text;
  const auto& known = scope_.slices;
  if (std::find(known.begin(), known.end(), column) != known.end()) return;
  std::string hint = similar(column, known);
  if (hint.empty()) hint = fmt::format("declare it beside `expect:`: `slices: [{}]`", column);
  add(expr, fmt::format("'{}' is no slice of this release", column), std::move(hint));
}

/// The name of a column, whatever else has that name.
void Checker::column(const Expr& expr, const Argument& wanted, const Leaf& leaf, Type& first) {
  const Part& name = expr.path.front();
  const auto table = scope_.columns.find(leaf.table);
  if (table == scope_.columns.end()) return;
  std::vector<std::string> known;
  for (const ColumnType& one : table->second) {
    if (one.name == name.text) {
      first = one.type;
      fits(expr, wanted, leaf, first);
      return;
    }
    known.push_back(one.name);
  }
  const bool trained = scope_.where == Where::monitor && leaf.table == "train";
  const std::string whose = trained              ? " in what the model was trained on"
                            : leaf.table.empty() ? ""
                                                 : fmt::format(" in {}", leaf.table);
  std::string hint = similar(name.text, known);
  const Signature* function = name.quoted ? nullptr : find_function(name.text, scope_);
  if (hint.empty() && function != nullptr && function->metric && function->allowed(scope_.where))
    hint = fmt::format("'{}' is a metric, which stands alone", name.text);
  add(expr, fmt::format("there is no column '{}'{}", name.text, whose), std::move(hint));
}

void Checker::value(const Expr& expr, const Argument& wanted, const Leaf& leaf, Type& first) {
  first = type(expr);
  if (!fits(expr, wanted, leaf, first)) first = unknown;
}

bool Checker::fits(const Expr& expr, const Argument& wanted, const Leaf& leaf, const Type& seen) {
  const auto& sorts = wanted.sorts;
  const bool any = sorts.empty() || seen.sort == Sort::unknown;
  if (any || std::find(sorts.begin(), sorts.end(), seen.sort) != sorts.end()) return true;
  std::string names;
  for (const Sort sort : sorts) {
    const std::string_view one = name_of(Type{sort});
    names += (names.empty() ? "" : " or ") + std::string(one);
  }
  add(expr,
      fmt::format("'{}' is asked of {}, {} is {}", leaf.function->name, names, quote(expr), name_of(seen)));
  return false;
}

}  // namespace mlops::expect
