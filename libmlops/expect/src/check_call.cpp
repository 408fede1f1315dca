/// Calls: how many arguments, which, and of what type.
#include <fmt/core.h>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <utility>

#include "src/checker.hpp"

namespace mlops::expect {
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
      fmt::format("write `{}`", usage_of(function)));
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
  const std::string table = std::exchange(table_, leaf.table);
  ++calls_;
  for (std::size_t i = 0, next = 0; i < expr.operands.size(); ++i) {
    const std::size_t at = place_of(expr.argument_names[i], function, next);
    if (at == function.arguments.size()) {
      misplaced(expr.operands[i], expr.argument_names[i], function);
      break;
    }
    argument(expr.operands[i], function.arguments[at], leaf, first);
  }
  --calls_;
  table_ = table;
  if (expr.operands.size() < function.arguments.size()) {
    add(expr,
        fmt::format("'{}' wants {}", function.name, expr.operands.empty() ? "an argument" : "more arguments"),
        fmt::format("write `{}`", usage_of(function)));
  }
  return function.type.sort == Sort::unknown ? first : function.type;
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
        fmt::format("write `{}`", usage_of(*leaf.function)));
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
      return;  // comparison_of() has looked at it
    case ArgumentKind::word:
      if (expr.kind != Kind::name || expr.path.size() != 1) return wants("a word");
      if (leaf.function->about == About::serving && expr.path.front().text != wanted.name)
        wants(fmt::format("the word {}", wanted.name));
      return;
  }
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
  const auto near = near_misses(name.text, known);
  const std::string whose = leaf.table.empty() ? "" : fmt::format(" in {}", leaf.table);
  add(expr, fmt::format("there is no column '{}'{}", name.text, whose),
      near.empty() ? ""
                   : fmt::format("similar name{} exist{}: {}", near.size() > 1 ? "s" : "",
                                 near.size() > 1 ? "" : "s", one_of(near)));
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
