#include "src/cells.hpp"

#include <mlops/predict/spelling.hpp>

#include <algorithm>
#include <bit>

#include "src/faults.hpp"

namespace mlops::serve {
namespace {

using json::Cell;
using Part = std::span<const Cell* const>;

constexpr unsigned mask_of(Cell::Kind kind) { return 1U << static_cast<unsigned>(kind); }
constexpr unsigned null_mask = mask_of(Cell::Kind::null);
constexpr unsigned text_mask = mask_of(Cell::Kind::text);
constexpr unsigned nested_mask = mask_of(Cell::Kind::list) | mask_of(Cell::Kind::object);

unsigned kinds_in(Part cells) {
  unsigned kinds = 0;
  for (const Cell* cell : cells) kinds |= mask_of(cell->kind);
  return kinds;
}

/// Of values of one kind.
Kind plain_kind(unsigned kinds) {
  switch (static_cast<Cell::Kind>(std::countr_zero(kinds))) {
    case Cell::Kind::flag:
      return Kind::boolean;
    case Cell::Kind::integer:
      return Kind::int64;
    case Cell::Kind::large:
      return Kind::uint64;
    case Cell::Kind::number:
      return Kind::float64;
    default:
      return Kind::text;
  }
}

Kind kind_for(unsigned kinds, const predict::Input& input) {
  kinds &= ~null_mask;
  if (kinds == 0) return Kind::null;
  if (std::has_single_bit(kinds)) return plain_kind(kinds);
  if ((kinds & text_mask) != 0 || input.encoding == predict::Encoding::category) return Kind::text;
  return Kind::float64;
}

double number_of(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::flag:
      return cell.flag ? 1 : 0;
    case Cell::Kind::integer:
      return static_cast<double>(cell.integer);
    case Cell::Kind::large:
      return static_cast<double>(cell.large);
    default:
      return cell.number;
  }
}

template <typename T, typename Get>
void copy(Part cells, ColumnMemory& out, Get get) {
  T* values = out.values<T>();
  for (std::size_t row = 0; row < cells.size(); ++row) {
    if (cells[row]->kind != Cell::Kind::null) {
      values[row] = get(*cells[row]);
    } else {
      values[row] = T();
      out.set_null(row);
    }
  }
}

void copy_flags(Part cells, ColumnMemory& out) {
  for (std::size_t row = 0; row < cells.size(); ++row) {
    if (cells[row]->kind == Cell::Kind::null) out.set_null(row);
    else if (cells[row]->flag) out.set_flag(row);
  }
}

/// Training saw numbers there, so that a flag alone in its row would be 0 or 1.
bool is_numeric(const predict::Input& input) {
  if (input.encoding != predict::Encoding::category) return input.encoding == predict::Encoding::number;
  const std::string_view type = input.type;
  return type == "DOUBLE" || type == "FLOAT" || type.starts_with("DECIMAL") || predict::is_whole(type);
}

/// As the value would be understood alone in its row.
void spell(const Cell& cell, const predict::Input& input, std::string& out) {
  switch (cell.kind) {
    case Cell::Kind::flag:
      out += is_numeric(input) ? (cell.flag ? "1" : "0") : (cell.flag ? "true" : "false");
      return;
    case Cell::Kind::integer:
      return predict::spell(cell.integer, out);
    case Cell::Kind::large:
      return predict::spell(cell.large, out);
    case Cell::Kind::number:
      if (input.encoding == predict::Encoding::flag && (cell.number == 0 || cell.number == 1))
        out += cell.number == 0 ? '0' : '1';
      else predict::spell(cell.number, out);
      return;
    default:
      out += json::Node(&cell).text();
  }
}

void copy_texts(Part cells, const predict::Input& input, ColumnMemory& out) {
  out.start_texts();
  for (const Cell* cell : cells) {
    if (cell->kind == Cell::Kind::null) {
      out.add_null();
    } else {
      spell(*cell, input, out.bytes());
      out.close();
    }
  }
}

[[noreturn]] void refuse_nested(Part cells, const predict::Input& input) {
  std::size_t row = 0;
  while (json::Node(cells[row]).is_scalar()) ++row;
  throw mismatch("column '{}', row {}: {}, where a single value is wanted", input.name, row + 1,
                 shown(json::Node(cells[row]), input.pii));
}

void fill_column(Part cells, const predict::Input& input, ColumnMemory& out) {
  const unsigned kinds = kinds_in(cells);
  if ((kinds & nested_mask) != 0) refuse_nested(cells, input);
  const Kind kind = kind_for(kinds, input);
  if (kind == Kind::text) return copy_texts(cells, input, out);
  out.start(kind, cells.size());
  if (kind == Kind::boolean) copy_flags(cells, out);
  else if (kind == Kind::int64) copy<std::int64_t>(cells, out, [](const Cell& cell) { return cell.integer; });
  else if (kind == Kind::uint64) copy<std::uint64_t>(cells, out, [](const Cell& cell) { return cell.large; });
  else if (kind == Kind::float64) copy<double>(cells, out, number_of);
}

void fill_moments(const score::Made::Column& made, ColumnMemory& out) {
  out.start(made.kind, made.cells.size());
  for (std::size_t row = 0; row < made.cells.size(); ++row) {
    const Cell& cell = made.cells[row];
    if (cell.kind == Cell::Kind::null) out.set_null(row);
    else if (made.kind == Kind::date)
      out.values<std::int32_t>()[row] = static_cast<std::int32_t>(cell.integer);
    else out.values<std::int64_t>()[row] = cell.integer;
  }
}

}  // namespace

void Cells::start(std::size_t rows) {
  rows_ = rows;
  inputs_.clear();
  cells_.clear();
  moments_.clear();
}

std::optional<std::size_t> Cells::find(std::size_t input) const {
  const auto found = std::find(inputs_.begin(), inputs_.end(), input);
  if (found == inputs_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - inputs_.begin());
}

void Cells::put(const score::Made::Column& made, std::size_t rows) {
  if (inputs_.empty()) rows_ = rows;
  const std::size_t column = find(made.column).value_or(inputs_.size());
  if (column == inputs_.size()) {
    inputs_.push_back(made.column);
    cells_.resize(inputs_.size() * rows_);
  }
  for (std::size_t row = 0; row < rows_; ++row) at(column, row) = &made.cells[row];
  if (made.kind != Kind::null) moments_.push_back(made);
}

void Cells::fill(const std::vector<predict::Input>& inputs, Batch& batch) {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (inputs_[i] >= inputs.size()) continue;
    const Part cells(cells_.data() + i * rows_, rows_);
    fill_column(cells, inputs[inputs_[i]], batch.column(inputs_[i]));
  }
  for (const score::Made::Column& made : moments_) fill_moments(made, batch.column(made.column));
}

std::string_view kind_of_value(json::Node value) {
  switch (value.kind()) {
    case Cell::Kind::null:
      return "null";
    case Cell::Kind::flag:
      return value.flag() ? "true" : "false";
    case Cell::Kind::text:
      return "a text";
    case Cell::Kind::list:
      return "a list";
    case Cell::Kind::object:
      return "an object";
    default:
      return "a number";
  }
}

std::string shown(json::Node value, bool masked) {
  if (!value.is_scalar() || value.is(Cell::Kind::null)) return std::string(kind_of_value(value));
  if (masked) return "a value (masked)";
  if (value.is(Cell::Kind::flag)) return value.flag() ? "true" : "false";
  if (value.is(Cell::Kind::text)) return quoted(value.text());
  std::string text;
  spell(*value.cell(), {}, text);
  return text;
}

}  // namespace mlops::serve
