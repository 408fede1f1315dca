#pragma once
/// Parts of assertions as SQL expressions over one table.

#include <mlops/base/clock.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/expect/check.hpp>
#include <mlops/expect/evaluate.hpp>

#include <functional>
#include <string>
#include <vector>

namespace mlops::dataset {

/// The type of a column of the SQL type, as assertions see it.
expect::Type assertion_type(const std::string& sql);

class AssertionSql {
 public:
  /// The value of a call, or the truth of a test without columns, that stands inside of what is lowered.
  using Known = std::function<expect::Value(const expect::Expr& expr)>;

  /// `scope` has the columns of the one table under ""; all of it must outlive this.
  AssertionSql(const expect::Scope& scope, Time now, Known known)
      : scope_(scope), now_(now), known_(std::move(known)) {}

  /// True, false or null for a row: whether `test` is `wanted`. NaN makes a comparison false, both ways.
  std::string test(const expect::Expr& test, bool wanted) const;

  /// The aggregates that the value of a function is worked out from.
  std::vector<std::string> aggregates(const expect::Expr& call, const expect::Signature& function) const;

  /// The columns that stand in a test outside of functions.
  std::vector<std::string> columns_in(const expect::Expr& test) const;

 private:
  struct Operand {
    std::string sql;
    expect::Type type = {};
    bool floating = false;  ///< It may be NaN.
  };

  Operand operand(const expect::Expr& expr) const;
  Operand name(const expect::Expr& expr) const;
  Operand constant(const expect::Value& value, const expect::Type& type) const;
  Operand arithmetic(const expect::Expr& expr) const;
  Operand beside(const expect::Expr& expr, const Operand& other) const;
  std::string comparison(std::string_view sign, const Operand& left, const Operand& right) const;
  std::string range(const expect::Expr& expr, bool wanted) const;
  std::string set(const expect::Expr& expr, bool wanted) const;
  std::vector<std::string> statistics(std::string_view function, const expect::Expr& call) const;

  const expect::Scope& scope_;
  Time now_;
  Known known_;
};

}  // namespace mlops::dataset
