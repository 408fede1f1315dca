#include <mlops/feature/json.hpp>

#include <mlops/base/error.hpp>
#include <mlops/store/record_fields.hpp>

#include <array>
#include <cmath>
#include <limits>

namespace mlops::feature {
namespace {

using store::RecordFields;

constexpr std::array<std::string_view, 5> key_kinds = {"integer", "text", "boolean", "date", "timestamp"};
constexpr std::array<std::string_view, 3> fills = {"mean", "median", "constant"};

json::Value or_null(const std::string& text) { return text.empty() ? json::Value() : json::Value(text); }

template <typename T>
json::Value or_null(const std::optional<T>& value) {
  return value ? json::Value(*value) : json::Value();
}

[[noreturn]] void unknown(std::string_view what, const std::string& seen, const std::string& where) {
  throw error(Code::corrupt, "the record {} has the {} '{}', which is none", where, what, seen)
      .with_id("record.corrupt");
}

template <typename Enum, std::size_t size>
Enum enumerator(const std::array<std::string_view, size>& names, std::string_view what,
                const std::string& seen, const std::string& where) {
  for (std::size_t i = 0; i < size; ++i) {
    if (names[i] == seen) return static_cast<Enum>(i);
  }
  unknown(what, seen, where);
}

/// Of a count of microseconds or bytes, which a record never has as a fraction.
std::optional<std::int64_t> optional_count(const json::Value& value, const char* name,
                                           const RecordFields& fields) {
  if (value[name].is_null()) return std::nullopt;
  return static_cast<std::int64_t>(fields.count(name));
}

double finite_number(const json::Value& value, std::string_view what, const std::string& where) {
  const double number = value.number_or(std::numeric_limits<double>::quiet_NaN());
  if (std::isfinite(number)) return number;
  throw error(Code::corrupt, "the record {} has no '{}' that is a number", where, what)
      .with_id("record.corrupt");
}

json::Value to_json(const Key& key) {
  return json::Object{{"entity", key.entity},
                      {"column", key.column},
                      {"kind", key_kinds[static_cast<std::size_t>(key.kind)]}};
}

Key key_from(const json::Value& value, const std::string& where) {
  const RecordFields fields(value, where);
  return {.entity = fields.text("entity"),
          .column = fields.text("column"),
          .kind = enumerator<KeyKind>(key_kinds, "kind of key", fields.text("kind"), where)};
}

json::Value to_json(const ViewColumn& column) {
  const Definition& definition = column.definition;
  const bool window = definition.aggregate.has_value();
  return json::Object{
      {"name", column.name},
      {"text", column.text},
      {"aggregate", window ? json::Value(name_of(*definition.aggregate)) : json::Value()},
      {"expression", or_null(definition.expression)},
      {"offset", definition.offset},
      {"window_us", window ? json::Value(definition.window_us) : json::Value()},
      {"transform", definition.transform ? feature::to_json(*definition.transform) : json::Value()},
      {"input", or_null(column.input)},
      {"type", column.type}};
}

std::optional<Aggregate> aggregate_from(const json::Value& value, const RecordFields& fields,
                                        const std::string& where) {
  if (value["aggregate"].is_null()) return std::nullopt;
  const std::string name = fields.text("aggregate");
  const auto aggregate = aggregate_of(name);
  if (!aggregate) unknown("aggregate", name, where);
  return aggregate;
}

Definition definition_from(const json::Value& value, const RecordFields& fields, const std::string& where) {
  Definition out{.aggregate = aggregate_from(value, fields, where),
                 .expression = value["expression"].is_null() ? "" : fields.text("expression"),
                 .offset = fields.count("offset")};
  if (out.aggregate) out.window_us = static_cast<std::int64_t>(fields.count("window_us"));
  if (!value["transform"].is_null()) out.transform = transform_from(value["transform"], where);
  return out;
}

ViewColumn column_from(const json::Value& value, std::size_t inputs, const std::string& where) {
  const RecordFields fields(value, where);
  ViewColumn out{.name = fields.text("name"),
                 .text = fields.text("text"),
                 .definition = definition_from(value, fields, where),
                 .type = fields.text("type")};
  if (const auto input = optional_count(value, "input", fields)) out.input = static_cast<std::size_t>(*input);
  const bool counts_rows = out.definition.aggregate == Aggregate::count && out.definition.expression.empty();
  if (counts_rows ? !out.input : out.input && *out.input < inputs) return out;
  throw error(Code::corrupt, "the record {} has a column '{}' without its input", where, out.name)
      .with_id("record.corrupt");
}

}  // namespace

json::Value to_json(const Transform& transform) {
  const json::Array edges(transform.edges.begin(), transform.edges.end());
  return json::Object{{"kind", name_of(transform.kind)},
                      {"top", transform.top},
                      {"edges", edges},
                      {"fill", fills[static_cast<std::size_t>(transform.fill)]},
                      {"constant", transform.constant}};
}

Transform transform_from(const json::Value& value, const std::string& where) {
  const RecordFields fields(value, where);
  const std::string name = fields.text("kind");
  const auto kind = transform_of(name);
  if (!kind) unknown("transform", name, where);
  Transform out{.kind = *kind, .top = fields.count("top")};
  for (const json::Value& edge : fields.array("edges"))
    out.edges.push_back(finite_number(edge, "edges", where));
  out.fill = enumerator<Transform::Fill>(fills, "fill", fields.text("fill"), where);
  out.constant = finite_number(value["constant"], "constant", where);
  return out;
}

json::Value to_json(const View& view) {
  json::Array key;
  for (const Key& one : view.key) key.push_back(to_json(one));
  json::Array inputs;
  for (const Input& one : view.inputs) inputs.push_back(json::Object{{"sql", one.sql}, {"type", one.type}});
  json::Array columns;
  for (const ViewColumn& one : view.columns) columns.push_back(to_json(one));
  return json::Object{{"name", view.name},
                      {"key", std::move(key)},
                      {"from", view.from},
                      {"at", view.at},
                      {"known", or_null(view.known)},
                      {"inputs", std::move(inputs)},
                      {"columns", std::move(columns)},
                      {"ttl_us", or_null(view.ttl_us)}};
}

View view_from(const json::Value& value, const std::string& where) {
  const RecordFields fields(value, where);
  View view{.name = fields.text("name"), .from = fields.text("from"), .at = fields.text("at")};
  for (const json::Value& one : fields.array("key")) view.key.push_back(key_from(one, where));
  if (!value["known"].is_null()) view.known = fields.text("known");
  for (const json::Value& one : fields.array("inputs")) {
    const RecordFields input(one, where);
    view.inputs.push_back({input.text("sql"), input.text("type")});
  }
  for (const json::Value& one : fields.array("columns"))
    view.columns.push_back(column_from(one, view.inputs.size(), where));
  view.ttl_us = optional_count(value, "ttl_us", fields);
  return view;
}

}  // namespace mlops::feature
