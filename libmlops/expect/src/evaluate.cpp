#include <mlops/expect/evaluate.hpp>

#include <fmt/format.h>
#include <mlops/base/clock.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

#include "src/evaluator.hpp"

namespace mlops::expect {
namespace {

constexpr std::size_t most_columns = 5;

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

Verdict Evaluator::logical(const Expr& expr, bool wanted) {
  if (expr.kind == Kind::logical_not) return logical(expr.operands.front(), !wanted);
  const bool all = (expr.kind == Kind::logical_and) == wanted;
  const bool connective = expr.kind == Kind::logical_and || expr.kind == Kind::logical_or;
  const bool of_rows = is_of_rows(expr, scope_);
  // "Every row a and b" is "every row a" and "every row b"; with `or` it is not.
  if (connective && (all || !of_rows)) return joined(expr, wanted, all);
  if (of_rows) return rows(expr, wanted);
  if (is_comparison(expr.kind))
    return expr.confidence.empty() ? comparison(expr, wanted) : confident(expr, wanted);
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
