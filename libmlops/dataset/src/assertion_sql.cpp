#include "src/assertion_sql.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/table/engine.hpp>

#include <algorithm>
#include <cmath>

namespace mlops::dataset {
namespace {

using expect::Expr;
using expect::Measure;
using expect::Sort;

std::string number_text(double value) {
  if (std::isnan(value)) return "'nan'::DOUBLE";
  if (std::isinf(value)) return value > 0 ? "'inf'::DOUBLE" : "'-inf'::DOUBLE";
  return fmt::format("{}", value);
}

/// A sign and its contrary.
std::string_view sign(expect::Kind kind, bool wanted) {
  switch (kind) {
    case expect::Kind::less:
      return wanted ? "<" : ">=";
    case expect::Kind::less_equal:
      return wanted ? "<=" : ">";
    case expect::Kind::greater:
      return wanted ? ">" : "<=";
    case expect::Kind::greater_equal:
      return wanted ? ">=" : "<";
    case expect::Kind::equal:
      return wanted ? "=" : "<>";
    default:
      return wanted ? "<>" : "=";
  }
}

std::string not_nan(std::string sql, std::initializer_list<std::pair<bool, std::string_view>> operands) {
  for (const auto& [floating, operand] : operands) {
    if (floating) sql += fmt::format(" AND NOT isnan({})", operand);
  }
  return "(" + sql + ")";
}

bool is_connective(expect::Kind kind) {
  return kind == expect::Kind::logical_and || kind == expect::Kind::logical_or;
}

std::string as_double(const std::string& sql) { return fmt::format("CAST({} AS DOUBLE)", sql); }

}  // namespace

std::string AssertionSql::test(const Expr& test, bool wanted) const {
  if (test.kind == expect::Kind::logical_not) return this->test(test.operands.front(), !wanted);
  if (expect::is_logical(test.kind) && !expect::is_of_rows(test, scope_)) {
    const expect::Value value = known_(test);
    const auto* truth = std::get_if<expect::Truth>(&value);
    if (truth == nullptr) return "NULL::BOOLEAN";
    return truth->holds == wanted ? "true" : "false";
  }
  if (is_connective(test.kind)) {
    const bool all = (test.kind == expect::Kind::logical_and) == wanted;
    std::string out;
    for (const Expr& part : test.operands)
      out += (out.empty() ? "" : all ? " AND " : " OR ") + this->test(part, wanted);
    return "(" + out + ")";
  }
  if (expect::is_comparison(test.kind)) {
    const Operand left = operand(test.operands[0]);
    const Operand right = operand(test.operands[1]);
    return comparison(sign(test.kind, wanted), beside(test.operands[0], right),
                      beside(test.operands[1], left));
  }
  if (test.kind == expect::Kind::in_range) return range(test, wanted);
  if (test.kind == expect::Kind::in_set) return set(test, wanted);
  const Operand flag = operand(test);
  return wanted ? flag.sql : fmt::format("(NOT {})", flag.sql);
}

/// A text beside a time is a time.
AssertionSql::Operand AssertionSql::beside(const Expr& expr, const Operand& other) const {
  if (expr.kind != expect::Kind::text || other.type.sort != Sort::time) return operand(expr);
  const auto time = Time::parse(expr.text);
  return {.sql = time ? fmt::format("{}", time->us) : "NULL", .type = {Sort::time}};
}

std::string AssertionSql::comparison(std::string_view sign, const Operand& left, const Operand& right) const {
  return not_nan(fmt::format("{} {} {}", left.sql, sign, right.sql),
                 {{left.floating, left.sql}, {right.floating, right.sql}});
}

std::string AssertionSql::range(const Expr& expr, bool wanted) const {
  const Operand value = operand(expr.operands[0]);
  const Operand low = beside(expr.operands[1], value);
  const Operand high = beside(expr.operands[2], value);
  return not_nan(fmt::format("{} {}BETWEEN {} AND {}", value.sql, wanted ? "" : "NOT ", low.sql, high.sql),
                 {{value.floating, value.sql}, {low.floating, low.sql}, {high.floating, high.sql}});
}

std::string AssertionSql::set(const Expr& expr, bool wanted) const {
  const Operand value = operand(expr.operands[0]);
  std::string members;
  for (std::size_t i = 1; i < expr.operands.size(); ++i)
    members += (i > 1 ? ", " : "") + beside(expr.operands[i], value).sql;
  return not_nan(fmt::format("{} {}IN ({})", value.sql, wanted ? "" : "NOT ", members),
                 {{value.floating, value.sql}});
}

AssertionSql::Operand AssertionSql::operand(const Expr& expr) const {
  switch (expr.kind) {
    case expect::Kind::number: {
      const expect::Type type = expect::type_of(expr, scope_);
      if (expr.unit == expect::Unit::none) return {.sql = expr.text, .type = type};
      if (type.measure == Measure::duration)
        return {.sql = fmt::format("{:.0f}", expect::value_of(expr)), .type = type};
      return {.sql = number_text(expect::value_of(expr)), .type = type};
    }
    case expect::Kind::text:
      return {.sql = table::literal(expr.text), .type = {Sort::text}};
    case expect::Kind::name:
      return name(expr);
    case expect::Kind::call:
      return constant(known_(expr), expect::type_of(expr, scope_));
    default:
      return arithmetic(expr);
  }
}

AssertionSql::Operand AssertionSql::name(const Expr& expr) const {
  const auto found = expect::resolve(expr, scope_);
  const auto* leaf = std::get_if<expect::Leaf>(&found);
  if (leaf == nullptr)
    throw error(Code::internal, "an assertion with faults was evaluated: {}", expect::print(expr));
  if (!leaf->is_column()) return constant(known_(expr), leaf->function->type);
  const std::string column = table::identifier(leaf->column.name);
  const expect::Type& type = leaf->column.type;
  // An infinite moment has no microseconds.
  if (type.sort == Sort::time)
    return {.sql = fmt::format("CASE WHEN isfinite({0}) THEN epoch_us({0}) END", column), .type = type};
  return {.sql = column, .type = type, .floating = leaf->column.floating};
}

AssertionSql::Operand AssertionSql::constant(const expect::Value& value, const expect::Type& type) const {
  if (const auto* number = std::get_if<double>(&value)) {
    if (type.sort == Sort::time) return {.sql = fmt::format("{:.0f}", *number), .type = type};
    return {.sql = as_double(number_text(*number)), .type = type, .floating = std::isnan(*number)};
  }
  if (const auto* text = std::get_if<std::string>(&value))
    return {.sql = table::literal(*text), .type = type};
  if (const auto* truth = std::get_if<expect::Truth>(&value))
    return {.sql = truth->holds ? "true" : "false", .type = type};
  return {.sql = type.sort == Sort::truth ? "NULL::BOOLEAN" : "NULL::DOUBLE", .type = type};
}

AssertionSql::Operand AssertionSql::arithmetic(const Expr& expr) const {
  const expect::Type type = expect::type_of(expr, scope_);
  const Operand left = operand(expr.operands[0]);
  if (expr.kind == expect::Kind::negate)
    return {.sql = fmt::format("(- {})", as_double(left.sql)), .type = type, .floating = true};
  const Operand right = operand(expr.operands[1]);
  const std::string_view sign = expect::sign_of(expr.kind);
  if (left.type.sort == Sort::time && right.type.sort == Sort::time)
    return {.sql = fmt::format("({} - {})", left.sql, right.sql), .type = type};
  if (type.sort == Sort::time)
    return {.sql = fmt::format("(CAST({} AS BIGINT) {} CAST({} AS BIGINT))", left.sql, sign, right.sql),
            .type = type};
  return {.sql = fmt::format("({} {} {})", as_double(left.sql), sign, as_double(right.sql)),
          .type = type,
          .floating = true};
}

std::vector<std::string> AssertionSql::aggregates(const Expr& call, const expect::Signature& function) const {
  const std::string_view name = function.name;
  if (name == "rows") return {"count(*)"};
  const Expr& first = call.operands.front();
  if (name == "share") {
    const std::string sql = test(first, true);
    return {fmt::format("count_if({})", sql), fmt::format("count({})", sql)};
  }
  if (first.kind != expect::Kind::name || function.arguments.front().kind != expect::ArgumentKind::column)
    return statistics(name, call);
  const std::string column = table::identifier(first.path.front().text);
  if (name == "null") return {fmt::format("count(*) - count({})", column), "count(*)"};
  if (name == "count") return {fmt::format("count({})", column)};
  if (name == "distinct") return {fmt::format("count(DISTINCT {})", column)};
  if (name == "match") {
    const std::string pattern = table::literal(call.operands[1].text);
    return {fmt::format("count_if(regexp_matches({}, {}))", column, pattern),
            fmt::format("count({})", column)};
  }
  if (name == "age") return {fmt::format("max(CASE WHEN isfinite({0}) THEN epoch_us({0}) END)", column)};
  // unique
  std::string columns;
  std::string given;
  for (const Expr& one : call.operands) {
    const std::string part = table::identifier(one.path.front().text);
    columns += (columns.empty() ? "" : ", ") + part;
    given += fmt::format("{}{} IS NOT NULL", given.empty() ? "" : " AND ", part);
  }
  if (call.operands.size() == 1)
    return {fmt::format("count({})", columns), fmt::format("count(DISTINCT {})", columns)};
  return {fmt::format("count(*) FILTER ({})", given),
          fmt::format("count(DISTINCT row({})) FILTER ({})", columns, given)};
}

std::vector<std::string> AssertionSql::statistics(std::string_view function, const Expr& call) const {
  const Operand value = operand(call.operands.front());
  const std::string sql = value.type.sort == Sort::time ? value.sql : as_double(value.sql);
  // The greatest value is NaN when there is one: a statistic with one in it is none.
  const auto unless_nan = [&](const std::string& statistic) {
    if (!value.floating) return statistic;
    return fmt::format("CASE WHEN isnan(max({0})) THEN max({0}) ELSE {1} END", sql, statistic);
  };
  if (function == "min") return {unless_nan(fmt::format("min({})", sql))};
  if (function == "max") return {fmt::format("max({})", sql)};
  if (function == "mean") return {fmt::format("avg({})", sql)};
  if (function == "sum") return {fmt::format("sum({})", sql)};
  if (function == "median") return {unless_nan(fmt::format("quantile_cont({}, 0.5)", sql))};
  if (function == "quantile")
    return {unless_nan(
        fmt::format("quantile_cont({}, {})", sql, number_text(expect::value_of(call.operands[1]))))};
  if (function == "std") {
    // The engine refuses infinite values.
    return {
        fmt::format("CASE WHEN bool_and(isfinite({0})) THEN stddev_samp({0}) FILTER (isfinite({0})) WHEN "
                    "count({0}) > 0 THEN 'nan'::DOUBLE END",
                    sql)};
  }
  throw error(Code::internal, "nobody evaluates '{}'", function);
}

std::vector<std::string> AssertionSql::columns_in(const Expr& test) const {
  std::vector<std::string> out;
  if (test.kind == expect::Kind::call) return out;
  if (test.kind == expect::Kind::name) {
    const auto found = expect::resolve(test, scope_);
    const auto* leaf = std::get_if<expect::Leaf>(&found);
    if (leaf != nullptr && leaf->is_column()) out.push_back(leaf->column.name);
  }
  for (const Expr& part : test.operands) {
    for (std::string& name : columns_in(part)) {
      if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
    }
  }
  return out;
}

}  // namespace mlops::dataset
