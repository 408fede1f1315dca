/// The rows of a view's table as events.
#include <mlops/base/clock.hpp>
#include <mlops/base/text.hpp>
#include <mlops/feature/reads.hpp>
#include <mlops/table/engine.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "src/expression.hpp"
#include "src/values.hpp"

namespace mlops::feature {
namespace {

std::string key_name(std::size_t i) { return fmt::format("key{}", i); }

/// "SELECT ... FROM table", with `more` behind the last value.
std::string select_events(const View& view, const Table& table, const std::string& more = "") {
  std::string sql;
  const auto add = [&](const std::string& value, const std::string& name) {
    sql += (sql.empty() ? "SELECT " : ", ") + value + " AS " + table::identifier(name);
  };
  for (std::size_t i = 0; i < view.key.size(); ++i) add(table::identifier(view.key[i].column), key_name(i));
  add(bracketed(view.at), "at");
  if (!view.known.empty()) add(bracketed(view.known), "known");
  for (std::size_t i = 0; i < view.inputs.size(); ++i) add(view.inputs[i].sql, fmt::format("input{}", i));
  return sql + more + " FROM " + table.relation + " AS t";
}

/// Only a constant of the column's own type is compared without a cast of every row.
std::string moment_literal(std::int64_t us, const Field& at) {
  const std::string text = Time{us}.text();
  if (at.type.kind == Kind::date) return fmt::format("DATE '{}'", text.substr(0, text.find('T')));
  if (at.type.kind == Kind::timestamp_tz) return fmt::format("TIMESTAMPTZ '{}'", text);
  return fmt::format("CAST('{}' AS {})", text.substr(0, text.size() - 1), at.sql);
}

Field field_of_at(const View& view, const Table& table, table::Engine& engine) {
  const Columns none = engine.query(
      fmt::format("SELECT {} AS \"at\" FROM {} AS t LIMIT 0", bracketed(view.at), table.relation));
  return none.fields().front();
}

std::string keys_of(const View& view, const std::string& before) {
  std::string list;
  for (std::size_t i = 0; i < view.key.size(); ++i) list += before + key_name(i) + ", ";
  return list;
}

void add_names(const std::string& sql, table::Engine& engine, std::set<std::string>& names) {
  const auto read = read_expression(sql, engine);
  const auto* tree = std::get_if<json::Value>(&read);
  if (tree == nullptr) return;
  for (std::string& name : columns_in(*tree)) names.insert(std::move(name));
}

}  // namespace

Events read_events(const View& view, const Table& table, table::Engine& engine) {
  return {engine.query(select_events(view, table))};
}

std::vector<RowColumn> columns_read(const View& view, const Table& table, table::Engine& engine) {
  std::set<std::string> names;
  for (const Key& key : view.key) names.insert(lowered(key.column));
  add_names(view.at, engine, names);
  if (!view.known.empty()) add_names(view.known, engine, names);
  for (const Input& input : view.inputs) add_names(input.sql, engine, names);
  std::vector<RowColumn> out;
  const Columns none = engine.query("SELECT * FROM " + table.relation + " AS t LIMIT 0");
  for (const Field& field : none.fields()) {
    if (names.contains(lowered(field.name))) out.push_back({field.name, field.sql});
  }
  return out;
}

std::optional<std::int64_t> newest_event(const View& view, const Table& table, table::Engine& engine) {
  constexpr std::int64_t year_10000 = 253'402'300'800'000'000;
  std::string where = fmt::format("isfinite(\"at\") AND \"at\" < {}",
                                  moment_literal(year_10000 - 1, field_of_at(view, table, engine)));
  for (std::size_t i = 0; i < view.key.size(); ++i) where += fmt::format(" AND {} IS NOT NULL", key_name(i));
  const Columns found =
      engine.query(fmt::format("SELECT max(\"at\") FROM ({}) WHERE {}", select_events(view, table), where));
  return moment_at(found.column(0), 0);
}

Events read_events_since(const View& view, const Table& table, std::int64_t from_us, table::Engine& engine) {
  if (!view.known.empty()) return read_events(view, table, engine);
  const std::string events = select_events(view, table, ", row_number() OVER () AS place");
  const std::string from = moment_literal(from_us, field_of_at(view, table, engine));
  const std::string group =
      view.key.empty() ? "" : " GROUP BY " + keys_of(view, "").substr(0, keys_of(view, "").size() - 2);
  return {
      engine.query(fmt::format("WITH events AS NOT MATERIALIZED ({}) SELECT * EXCLUDE place FROM events "
                               "WHERE \"at\" >= {} OR ({}\"at\") IN "
                               "(SELECT ({}max(\"at\")) FROM events WHERE \"at\" < {}{}) ORDER BY place",
                               events, from, keys_of(view, ""), keys_of(view, ""), from, group))};
}

}  // namespace mlops::feature
