#include "src/derived_values.hpp"

#include <mlops/base/error.hpp>
#include <mlops/predict/spelling.hpp>

#include <algorithm>
#include <cmath>

#include "src/made_cells.hpp"

namespace mlops::score {
namespace {

using json::Cell;
using predict::Scalar;
using predict::SqlType;

Cell no_cell() {
  Cell out = integer_cell(0);
  out.kind = Cell::Kind::null;
  return out;
}

Cell number_cell(double value) {
  Cell out;
  out.kind = Cell::Kind::number;
  out.number = value;
  return out;
}

Cell flag_cell(bool value) {
  Cell out;
  out.kind = Cell::Kind::flag;
  out.flag = value;
  return out;
}

[[noreturn]] void refuse_part(const DerivedColumn& column, std::size_t part, const std::string& shown,
                              std::uint64_t row) {
  const DerivedRead& read = column.reads[part];
  throw error(Code::usage, "column '{}', row {}: {} is no {}, and '{}' is made of it", read.name, row, shown,
              read.type, column.name)
      .with_id("signature.mismatch")
      .with_hint("training saw {} there", read.type);
}

[[noreturn]] void refuse_value(const DerivedColumn& column, const Error& why, std::uint64_t row) {
  throw error(Code::usage, "column '{}', row {}: it cannot be made as {}: {}", column.name, row,
              column.expression, why.message())
      .with_id("derived.value")
      .with_hint("rows that have '{}' themselves are taken as they are", column.name);
}

bool is_personal(const std::vector<predict::Input>& inputs, const std::string& name) {
  return std::any_of(inputs.begin(), inputs.end(),
                     [&](const predict::Input& input) { return input.name == name && input.pii; });
}

}  // namespace

std::vector<Scalar> values_of(const DerivedColumn& column, const predict::Expression& expression,
                              const PartSource& source, const std::vector<predict::Input>& inputs,
                              std::size_t rows, std::uint64_t first_row) {
  std::vector<Scalar> out(rows);
  std::vector<Scalar> parts(column.reads.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      auto one = source.part(i, row);
      if (!one) {
        const bool masked = is_personal(inputs, column.reads[i].name) || is_personal(inputs, column.name);
        refuse_part(column, i, masked ? "a value (masked)" : source.shown(i, row), first_row + row);
      }
      parts[i] = std::move(*one);
    }
    try {
      out[row] = expression.evaluate(parts);
    } catch (const Error& e) {
      if (e.id() != "expression.value") throw;
      refuse_value(column, e, first_row + row);
    }
  }
  return out;
}

std::string shown_cell(const Cell& cell) {
  std::string out;
  switch (cell.kind) {
    case Cell::Kind::list:
      return "a list";
    case Cell::Kind::object:
      return "an object";
    case Cell::Kind::text:
      return fmt::format("'{}'", json::Node(&cell).text().substr(0, 60));
    case Cell::Kind::flag:
      return cell.flag ? "true" : "false";
    case Cell::Kind::integer:
      predict::spell(cell.integer, out);
      return out;
    case Cell::Kind::large:
      predict::spell(cell.large, out);
      return out;
    case Cell::Kind::number:
      predict::spell(cell.number, out);
      return out;
    default:
      return "null";
  }
}

Cell cell_of(const predict::Scalar& value, SqlType type,
             const std::function<std::string_view(std::string_view text)>& keep) {
  if (value.null) return no_cell();
  std::string text;
  switch (type) {
    case SqlType::boolean:
      return flag_cell(value.whole != 0);
    case SqlType::float64:
      return std::isfinite(value.number) ? number_cell(value.number) : no_cell();
    case SqlType::text:
      return text_cell(keep(value.text));
    case SqlType::date:
      predict::spell_date(static_cast<std::int32_t>(value.whole), text);
      return text_cell(keep(text));
    case SqlType::timestamp:
      predict::spell_timestamp(value.whole, text);
      return text_cell(keep(text));
    default:
      return integer_cell(value.whole);
  }
}

}  // namespace mlops::score
