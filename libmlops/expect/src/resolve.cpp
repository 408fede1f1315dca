#include <fmt/core.h>
#include <mlops/base/text.hpp>
#include <mlops/expect/check.hpp>

#include <algorithm>
#include <array>

#include "src/resolve.hpp"

namespace mlops::expect {
namespace {

constexpr std::array words = {"last", "champion", "challenger", "train", "valid", "test"};

using Found = std::variant<Leaf, Fault>;

const std::vector<ColumnType>* columns_of(const Scope& scope, const std::string& table) {
  const auto found = scope.columns.find(table);
  return found == scope.columns.end() ? nullptr : &found->second;
}

const ColumnType* find_column(const Scope& scope, const std::string& table, std::string_view name) {
  const auto* columns = columns_of(scope, table);
  if (columns == nullptr) return nullptr;
  const auto found =
      std::find_if(columns->begin(), columns->end(), [&](const ColumnType& one) { return one.name == name; });
  return found == columns->end() ? nullptr : &*found;
}

std::vector<std::string> columns_here(const Scope& scope) {
  std::vector<std::string> out;
  if (const auto* columns = columns_of(scope, "")) {
    for (const ColumnType& one : *columns) out.push_back(one.name);
  }
  return out;
}

std::string with_prefix(const Expr& expr) {
  std::string out;
  for (std::size_t i = 0; i + 1 < expr.path.size(); ++i) out += (i == 0 ? "" : ".") + expr.path[i].text;
  return out;
}

/// "events" or "data.events" as an address; `more` stands behind it.
std::variant<std::string, Fault> thing_of(const Expr& expr, const std::string& prefix, bool more,
                                          const Scope& scope) {
  std::vector<std::string> found;
  std::vector<std::string> known;
  for (const std::string& address : scope.things) {
    const std::size_t slash = address.find('/');
    const std::string name = address.substr(slash + 1);
    std::string dotted = address;
    if (slash != std::string::npos) dotted[slash] = '.';
    if (prefix == name || prefix == dotted) found.push_back(address);
    known.push_back(name);
  }
  const std::size_t at = expr.path.front().at.begin;
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    return Fault{at, fmt::format("'{}' is {}", prefix, one_of(found)),
                 fmt::format("write the section in front of it, as `data.events{}`", more ? ".rows" : "")};
  }
  if (is_reserved(prefix)) return not_here(prefix, at, scope);
  std::string hint = similar(prefix, known);
  if (more && find_column(scope, "", expr.path.front().text) != nullptr)
    hint = fmt::format("'{}' is a column; fields of structures cannot be asked", expr.path.front().text);
  return Fault{at, fmt::format("there is nothing called '{}'", prefix), std::move(hint)};
}

/// `last` or a part, where there is one.
bool is_here(const Part& word, const Scope& scope) {
  if (word.quoted || scope.where != Where::data) return false;
  return word.text == "last" || (scope.parts && is_part(word.text));
}

/// The table that `prefix`, the first words of `expr`, names.
std::variant<std::string, Fault> table_called(const Expr& expr, const std::string& prefix, bool more,
                                              const Scope& scope) {
  const Part& first = expr.path.front();
  const bool word = prefix == first.text && is_here(first, scope);
  auto thing = word ? prefix : thing_of(expr, prefix, more, scope);
  const bool column = !first.quoted && find_column(scope, "", first.text) != nullptr;
  if (column && std::holds_alternative<std::string>(thing)) {
    return Fault{first.at.begin,
                 fmt::format("'{}' is {} and a column", first.text,
                             !word                  ? "a thing of the file"
                             : first.text == "last" ? "the last accepted version"
                                                    : "a part of the table"),
                 word ? fmt::format("the column stands in backticks: `` `{}` ``", first.text)
                      : fmt::format("write the section in front of the thing, as `data.events{}`",
                                    more ? ".rows" : "")};
  }
  return thing;
}

/// What stands before the function: the table that it is about.
std::variant<std::string, Fault> table_of(const Expr& expr, const Scope& scope) {
  if (expr.path.size() == 1) return std::string();
  return table_called(expr, with_prefix(expr), true, scope);
}

Found unknown_function(const Expr& expr, const Scope& scope) {
  const Part& name = expr.path.back();
  std::string hint = similar(name.text, functions_here(scope));
  if (find_column(scope, "", name.text) != nullptr) hint = "a column has no arguments";
  return Fault{name.at.begin, fmt::format("there is no function '{}'", name.text), std::move(hint)};
}

Found function_leaf(const Expr& expr, const Scope& scope, const Signature& function) {
  const Part& name = expr.path.back();
  if (!function.allowed(scope.where)) return not_asked(name, function);
  if (function.about == About::model) return model_leaf(expr, scope, function);
  const bool of_any = function.about == About::table && scope.where == Where::data;
  if (!of_any && expr.path.size() > 1) return of_one_table(expr, function, scope);
  auto table = table_of(expr, scope);
  if (auto* fault = std::get_if<Fault>(&table)) return std::move(*fault);
  return Leaf{.table = std::get<std::string>(std::move(table)), .function = &function};
}

Found unknown_column(const Expr& expr, const Scope& scope) {
  const Part& name = expr.path.back();
  if (const Signature* function = find_function(name.text, scope); function != nullptr && !name.quoted) {
    if (!function->allowed(scope.where)) return not_asked(name, *function);
    return Fault{name.at.begin, fmt::format("'{}' is a function", name.text),
                 fmt::format("write `{}`", usage_of(*function, scope.where))};
  }
  std::string hint = similar(name.text, columns_here(scope));
  if (hint.empty()) hint = similar(name.text, functions_here(scope));
  const bool thing = std::any_of(scope.things.begin(), scope.things.end(),
                                 [&](const std::string& one) { return one.ends_with("/" + name.text); });
  if (thing) hint = fmt::format("of another table something is asked, such as `{}.rows`", name.text);
  return Fault{name.at.begin, fmt::format("there is no column '{}'", name.text), std::move(hint)};
}

Found bare_name(const Expr& expr, const Scope& scope) {
  const Part& name = expr.path.front();
  const Signature* function = name.quoted ? nullptr : find_function(name.text, scope);
  const bool bare = function != nullptr && function->bare() && function->allowed(scope.where);
  const ColumnType* column = find_column(scope, "", name.text);
  if (bare && column != nullptr) {
    return Fault{name.at.begin, fmt::format("'{0}' is what `{0}()` asks for, and a column", name.text),
                 fmt::format("write `{0}()`, or `` `{0}` `` for the column", name.text)};
  }
  if (bare) return function_leaf(expr, scope, *function);
  if (!name.quoted && is_reserved(name.text)) {
    return Fault{name.at.begin, fmt::format("'{}' has a meaning of its own", name.text),
                 column != nullptr ? fmt::format("the column stands in backticks: `` `{}` ``", name.text)
                                   : fmt::format("something is asked of it, such as `{}`",
                                                 scope.where == Where::data      ? "last.rows"
                                                 : scope.where == Where::release ? "champion.auc"
                                                                                 : "test.auc")};
  }
  if (scope.where == Where::release) {
    return function == nullptr ? no_metric(expr, scope) : unknown_column(expr, scope);
  }
  if (column != nullptr) return Leaf{.column = *column};
  const bool seen = columns_of(scope, "") != nullptr;
  if (seen) return unknown_column(expr, scope);
  return Leaf{.column = {.name = name.text}};
}

/// Of `a.b`, where `b` is no function.
Found nothing_to_ask(const Expr& expr, const Scope& scope) {
  const Part& name = expr.path.back();
  const bool data = scope.where == Where::data;
  auto before = data ? table_of(expr, scope) : model_before(expr, scope);
  if (auto* fault = std::get_if<Fault>(&before)) return std::move(*fault);
  const bool column = find_column(scope, "", name.text) != nullptr;
  std::string hint = column && data ? "" : similar(name.text, functions_here(scope));
  if (hint.empty() && data)
    hint = fmt::format("of a column something is asked, such as `{}.mean({})`", with_prefix(expr), name.text);
  if (hint.empty()) hint = fmt::format("metrics are asked of it, such as `{}.auc`", with_prefix(expr));
  return Fault{name.at.begin, fmt::format("'{}' has no '{}' to ask for", with_prefix(expr), name.text),
               std::move(hint)};
}

}  // namespace

