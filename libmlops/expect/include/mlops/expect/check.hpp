#pragma once
/// What the names of an assertion stand for, and whether its types fit. Names are resolved in this order: the
/// name of an argument; a column or metric of this thing; `last champion challenger train valid test`;
/// another thing of the file, as `events.rows` or `data.events.rows`. What fits two of them is a fault that
/// names both; a name in backticks is always a column. Pure.

#include <mlops/expect/ast.hpp>
#include <mlops/expect/parse.hpp>
#include <mlops/expect/signature.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mlops::expect {

struct ColumnType {
  std::string name;
  Type type = {};
  bool floating = false;  ///< It may hold NaN.
  bool masked = false;    ///< Its values are not shown.
  bool aside = false;     ///< `*` leaves it out where tables are compared: it differs in any case.

  bool operator==(const ColumnType&) const = default;
};

/// What is known where an assertion stands.
struct Scope {
  Where where = Where::data;
  /// By table: "" is the thing itself, "last" its last accepted version, "train", "valid" and "test" its
  /// parts, "sources/flights" another one. A table that is not here was not seen yet, and any name may be a
  /// column of it.
  std::map<std::string, std::vector<ColumnType>> columns = {};
  std::vector<std::string> things = {};  ///< Addresses of those with a table: "sources/flights".
  bool parts = false;                    ///< It has a label: `train`, `valid` and `test` are tables.
  bool view = false;                     ///< It is a view, which may be served.
  /// Of Where::release: names of the models that compete, which may stand before a metric.
  std::vector<std::string> models = {};
  /// Of Where::release: the columns of `slices:`.
  std::vector<std::string> slices = {};
  /// Of Where::schedule: names of entries.
  std::vector<std::string> releases = {};
  std::vector<std::string> monitors = {};
  bool truth = true;  ///< Of Where::monitor: it is told what turned out to be true.
  /// Metrics that the task has; empty: not known yet, and every one may be asked for.
  std::vector<std::string> metrics = {};
  std::span<const Signature> functions = signatures();
};

/// What a name or a call stands for.
struct Leaf {
  /// As in Scope::columns. Of a function about a model: "" the one that is judged, "champion", "test" (what
  /// it had when it was released), or one of Scope::models.
  std::string table = {};
  const Signature* function = nullptr;  ///< Null: a column of this very thing.
  ColumnType column = {};

  bool is_column() const { return function == nullptr; }
};

std::variant<Leaf, Fault> resolve(const Expr& name_or_call, const Scope& scope);

/// What a call of a function of a pair compares.
struct Comparison {
  std::string reference = {};  ///< As in Scope::columns.
  std::string current = {};
  std::vector<const Expr*> columns = {};  ///< Arguments of the call: names or '*'.

  /// Each column for itself.
  bool of_each(const Signature& function) const {
    return function.star && (columns.empty() || columns.front()->kind == Kind::star);
  }
};

std::variant<Comparison, Fault> comparison_of(const Expr& call, const Signature& function,
                                              const Scope& scope);

/// The address or name of the thing that an argument of a trigger names, as in Scope::things, Scope::releases
/// and Scope::monitors; of a checked call.
std::string thing_named(const Expr& argument, const Argument& wanted, const Scope& scope);

/// The argument of that name, by its name or its place; null: it is not given.
const Expr* argument_of(const Expr& call, const Signature& function, std::string_view name);

/// `last`, `champion` and so on.
bool is_reserved(std::string_view word);

/// Everything that is wrong with it, in the order of the text; nothing: it can be evaluated.
std::vector<Fault> check(const Assertion& assertion, const Scope& scope);

/// The type of a checked expression.
Type type_of(const Expr& expr, const Scope& scope);

/// Whether a checked expression has a value for each row: a column stands in it outside of functions.
bool is_of_rows(const Expr& expr, const Scope& scope);

/// `null(*) < 1%` for each column of its table, `psi(train, test) < 0.2` for each that both have; the
/// assertion itself where neither is in it. The columns must be known.
std::vector<Assertion> each_column(const Assertion& assertion, const Scope& scope);

}  // namespace mlops::expect
