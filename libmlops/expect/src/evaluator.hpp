#pragma once
/// Judges one assertion, without `*`.

#include <mlops/expect/evaluate.hpp>

#include <initializer_list>
#include <optional>
#include <string>

namespace mlops::expect {

class Evaluator {
 public:
  Evaluator(const Scope& scope, Values& values) : scope_(scope), values_(values) {}

  Verdict logical(const Expr& expr, bool wanted);

 private:
  Verdict joined(const Expr& expr, bool wanted, bool all);
  Verdict rows(const Expr& expr, bool wanted);
  Verdict truth(const Expr& expr, bool wanted);
  Verdict comparison(const Expr& expr, bool wanted);
  Verdict confident(const Expr& expr, bool wanted);
  Verdict range(const Expr& expr, bool wanted);
  Verdict set(const Expr& expr, bool wanted);
  Value value(const Expr& expr);
  Value literal(const Expr& text, const Type& beside);
  Value arithmetic(const Expr& expr);
  std::string resampled(const Expr& expr, const Value& share, const Value& level, bool wanted);
  bool is_masked(const Expr& expr) const;
  /// What else there is to say of the values in it, behind a colon.
  std::string details(const Expr& expr);

  const Scope& scope_;
  Values& values_;
};

/// The verdict where one of the values is missing.
std::optional<Verdict> skipped(std::initializer_list<const Value*> values);

inline Outcome outcome(bool holds) { return holds ? Outcome::pass : Outcome::fail; }

}  // namespace mlops::expect
