/// Which tables, and which of their columns, a function of a pair compares.
#include <fmt/core.h>
#include <mlops/base/text.hpp>

#include <algorithm>

#include "src/resolve.hpp"

namespace mlops::expect {
namespace {

/// The arguments by what they are for.
struct Arguments {
  const Expr* reference = nullptr;
  const Expr* current = nullptr;
  std::vector<const Expr*> columns = {};
};

Fault misused(const Expr& at, const Signature& function, const Scope& scope, std::string_view what) {
  return {at.at.begin, fmt::format("'{}' {}", function.name, what),
          fmt::format("write `{}`", usage_of(function, scope.where))};
}

std::vector<const Expr*> without_name(const Expr& call) {
  std::vector<const Expr*> out;
  for (std::size_t i = 0; i < call.operands.size(); ++i) {
    if (call.argument_names[i].empty()) out.push_back(&call.operands[i]);
  }
  return out;
}

std::variant<Arguments, Fault> with_name(const Expr& call, const Signature& function, const Scope& scope) {
  Arguments out;
  for (std::size_t i = 0; i < call.operands.size(); ++i) {
    const std::string& name = call.argument_names[i];
    const Expr& operand = call.operands[i];
    if (name.empty()) continue;
    if (name == function.arguments[0].name) out.reference = &operand;
    else if (name == function.arguments[1].name) out.current = &operand;
    else if (name == function.arguments[2].name) out.columns.push_back(&operand);
    else return misused(operand, function, scope, fmt::format("has no argument '{}'", name));
  }
  return out;
}

/// Those without a name take the places that are left; one alone is a column, where it may be.
std::variant<Arguments, Fault> arguments_of(const Expr& call, const Signature& function, const Scope& scope) {
  auto found = with_name(call, function, scope);
  if (std::holds_alternative<Fault>(found)) return found;
  Arguments& out = std::get<Arguments>(found);
  const auto places = without_name(call);
  const bool column_alone =
      function.star && out.reference == nullptr && out.current == nullptr && places.size() <= 1;
  for (const Expr* one : places) {
    if (!column_alone && out.reference == nullptr) out.reference = one;
    else if (!column_alone && out.current == nullptr) out.current = one;
    else out.columns.push_back(one);
  }
  if (out.columns.size() > 1 && !function.arguments[2].repeats)
    return misused(*out.columns[1], function, scope, "takes one column");
  const bool one_table = (out.reference == nullptr) != (out.current == nullptr);
  const bool nothing = out.reference == nullptr && (!function.star || out.columns.empty());
  if (one_table || nothing)
    return misused(call, function, scope,
                   call.operands.empty() ? "wants an argument" : "wants more arguments");
  return found;
}

std::variant<std::string, Fault> table_at(const Expr& expr, const Signature& function, const Scope& scope) {
  if (expr.kind == Kind::name) return table_named(expr, scope);
  return misused(expr, function, scope, fmt::format("takes a table here, not '{}'", print(expr)));
}

}  // namespace

std::variant<Comparison, Fault> comparison_of(const Expr& call, const Signature& function,
                                              const Scope& scope) {
  auto found = arguments_of(call, function, scope);
  if (auto* fault = std::get_if<Fault>(&found)) return std::move(*fault);
  Arguments& arguments = std::get<Arguments>(found);
  const bool monitor = scope.where == Where::monitor;
  Comparison out{.reference = monitor ? "train" : "last", .columns = std::move(arguments.columns)};
  if (arguments.reference == nullptr) return out;
  if (monitor) {
    return misused(*arguments.reference, function, scope,
                   "compares the window with what the model was trained on, no other tables");
  }
  for (const auto& [expr, table] :
       {std::pair(arguments.reference, &out.reference), std::pair(arguments.current, &out.current)}) {
    auto named = table_at(*expr, function, scope);
    if (auto* fault = std::get_if<Fault>(&named)) return std::move(*fault);
    *table = std::get<std::string>(std::move(named));
  }
  return out;
}

}  // namespace mlops::expect
