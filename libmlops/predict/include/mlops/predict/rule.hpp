#pragma once
/// A model that is an SQL expression over the inputs, such as a CASE: parsed, checked against a signature and
/// evaluated without any SQL engine, with the answers that DuckDB gives.
///
/// It knows: CASE (searched and simple), = <> < <= > >=, AND OR NOT, + - * / // %, unary + and -, IS [NOT]
/// NULL, [NOT] IN, [NOT] BETWEEN, COALESCE, LEAST, GREATEST, ABS, FLOOR, CEIL, ROUND, casts to numbers and
/// flags
/// (`::DOUBLE`, `CAST(x AS INT)`), numbers, 'texts', TRUE, FALSE, NULL, DATE '...', TIMESTAMP '...', names
/// with and without double quotes, in any case, and comments. Nulls have SQL's three-valued logic.
///
/// Two things differ from DuckDB on purpose. Numbers are doubles: a literal such as 0.1 and a DECIMAL column
/// too. And what only guesses at what was meant is refused: comparing a number with a text, counting with a
/// flag.

#include <mlops/predict/predictor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::predict {

/// Immutable; safe for many threads at once.
class Rule {
 public:
  /// The inputs are found in `signature`, whose task says what the value has to be. How an input is encoded
  /// follows from its SQL type here, whatever it is there. Throws Error(usage, "rule.invalid"), with the
  /// place in the text under a caret.
  Rule(std::string_view text, const Signature& signature);
  ~Rule();
  Rule(Rule&&) noexcept;
  Rule& operator=(Rule&&) noexcept;

  const std::string& text() const;
  /// The one it was bound to, with only the inputs that it uses, in their order. The categories of a text are
  /// those of training and, behind them, the texts that the rule compares it with.
  const Signature& signature() const;

  /// One value for each row of `frame` (encoded by signature()), NaN for a null. binary: a probability; a
  /// flag counts as 0 or 1. regression: the number. multiclass: the number of the class. Throws Error(usage):
  /// a probability outside 0..1, a value that is not finite, a number that does not fit a cast, naming the
  /// row.
  std::vector<double> evaluate(const Frame& frame) const;

  /// What "rule" puts into Package::fitted: {"expression": text, and "shares" or "mean" as the prior has it:
  /// the answer where the rule's is null}.
  static json::Object fitted(const Rule& rule, const std::vector<double>& prior);

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace mlops::predict
