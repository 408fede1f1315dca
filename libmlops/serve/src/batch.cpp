#include "src/batch.hpp"

#include <algorithm>
#include <type_traits>

namespace mlops::serve {
namespace {

const char* sql_of(Kind kind) {
  switch (kind) {
    case Kind::boolean:
      return "BOOLEAN";
    case Kind::int8:
      return "TINYINT";
    case Kind::int16:
      return "SMALLINT";
    case Kind::int32:
      return "INTEGER";
    case Kind::int64:
      return "BIGINT";
    case Kind::uint8:
      return "UTINYINT";
    case Kind::uint16:
      return "USMALLINT";
    case Kind::uint32:
      return "UINTEGER";
    case Kind::uint64:
      return "UBIGINT";
    case Kind::float32:
      return "FLOAT";
    case Kind::float64:
      return "DOUBLE";
    case Kind::text:
      return "VARCHAR";
    case Kind::date:
      return "DATE";
    case Kind::time:
      return "TIME";
    case Kind::timestamp:
      return "TIMESTAMP";
    default:
      return "NULL";
  }
}

template <typename T>
json::Cell number_cell(const void* values, std::size_t row) {
  const T value = static_cast<const T*>(values)[row];
  json::Cell cell;
  if constexpr (std::is_floating_point_v<T>) {
    cell.kind = json::Cell::Kind::number;
    cell.number = value;
  } else if (std::is_unsigned_v<T> && value > static_cast<T>(INT64_MAX)) {
    cell.kind = json::Cell::Kind::large;
    cell.large = static_cast<std::uint64_t>(value);
  } else {
    cell.kind = json::Cell::Kind::integer;
    cell.integer = static_cast<std::int64_t>(value);
  }
  return cell;
}

}  // namespace

json::Cell ColumnMemory::cell(std::size_t row) const {
  json::Cell cell;
  cell.integer = 0;
  const bool null = kind_ == Kind::null || (row / 8 < valid_.size() && (valid_[row / 8] & bit(row)) == 0);
  if (null) return cell;
  switch (kind_) {
    case Kind::boolean:
      cell.kind = json::Cell::Kind::flag;
      cell.flag = (reinterpret_cast<const std::uint8_t*>(values_.data())[row / 8] & bit(row)) != 0;
      return cell;
    case Kind::text:
      cell.kind = json::Cell::Kind::text;
      cell.text = bytes_.data() + offsets_[row];
      cell.span = static_cast<std::uint32_t>(offsets_[row + 1] - offsets_[row]);
      return cell;
    case Kind::int8:
      return number_cell<std::int8_t>(values_.data(), row);
    case Kind::int16:
      return number_cell<std::int16_t>(values_.data(), row);
    case Kind::int32:
      return number_cell<std::int32_t>(values_.data(), row);
    case Kind::int64:
      return number_cell<std::int64_t>(values_.data(), row);
    case Kind::uint8:
      return number_cell<std::uint8_t>(values_.data(), row);
    case Kind::uint16:
      return number_cell<std::uint16_t>(values_.data(), row);
    case Kind::uint32:
      return number_cell<std::uint32_t>(values_.data(), row);
    case Kind::uint64:
      return number_cell<std::uint64_t>(values_.data(), row);
    case Kind::float32:
      return number_cell<float>(values_.data(), row);
    default:
      return number_cell<double>(values_.data(), row);
  }
}

void ColumnMemory::start(Kind kind, std::size_t rows) {
  kind_ = kind;
  rows_ = rows;
  nulls_ = 0;
  valid_.clear();
  const std::size_t bytes = kind == Kind::boolean ? rows / 8 + 1 : rows * fixed_bytes(kind);
  if (kind == Kind::boolean) values_.assign(bytes / 8 + 1, 0);
  else if (values_.size() < bytes / 8 + 1) values_.resize(bytes / 8 + 1);
}

void ColumnMemory::start_texts() {
  start(Kind::text, 0);
  bytes_.clear();
  offsets_.assign(1, 0);
}

void ColumnMemory::set_null(std::size_t row) {
  const std::size_t needed = std::max(row, rows_) / 8 + 1;
  if (valid_.size() < needed) valid_.resize(needed, 0xFF);
  valid_[row / 8] &= static_cast<std::uint8_t>(~bit(row));
  ++nulls_;
}

void ColumnMemory::lay_out(ArrowArray& array) {
  const bool texts = kind_ == Kind::text;
  if (!valid_.empty() && valid_.size() < rows_ / 8 + 1) valid_.resize(rows_ / 8 + 1, 0xFF);
  buffers_ = {valid_.empty() ? nullptr : valid_.data(),
              texts ? static_cast<const void*>(offsets_.data()) : values_.data(), bytes_.data()};
  array = {};
  array.length = static_cast<std::int64_t>(rows_);
  array.null_count = static_cast<std::int64_t>(kind_ == Kind::null ? rows_ : nulls_);
  array.n_buffers = kind_ == Kind::null ? 0 : texts ? 3 : 2;
  array.buffers = buffers_.data();
}

void Batch::start(const std::vector<predict::Input>& columns, std::size_t inputs) {
  columns_ = &columns;
  inputs_ = inputs;
  present_.assign(columns.size(), 0);
  if (memory_.size() < columns.size()) memory_.resize(columns.size());
}

ColumnMemory& Batch::column(std::size_t column) {
  present_[column] = 1;
  return memory_[column];
}

void Batch::put(std::size_t place, std::string_view name, ColumnMemory& memory) {
  Field& field = (*fields_)[place];
  if (field.name != name) field.name = name;
  if (field.type.kind != memory.kind() || field.sql.empty()) {
    field.type.kind = memory.kind();
    field.type.large = memory.kind() == Kind::text;
    field.sql = sql_of(memory.kind());
  }
  memory.lay_out(arrays_[place]);
  children_[place] = &arrays_[place];
}

Columns Batch::finish(std::size_t rows, const std::vector<std::string_view>& unknown) {
  const auto behind = present_.begin() + static_cast<std::ptrdiff_t>(inputs_);
  const auto there = static_cast<std::size_t>(std::count(present_.begin(), behind, 1));
  const std::size_t width = there + (there < inputs_ ? unknown.size() : 0);
  fields_->resize(width);
  arrays_.resize(width);
  children_.resize(width);
  std::size_t place = 0;
  for (std::size_t i = 0; i < inputs_; ++i) {
    if (present_[i] != 0) put(place++, (*columns_)[i].name, memory_[i]);
  }
  nothing_.start(Kind::null, rows);
  for (std::size_t i = 0; place < width; ++i) put(place++, unknown[i], nothing_);
  ArrowArray root = {};
  root.length = static_cast<std::int64_t>(rows);
  root.n_buffers = 1;
  root.buffers = &no_validity_;
  root.n_children = static_cast<std::int64_t>(width);
  root.children = children_.data();
  return Columns(fields_, root);
}

}  // namespace mlops::serve
