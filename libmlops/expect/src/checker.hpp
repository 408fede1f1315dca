#pragma once
/// The types of an assertion, worked out from its leaves; what does not fit is written down.

#include <mlops/expect/check.hpp>

#include <string>
#include <utility>
#include <vector>

namespace mlops::expect {

/// For messages: a text as it stands, anything else in quotes.
std::string quote(const Expr& expr);

/// Of what was not seen yet.
inline constexpr Type unknown{};
inline constexpr Type plain_number{Sort::number, Measure::plain};

class Checker {
 public:
  Checker(const Scope& scope, std::vector<Fault>& faults) : scope_(scope), faults_(faults) {}

  void assertion(const Expr& root) {
    logical(root);
    if (stars_ > 0 && of_rows_) add(root, "'*' and columns of rows do not stand in one assertion");
    if (of_models_ && of_rows_) add(root, "metrics and columns of rows do not stand in one assertion");
  }
  Type type(const Expr& expr);
  /// Which argument it is; behind the last one: none of them. `next` counts those without a name.
  static std::size_t place_of(const std::string& name, const Signature& function, std::size_t& next);

 private:
  void add(const Expr& at, std::string message, std::string hint = {}) {
    faults_.push_back({at.at.begin, std::move(message), std::move(hint)});
  }
  void logical(const Expr& expr);
  Type leaf(const Expr& expr);
  Type call(const Expr& expr, const Leaf& leaf);
  bool arguments(const Expr& expr, const Leaf& leaf, Type& first);
  /// Of a trigger.
  void thing(const Expr& expr, const Argument& wanted, const Leaf& leaf);
  void metric(const Expr& expr);
  void slice(const Expr& expr);
  Type pair(const Expr& expr, const Signature& function);
  void misplaced(const Expr& expr, const std::string& name, const Signature& function);
  void argument(const Expr& expr, const Argument& wanted, const Leaf& leaf, Type& first);
  void column(const Expr& expr, const Argument& wanted, const Leaf& leaf, Type& first);
  void value(const Expr& expr, const Argument& wanted, const Leaf& leaf, Type& first);
  /// Whether the value is of a sort that the argument takes.
  bool fits(const Expr& expr, const Argument& wanted, const Leaf& leaf, const Type& seen);
  Type arithmetic(const Expr& expr);
  Type sum(const Expr& expr, const Type& left, const Type& right);
  Type product(const Expr& expr, const Type& left, const Type& right);
  void comparison(const Expr& expr);
  void range(const Expr& expr);
  void set(const Expr& expr);
  void comparable(const Expr& left, const Type& a, const Expr& right, const Type& b, bool ordered);
  void measures(const Expr& left, const Type& a, const Expr& right, const Type& b);
  /// Whether its value is a metric that goes from 0 to 1.
  bool is_fraction(const Expr& expr);
  void confidence(const Expr& expr);
  /// Whether every name in it is a metric's; `seen` becomes true when there is one.
  bool of_metrics(const Expr& expr, bool& seen);

  const Scope& scope_;
  std::vector<Fault>& faults_;
  std::string table_ = {};  ///< Whose columns are meant; not empty inside of `last.mean(...)`.
  int calls_ = 0;
  int stars_ = 0;
  bool of_rows_ = false;
  bool of_models_ = false;
};

}  // namespace mlops::expect