std::string similar(std::string_view word, const std::vector<std::string>& known) {
  const auto near = near_misses(word, known);
  if (near.empty()) return "";
  return fmt::format("similar name{} exist{}: {}", near.size() > 1 ? "s" : "", near.size() > 1 ? "" : "s",
                     one_of(near));
}

const Signature* find_function(std::string_view name, const Scope& scope) {
  for (const Signature& function : scope.functions) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

std::vector<std::string> functions_here(const Scope& scope) {
  std::vector<std::string> out;
  for (const Signature& one : scope.functions) {
    if (one.allowed(scope.where)) out.emplace_back(one.name);
  }
  return out;
}

bool is_part(std::string_view word) { return word == "train" || word == "valid" || word == "test"; }

std::variant<std::string, Fault> table_named(const Expr& expr, const Scope& scope) {
  std::string whole;
  for (const Part& part : expr.path) whole += (whole.empty() ? "" : ".") + part.text;
  return table_called(expr, whole, false, scope);
}

bool is_reserved(std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); }

std::variant<Leaf, Fault> resolve(const Expr& expr, const Scope& scope) {
  if (scope.where == Where::schedule) return trigger_leaf(expr, scope);
  const Part& name = expr.path.back();
  const Signature* function = name.quoted ? nullptr : find_function(name.text, scope);
  if (expr.kind == Kind::call) {
    return function == nullptr ? unknown_function(expr, scope) : function_leaf(expr, scope, *function);
  }
  if (expr.path.size() == 1) return bare_name(expr, scope);
  if (function == nullptr) return nothing_to_ask(expr, scope);
  if (!function->bare() && function->allowed(scope.where)) {
    return Fault{name.at.begin, fmt::format("'{}' wants an argument", function->name),
                 fmt::format("write `{}`", usage_of(*function, scope.where))};
  }
  return function_leaf(expr, scope, *function);
}

}  // namespace mlops::expect
