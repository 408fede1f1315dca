#include "src/made_cells.hpp"

#include <cmath>

namespace mlops::score {
namespace {

using json::Cell;

/// Infinite moments stay what they are.
std::int64_t moment_of(std::int64_t value, const CellForm& form) {
  if (value == INT64_MAX || value <= -INT64_MAX) return value;
  if (form.divided_by != 1) return value / form.divided_by - (value % form.divided_by < 0 ? 1 : 0);
  std::int64_t out = 0;
  if (__builtin_mul_overflow(value, form.times, &out)) return value < 0 ? -INT64_MAX : INT64_MAX;
  return out;
}

Cell integer_as(std::int64_t value, const CellForm& form) {
  if (form.kind == Kind::timestamp) return integer_cell(moment_of(value, form));
  Cell cell = integer_cell(value);
  if (form.flag) {
    cell.kind = Cell::Kind::flag;
    cell.flag = value != 0;
  } else if (form.is_unsigned && value < 0) {
    cell.kind = Cell::Kind::large;
    cell.large = static_cast<std::uint64_t>(value);
  }
  return cell;
}

Cell null_cell() {
  Cell cell = integer_cell(0);
  cell.kind = Cell::Kind::null;
  return cell;
}

/// JSON has no number that is not finite; a category may have been one.
Cell real_as(double value, const predict::Input& input) {
  if (!std::isfinite(value) && input.encoding != predict::Encoding::category) return null_cell();
  Cell cell;
  cell.kind = Cell::Kind::number;
  cell.number = value;
  return cell;
}

}  // namespace

Cell integer_cell(std::int64_t value) {
  Cell cell;
  cell.kind = Cell::Kind::integer;
  cell.integer = value;
  return cell;
}

Cell text_cell(std::string_view text) {
  Cell cell;
  cell.kind = Cell::Kind::text;
  cell.span = static_cast<std::uint32_t>(text.size());
  cell.text = text.data();
  return cell;
}

CellForm form_of(std::string_view sql_type) {
  if (sql_type == "BOOLEAN") return {.flag = true};
  if (sql_type == "UBIGINT") return {.is_unsigned = true};
  if (sql_type == "DATE") return {.kind = Kind::date};
  if (sql_type == "TIME") return {.kind = Kind::time};
  if (sql_type == "TIMESTAMP_NS") return {.kind = Kind::timestamp, .divided_by = 1'000};
  if (sql_type == "TIMESTAMP_MS") return {.kind = Kind::timestamp, .times = 1'000};
  if (sql_type == "TIMESTAMP_S") return {.kind = Kind::timestamp, .times = 1'000'000};
  if (sql_type.starts_with("TIMESTAMP")) return {.kind = Kind::timestamp};
  return {};
}

Cell cell_of(const feature::Value& value, const CellForm& form, const predict::Input& input) {
  switch (value.kind) {
    case feature::Value::Kind::integer:
      return integer_as(value.integer, form);
    case feature::Value::Kind::real:
      return real_as(value.real, input);
    case feature::Value::Kind::text:
      return text_cell(value.text);
    case feature::Value::Kind::null:
      break;
  }
  return null_cell();
}

}  // namespace mlops::score
