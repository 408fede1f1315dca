/// Which parts of an assertion are about rows, and what `*` stands for.
#include <mlops/expect/check.hpp>

#include <algorithm>

#include "src/lexer.hpp"

namespace mlops::expect {
namespace {

bool any_part(const Expr& expr, const Scope& scope, bool (*holds)(const Expr&, const Scope&)) {
  return std::any_of(expr.operands.begin(), expr.operands.end(),
                     [&](const Expr& part) { return holds(part, scope); });
}

/// The first call with a `*`; null when there is none.
const Expr* find_star(const Expr& expr) {
  if (expr.kind == Kind::call && !expr.operands.empty() && expr.operands.front().kind == Kind::star)
    return &expr;
  for (const Expr& part : expr.operands) {
    if (const Expr* found = find_star(part)) return found;
  }
  return nullptr;
}

void replace_star(Expr& expr, const std::string& column) {
  if (expr.kind == Kind::star) {
    expr.kind = Kind::name;
    expr.path = {{column, !is_plain_name(column)}};
  }
  for (Expr& part : expr.operands) replace_star(part, column);
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
  const Expr* star = find_star(assertion.root);
  if (star == nullptr) return {assertion};
  const auto found = resolve(*star, scope);
  const auto* leaf = std::get_if<Leaf>(&found);
  const auto table = leaf == nullptr ? scope.columns.end() : scope.columns.find(leaf->table);
  std::vector<Assertion> out;
  if (table == scope.columns.end()) return out;
  for (const ColumnType& column : table->second) {
    out.push_back(assertion);
    replace_star(out.back().root, column.name);
  }
  return out;
}

}  // namespace mlops::expect
