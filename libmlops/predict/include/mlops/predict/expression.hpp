#pragma once
/// An SQL scalar expression over the columns of one row, evaluated without any SQL engine, with DuckDB's
/// types and, bit for bit, its values: what makes a column of a model's table out of others, again for the
/// rows that the model answers.
///
///     const Expression hour("hour(date)", {{"date", "TIMESTAMP"}});
///     hour.type();                   // BIGINT
///     hour.evaluate(row);            // 17
///
/// It knows what mlops.yaml(5) lists under "Columns made from others". Everything else is refused, so that
/// nobody gets a value that the engine would not have given. Where the engine fails on a row (an overflow,
/// the logarithm of zero), so does this.

#include <mlops/base/columns.hpp>
#include <mlops/json/document.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::predict {

/// Of values that expressions read and give.
enum class SqlType { null, boolean, int8, int16, int32, int64, float64, decimal, text, date, timestamp };

/// "BIGINT" and so on; nothing for types that expressions cannot read or give (decimal is one of them).
std::optional<SqlType> sql_type_of(std::string_view name);
std::string_view name_of(SqlType type);

/// A value of a known type.
struct Scalar {
  bool null = true;
  std::int64_t whole = 0;  ///< Flags, integers, days and microseconds since 1970.
  double number = 0;       ///< Of float64.
  std::string text = {};
};

/// A column that an expression may read.
struct TypedName {
  std::string name;
  std::string type;  ///< SQL type.

  bool operator==(const TypedName&) const = default;
};

/// Immutable; safe for many threads at once.
class Expression {
 public:
  /// Columns are found by name: that very one, else the one that differs in case only. Throws
  /// Error(usage, "expression.unknown") for what is not known exactly; the message says what.
  Expression(std::string_view text, std::vector<TypedName> columns);
  ~Expression();
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;

  const std::string& text() const;
  SqlType type() const;
  /// What it reads: positions in `columns`, ascending.
  const std::vector<std::size_t>& reads() const;

  /// `row` has a value for each of `columns`; those that it does not read are not looked at. Throws
  /// Error(usage, "expression.value") where the engine would fail; the message has no value in it.
  Scalar evaluate(std::span<const Scalar> row) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

/// A value given as some other type, as one of `type`: where nothing is lost (an integer for a double, a text
/// that spells a number or a time). Nothing where it does not fit.
std::optional<Scalar> scalar_of(const Column& column, std::size_t row, SqlType type);
std::optional<Scalar> scalar_of(const json::Cell& cell, SqlType type);

/// One column of such values under `name`, with `type` as its SQL type.
Columns column_of(const std::string& name, SqlType type, std::span<const Scalar> values);

}  // namespace mlops::predict
