/// Which parts of an assertion are about rows, and what `*` stands for.
#include <mlops/expect/check.hpp>

#include <algorithm>
#include <optional>

#include "src/lexer.hpp"

namespace mlops::expect {
namespace {

bool any_part(const Expr& expr, const Scope& scope, bool (*holds)(const Expr&, const Scope&)) {
  return std::any_of(expr.operands.begin(), expr.operands.end(),
                     [&](const Expr& part) { return holds(part, scope); });
}

const Signature* function_of(const Expr& call, const Scope& scope, std::string& table) {
  const auto found = resolve(call, scope);
  const auto* leaf = std::get_if<Leaf>(&found);
  if (leaf == nullptr) return nullptr;
  table = leaf->table;
  return leaf->function;
}

std::optional<Comparison> compared(const Expr& call, const Signature& function, const Scope& scope) {
  auto found = comparison_of(call, function, scope);
  if (auto* comparison = std::get_if<Comparison>(&found)) return std::move(*comparison);
  return std::nullopt;
}

/// Whether a call stands for one of each column.
bool is_of_each(const Expr& call, const Scope& scope) {
  if (call.kind != Kind::call) return false;
  if (!call.operands.empty() && call.operands.front().kind == Kind::star) return true;
  std::string table;
  const Signature* function = function_of(call, scope, table);
  if (function == nullptr || function->about != About::pair) return false;
  const auto comparison = compared(call, *function, scope);
  return comparison && comparison->of_each(*function);
}

void find_each(const Expr& expr, const Scope& scope, std::vector<const Expr*>& out) {
  if (is_of_each(expr, scope)) out.push_back(&expr);
  for (const Expr& part : expr.operands) find_each(part, scope, out);
}

bool has_column(const Scope& scope, const std::string& table, const ColumnType& column) {
  const auto known = scope.columns.find(table);
  return known == scope.columns.end() ||
         std::any_of(known->second.begin(), known->second.end(),
                     [&](const ColumnType& one) { return one.name == column.name; });
}

/// Whether `*` in this call stands for the column.
bool stands_for(const Expr& call, const ColumnType& column, const Scope& scope) {
  std::string table;
  const Signature* function = function_of(call, scope, table);
  if (function == nullptr || function->about != About::pair) return true;
  const auto& sorts = function->arguments[2].sorts;
  const bool fits = std::find(sorts.begin(), sorts.end(), column.type.sort) != sorts.end();
  const auto comparison = compared(call, *function, scope);
  return fits && !column.aside && column.type.sort != Sort::time && comparison &&
         has_column(scope, comparison->reference, column) && has_column(scope, comparison->current, column);
}

/// The columns that `*` stands for; null where nobody knows them yet.
const std::vector<ColumnType>* columns_of_each(const Expr& call, const Scope& scope) {
  std::string table;
  const Signature* function = function_of(call, scope, table);
  if (function != nullptr && function->about == About::pair) {
    const auto comparison = compared(call, *function, scope);
    const bool known = comparison && scope.columns.contains(comparison->current);
    if (comparison) table = known ? comparison->current : comparison->reference;
  }
  const auto found = scope.columns.find(table);
  return function == nullptr || found == scope.columns.end() ? nullptr : &found->second;
}

Expr name_of_column(const std::string& column) {
  return {.kind = Kind::name, .path = {{column, !is_plain_name(column)}}};
}

void name_columns(Expr& expr, const std::string& column, const Scope& scope) {
  if (is_of_each(expr, scope)) {
    const bool star = !expr.operands.empty() && expr.operands.front().kind == Kind::star;
    if (star) {
      expr.operands.front() = name_of_column(column);
    } else {
      expr.operands.push_back(name_of_column(column));
      expr.argument_names.emplace_back();
    }
    return;
  }
  for (Expr& part : expr.operands) name_columns(part, column, scope);
}

}  // namespace

bool is_of_rows(const Expr& expr, const Scope& scope) {
  if (expr.kind == Kind::call) return false;
  if (expr.kind != Kind::name) return any_part(expr, scope, is_of_rows);
  const auto found = resolve(expr, scope);
  const auto* leaf = std::get_if<Leaf>(&found);
  return leaf != nullptr && leaf->is_column();
}

std::vector<Assertion> each_column(const Assertion& assertion, const Scope& scope) {
  std::vector<const Expr*> calls;
  find_each(assertion.root, scope, calls);
  if (calls.empty()) return {assertion};
  std::vector<Assertion> out;
  const std::vector<ColumnType>* columns = columns_of_each(*calls.front(), scope);
  if (columns == nullptr) return out;
  for (const ColumnType& column : *columns) {
    const bool all = std::all_of(calls.begin(), calls.end(),
                                 [&](const Expr* call) { return stands_for(*call, column, scope); });
    if (!all) continue;
    out.push_back(assertion);
    name_columns(out.back().root, column.name, scope);
  }
  return out;
}

}  // namespace mlops::expect
