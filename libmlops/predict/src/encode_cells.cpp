#include <mlops/predict/spelling.hpp>

#include <limits>
#include <string>

#include "src/encoding.hpp"

namespace mlops::predict {
namespace {

using json::Cell;

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t most_exact = std::int64_t{1} << 53;

bool take_null(CellTask& task) {
  ++task.nulls;
  return task.input.nulls != Policy::refuse;
}

/// JSON has no number that is not finite.
bool take_number(CellTask& task, const Cell& cell, double& out) {
  switch (cell.kind) {
    case Cell::Kind::number:
      return out = cell.number, true;
    case Cell::Kind::integer:
      return out = static_cast<double>(cell.integer), true;
    case Cell::Kind::large:
      return out = static_cast<double>(cell.large), true;
    case Cell::Kind::flag:
      return out = cell.flag ? 1 : 0, true;
    case Cell::Kind::null:
      return out = no_number, take_null(task);
    default:
      return false;
  }
}

bool take_numbers(CellTask& task, double* out) {
  const double low = task.input.min.value_or(-std::numeric_limits<double>::infinity());
  const double high = task.input.max.value_or(std::numeric_limits<double>::infinity());
  for (const Cell* cell : task.cells) {
    if (!take_number(task, *cell, *out)) return false;
    task.out_of_range += *out < low || *out > high ? 1 : 0;
    ++out;
  }
  return true;
}

bool take_flags(CellTask& task, double* out) {
  for (const Cell* cell : task.cells) {
    if (!take_number(task, *cell, *out)) return false;
    if (cell->kind != Cell::Kind::null && *out != 0 && *out != 1) return false;
    ++out;
  }
  return true;
}

/// Nothing is left to try: neither another spelling nor a refusal.
bool take_unseen(CellTask& task) {
  ++task.unseen;
  return task.input.unseen != Policy::refuse;
}

bool take_code(CellTask& task, const Cell& cell, const Lookup& lookup, Spelling spelling, std::int32_t& out) {
  if (cell.kind == Cell::Kind::null) return out = code_null, take_null(task);
  if (cell.kind == Cell::Kind::text) {
    out = lookup.find(json::Node(&cell).text());
    return out >= 0 || (spelling.as == Spelling::As::own && take_unseen(task));
  }
  if (cell.kind != Cell::Kind::integer || cell.integer < -most_exact || cell.integer > most_exact)
    return false;
  if (spelling.as != Spelling::As::integer) return false;
  std::string text;
  spell(cell.integer, text);
  out = lookup.find(text);
  return out >= 0 || take_unseen(task);
}

bool take_codes(CellTask& task, const Lookup& lookup, Spelling spelling, std::int32_t* out) {
  for (const Cell* cell : task.cells) {
    if (!take_code(task, *cell, lookup, spelling, *out++)) return false;
  }
  return true;
}

}  // namespace

bool encode_cells(CellTask& task, const Lookup& lookup, Spelling spelling, Values& out) {
  switch (task.input.encoding) {
    case Encoding::number:
      out.numbers.resize(task.cells.size());
      return take_numbers(task, out.numbers.data());
    case Encoding::flag:
      out.numbers.resize(task.cells.size());
      return take_flags(task, out.numbers.data());
    case Encoding::category:
      out.codes.resize(task.cells.size());
      return take_codes(task, lookup, spelling, out.codes.data());
    default:
      return false;
  }
}

}  // namespace mlops::predict
