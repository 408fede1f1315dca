/// What is asked of models: in a release of those that compete and of the champion, in a monitor of the
/// version that answers.
#include <fmt/format.h>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <array>

#include "src/resolve.hpp"

namespace mlops::expect {
namespace {

struct Section {
  Where where;
  std::string_view name;
};

constexpr std::array sections = {Section{Where::data, "sources"},    Section{Where::data, "data"},
                                 Section{Where::data, "features"},   Section{Where::release, "release"},
                                 Section{Where::monitor, "monitor"}, Section{Where::schedule, "schedule"}};

bool has(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// What may stand before a metric.
std::vector<std::string> models_here(const Scope& scope) {
  if (scope.where == Where::monitor) return {"test"};
  std::vector<std::string> out = scope.models;
  out.emplace_back("champion");
  return out;
}

Fault unknown_model(const std::string& word, std::size_t at, const Scope& scope) {
  if (is_reserved(word)) return not_here(word, at, scope);
  const std::vector<std::string> known = models_here(scope);
  std::string hint = similar(word, known);
  if (hint.empty() && scope.where == Where::release)
    hint = fmt::format("a model of `among` may stand here: it is one of {}", one_of(known));
  if (hint.empty()) hint = "`test.auc` is what the version had when it was released";
  return {at, fmt::format("there is no model '{}' here", word), std::move(hint)};
}

}  // namespace

bool is_model(std::string_view word, const Scope& scope) {
  if (scope.where == Where::monitor) return word == "test";
  return scope.where == Where::release && (word == "champion" || has(scope.models, word));
}

std::variant<std::string, Fault> model_before(const Expr& expr, const Scope& scope) {
  const std::size_t words = expr.path.size() - 1;
  if (words == 0) return std::string();
  const bool section = words == 2 && expr.path[0].text == "models" && scope.where == Where::release;
  const Part& name = expr.path[section ? 1 : 0];
  std::string whole = name.text;
  for (std::size_t i = section ? 2 : 1; i < words; ++i) whole += "." + expr.path[i].text;
  if (is_model(whole, scope) && !(section && whole == "champion")) return whole;
  return unknown_model(whole, name.at.begin, scope);
}

std::variant<Leaf, Fault> model_leaf(const Expr& expr, const Scope& scope, const Signature& function) {
  auto model = model_before(expr, scope);
  if (auto* fault = std::get_if<Fault>(&model)) return std::move(*fault);
  std::string& name = std::get<std::string>(model);
  if (!name.empty() && !function.bare()) {
    return Fault{expr.path.front().at.begin,
                 fmt::format("'{}' is asked of the model that is judged", function.name),
                 fmt::format("write `{}`", usage_of(function))};
  }
  if (scope.where == Where::monitor && name.empty() && !scope.truth) {
    return Fault{expr.path.front().at.begin,
                 fmt::format("'{}' needs what turned out to be true", function.name),
                 "say where it stands, beside `expect:`: `truth: {from: outcomes}`"};
  }
  if (function.metric) {
    if (auto fault = problem_of_metric(expr.path.back(), scope)) return *std::move(fault);
  }
  return Leaf{.table = std::move(name), .function = &function};
}

std::optional<Fault> problem_of_metric(const Part& name, const Scope& scope) {
  if (scope.metrics.empty() || has(scope.metrics, name.text)) return std::nullopt;
  return Fault{name.at.begin, fmt::format("the task has no metric '{}'", name.text),
               fmt::format("it has {}", fmt::join(scope.metrics, ", "))};
}

Fault not_here(const std::string& word, std::size_t at, const Scope& scope) {
  std::string hint = "data have `last`, the last accepted version";
  if (scope.where == Where::schedule) hint = "a schedule asks for tables, releases and monitors of the file";
  else if (scope.where == Where::release)
    hint =
        "gates are judged on the rows of test: `auc` is that of the model that is judged, `champion.auc` "
        "that of the champion";
  else if (scope.where == Where::monitor)
    hint = "the rows are those of the window; `test.auc` is what the version had when it was released";
  else if (is_part(word)) hint = "data with a `label:` are parted into train, valid and test";
  return {at, fmt::format("there is no '{}' here", word), std::move(hint)};
}

Fault no_metric(const Expr& expr, const Scope& scope) {
  const Part& name = expr.path.front();
  const std::size_t at = name.at.begin;
  if (name.quoted || has(scope.slices, name.text))
    return {
        at, fmt::format("'{}' is a column, and a release asks for metrics", name.text),
        has(scope.slices, name.text) ? fmt::format("its worst slice is `worst(auc, {})`", print(expr)) : ""};
  if (is_model(name.text, scope))
    return {at, fmt::format("'{}' is a model", name.text),
            fmt::format("something is asked of it, such as `{}.auc`", name.text)};
  std::string hint = similar(name.text, functions_here(scope));
  if (hint.empty()) hint = similar(name.text, models_here(scope));
  if (hint.empty()) hint = "a release asks for metrics, such as `auc`";
  return {at, fmt::format("there is no metric '{}'", name.text), std::move(hint)};
}

Fault not_asked(const Part& name, const Signature& function) {
  const std::string message = fmt::format("'{}' cannot be asked here", function.name);
  if (function.about == About::trigger)
    return {name.at.begin, message, "it is asked in `when:` of `schedule:`"};
  std::vector<std::string> names;
  for (const Section& section : sections) {
    if (function.allowed(section.where)) names.push_back(fmt::format("`{}:`", section.name));
  }
  std::string last = std::move(names.back());
  names.pop_back();
  if (!names.empty()) last = fmt::format("{} and {}", fmt::join(names, ", "), last);
  return {name.at.begin, message, fmt::format("it is asked in `expect:` of {}", last)};
}

Fault of_one_table(const Expr& expr, const Signature& function, const Scope& scope) {
  const Part& first = expr.path.front();
  if (scope.where == Where::release && is_model(first.text, scope))
    return {first.at.begin, fmt::format("'{}' is the same for every model", function.name),
            fmt::format("write `{}`", usage_of(function))};
  if (scope.where != Where::data)
    return {first.at.begin, fmt::format("'{}' is asked of the rows that are judged alone", function.name),
            fmt::format("write `{}`", usage_of(function, scope.where))};
  return {first.at.begin, fmt::format("'{}' is not asked of one table", function.name),
          fmt::format("write `{}`", usage_of(function))};
}

}  // namespace mlops::expect
