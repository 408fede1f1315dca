#include "src/table_columns.hpp"

#include <fmt/format.h>
#include <mlops/predict/spelling.hpp>
#include <mlops/table/engine.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <optional>

namespace mlops::monitor {
namespace {

using CellKind = json::Node::Kind;

struct WholeType {
  std::string_view name;
  double least;
  double behind;  ///< The first number that is too great.
};

constexpr double two_to_63 = 9'223'372'036'854'775'808.0;
constexpr std::array<WholeType, 10> whole_types = {{
    {"TINYINT", -128, 128},
    {"SMALLINT", -32'768, 32'768},
    {"INTEGER", -2'147'483'648.0, 2'147'483'648.0},
    {"BIGINT", -two_to_63, two_to_63},
    {"HUGEINT", -two_to_63* two_to_63 * 2, two_to_63* two_to_63 * 2},
    {"UTINYINT", 0, 256},
    {"USMALLINT", 0, 65'536},
    {"UINTEGER", 0, 4'294'967'296.0},
    {"UBIGINT", 0, two_to_63 * 2},
    {"UHUGEINT", 0, two_to_63* two_to_63 * 4},
}};

std::optional<double> json_number(const json::Node& node) {
  if (node.is(CellKind::integer)) return static_cast<double>(node.integer());
  if (node.is(CellKind::large)) return static_cast<double>(node.large());
  if (node.is(CellKind::number)) return node.number();
  return std::nullopt;
}

/// 64 bits hold more integers than a double does.
bool fits_whole(std::string_view type, const json::Node& node) {
  const bool wide = type == "BIGINT" || type == "HUGEINT";
  if (node.is(CellKind::integer) && wide) return true;
  if (node.is(CellKind::large)) return type == "UBIGINT" || type == "HUGEINT" || type == "UHUGEINT";
  const double value = json_number(node).value_or(0);
  for (const WholeType& one : whole_types) {
    if (one.name == type) return value == std::trunc(value) && value >= one.least && value < one.behind;
  }
  return false;
}

void append_digits(const json::Node& node, std::string& out) {
  if (node.is(CellKind::integer)) predict::spell(node.integer(), out);
  else if (node.is(CellKind::large)) predict::spell(node.large(), out);
  else predict::spell(node.number(), out);
}

bool is_real(std::string_view type) {
  return type == "DOUBLE" || type == "FLOAT" || type.starts_with("DECIMAL");
}

}  // namespace

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '\0') out += "\xEF\xBF\xBD";
    else out.append(c == '"' ? 2 : 1, c);
  }
  out += '"';
}

std::string csv_name(std::size_t column) { return fmt::format("c{}", column); }

std::string csv_relation(const std::string& file, const std::vector<std::string>& types) {
  std::string columns;
  for (std::size_t i = 0; i < types.size(); ++i)
    columns += fmt::format("{}'{}': '{}'", i == 0 ? "" : ", ", csv_name(i), types[i]);
  return fmt::format(
      "read_csv({}, auto_detect=false, columns={{{}}}, header=false, delim=',', quote='\"', escape='\"', "
      "nullstr='', allow_quoted_nulls=false)",
      table::literal(file), columns);
}

void TableColumn::append_number(const json::Node& value, std::string& out) {
  const auto number = json_number(value);
  if (!number) return;
  if (form == Form::whole) fits_ = fits_ && fits_whole(type, value);
  else if (type == "FLOAT") fits_ = fits_ && std::isfinite(static_cast<float>(*number));
  append_digits(value, out);
}

/// A number or flag that training never saw may be any text.
void TableColumn::append_category(const json::Node& value, std::string& out) {
  const auto number = json_number(value);
  if (value.is(CellKind::text)) {
    fits_ = fits_ && !predict::is_whole(type) && !is_real(type) && type != "BOOLEAN";
    append_quoted(value.text(), out);
  } else if (value.is(CellKind::flag)) {
    fits_ = fits_ && type == "BOOLEAN";
    append_quoted(value.flag() ? "true" : "false", out);
  } else if (number) {
    fits_ = fits_ && (is_real(type) || fits_whole(type, value));
    std::string digits;
    append_digits(value, digits);
    append_quoted(digits, out);
  }
}

void TableColumn::append(const json::Node& value, std::string& out) {
  out += ',';
  const bool text = value.is(CellKind::text);
  switch (form) {
    case Form::number:
    case Form::whole:
      return append_number(value, out);
    case Form::category:
      return append_category(value, out);
    case Form::flag:
      if (value.is(CellKind::flag)) out += value.flag() ? "true" : "false";
      return;
    case Form::timestamp:
      if (const auto us = text ? predict::read_timestamp(value.text()) : std::nullopt)
        predict::spell(*us, out);
      return;
    case Form::date:
    case Form::time:
    case Form::text:
      if (text) append_quoted(value.text(), out);
      return;
  }
}

std::string TableColumn::type_in_csv() const {
  switch (form) {
    case Form::number:
    case Form::whole:
      return "DOUBLE";
    case Form::flag:
      return "BOOLEAN";
    case Form::timestamp:
      return "BIGINT";
    default:
      return "VARCHAR";
  }
}

bool TableColumn::can_cast() const {
  if (form == Form::whole) return fits_;
  if (form == Form::number) return fits_ && type == "FLOAT";
  if (form != Form::category) return false;
  return fits_ && (predict::is_whole(type) || type == "BOOLEAN" || type == "DOUBLE" || type == "FLOAT");
}

std::string TableColumn::type_in_table() const {
  if (can_cast()) return type;
  switch (form) {
    case Form::number:
    case Form::whole:
      return "DOUBLE";
    case Form::flag:
      return "BOOLEAN";
    case Form::category:
      return fits_ && is_real(type) ? "DOUBLE" : "VARCHAR";
    case Form::date:
      return "DATE";
    case Form::timestamp:
      return "TIMESTAMP";
    case Form::time:
      return "TIME";
    case Form::text:
      break;
  }
  return "VARCHAR";
}

std::string TableColumn::from_csv(const std::string& column) const {
  const std::string wanted = type_in_table();
  if (form == Form::timestamp) return fmt::format("make_timestamp({})", column);
  if (wanted == type_in_csv()) return column;
  const bool may_fail = form == Form::date || form == Form::time;
  return fmt::format("{}({} AS {})", may_fail ? "TRY_CAST" : "CAST", column, wanted);
}

TableColumn column_of(const WatchedInput& watched) {
  using Form = TableColumn::Form;
  using predict::Encoding;
  const predict::Input& input = watched.input;
  TableColumn out;
  out.name = input.name;
  out.kind = watched.feature ? "feature" : "input";
  out.type = input.type;
  switch (input.encoding) {
    case Encoding::number:
      out.form = predict::is_whole(input.type) ? Form::whole : Form::number;
      break;
    case Encoding::flag:
      out.form = Form::flag;
      break;
    case Encoding::category:
      out.form = Form::category;
      break;
    case Encoding::date:
      out.form = Form::date;
      break;
    case Encoding::timestamp:
      out.form = Form::timestamp;
      break;
    case Encoding::time:
      out.form = Form::time;
      break;
  }
  return out;
}

}  // namespace mlops::monitor
