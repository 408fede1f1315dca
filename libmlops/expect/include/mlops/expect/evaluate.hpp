#pragma once
/// Verdicts over values that somebody else finds. Pass, fail or skipped: what is missing through nobody's
/// fault (no last version, no champion, truth that is late) skips, which counts as passed and says why; null
/// and NaN fail, also under `not`; a test of rows holds when every row that is not null passes it, and fails
/// when there is none.

#include <mlops/expect/ast.hpp>
#include <mlops/expect/check.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mlops::expect {

/// An aggregate over no values.
struct Null {
  bool operator==(const Null&) const = default;
};

/// What nobody can know yet; the assertion is skipped.
struct Missing {
  std::string reason;  ///< "there is no last accepted version"

  bool operator==(const Missing&) const = default;
};

/// Yes or no, with what was seen where it is no.
struct Truth {
  bool holds = false;
  std::string seen = {};  ///< "3 rows repeat another one"

  bool operator==(const Truth&) const = default;
};

/// Name and type of each column, in order.
using Schema = std::vector<std::pair<std::string, std::string>>;

/// Numbers are shares of 1, microseconds, bytes; times microseconds since 1970.
using Value = std::variant<Null, Missing, double, std::string, Truth, Schema>;

struct RowsSeen {
  std::uint64_t tested = 0;  ///< Rows for which the test was not null.
  std::uint64_t failing = 0;
  std::vector<std::string> examples = {};  ///< "row 17: amount = -5", a few.

  bool operator==(const RowsSeen&) const = default;
};

/// What assertions are judged by.
class Values {
 public:
  virtual ~Values() = default;
  /// Of a name or call that resolves to a function.
  virtual Value value(const Expr& leaf) = 0;
  /// How many rows fail `test`, or, unless `wanted`, fail its contrary. Rows with NaN where something is
  /// compared fail either way.
  virtual std::variant<RowsSeen, Missing> rows(const Expr& test, bool wanted) = 0;
  /// Of a comparison with a confidence (`auc >= champion.auc @ 95%`): the share of the resamples in which it
  /// holds; Null where that is not defined. value() is asked of its leaves too.
  virtual Value confidence(const Expr& /*comparison*/) { return Null{}; }
  /// How many resamples confidence() looks at; 0: it is not told.
  virtual std::uint64_t resamples() { return 0; }
  /// What else is to be said of a value: "customer_id = 5 is in both", or why it is Null; empty: nothing.
  virtual std::string detail(const Expr& /*leaf*/) { return {}; }
};

enum class Outcome { pass, fail, skip };
/// "pass", "fail", "skip"
std::string_view name_of(Outcome outcome);

struct Verdict {
  Outcome outcome = Outcome::pass;
  /// What was seen, and where it failed what was wanted: "null(delay) = 1.8 %, wanted < 1 %"; of a skipped
  /// one why.
  std::string seen = {};

  bool operator==(const Verdict&) const = default;
};

/// Names and calls that a comparison has to know the values of, each once, as they are printed.
std::vector<const Expr*> leaves_of(const Expr& comparison);

/// Whether a comparison of numbers holds, with the numbers that `number` has for its leaves; nothing where
/// one of them is NaN.
std::optional<bool> holds(const Expr& comparison, const std::function<double(const Expr& leaf)>& number);

/// Judges a checked assertion; with `*`, once for each column. Every value that it may need is asked for,
/// whatever the others are, so that `values` may first be one that only writes down what is asked.
Verdict evaluate(const Assertion& assertion, const Scope& scope, Values& values);

}  // namespace mlops::expect
