/// What `when:` of a schedule asks: of things of the file, never of columns.
#include <fmt/format.h>

#include <algorithm>

#include "src/resolve.hpp"

namespace mlops::expect {
namespace {

std::string usages(const Scope& scope) {
  std::vector<std::string> out;
  for (const Signature& one : scope.functions) {
    if (one.allowed(Where::schedule)) out.push_back(fmt::format("`{}`", usage_of(one)));
  }
  return fmt::format("{}", fmt::join(out, ", "));
}

std::string whole_of(const Expr& expr) {
  std::string out;
  for (const Part& part : expr.path) out += (out.empty() ? "" : ".") + part.text;
  return out;
}

}  // namespace

std::variant<Leaf, Fault> trigger_leaf(const Expr& expr, const Scope& scope) {
  const Part& name = expr.path.back();
  const Signature* function = name.quoted ? nullptr : find_function(name.text, scope);
  if (function != nullptr && !function->allowed(scope.where)) return not_asked(name, *function);
  const std::size_t at = expr.path.front().at.begin;
  if (function == nullptr) {
    std::string hint = similar(name.text, functions_here(scope));
    if (hint.empty()) hint = fmt::format("a schedule asks for {}", usages(scope));
    return Fault{at, fmt::format("there is no trigger '{}'", whole_of(expr)), std::move(hint)};
  }
  if (expr.kind != Kind::call)
    return Fault{at, fmt::format("'{}' is a function", name.text),
                 fmt::format("write `{}`", usage_of(*function))};
  if (expr.path.size() > 1)
    return Fault{at, fmt::format("nothing stands before '{}'", name.text),
                 fmt::format("write `{}`", usage_of(*function))};
  return Leaf{.function = function};
}

std::variant<std::string, Fault> entry_named(const Expr& expr, std::string_view section,
                                             const std::vector<std::string>& names) {
  const bool whole = expr.path.size() == 2 && expr.path.front().text == section;
  const std::string name = whole ? expr.path.back().text : whole_of(expr);
  if (std::find(names.begin(), names.end(), name) != names.end()) return name;
  std::string hint = similar(name, names);
  if (hint.empty())
    hint = names.empty() ? fmt::format("the file has no `{}:`", section)
                         : fmt::format("it is one of {}", fmt::join(names, ", "));
  return Fault{expr.path.front().at.begin, fmt::format("there is no {} '{}'", section, name),
               std::move(hint)};
}

}  // namespace mlops::expect
