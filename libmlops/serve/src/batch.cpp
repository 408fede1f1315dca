#include "src/batch.hpp"

#include <algorithm>

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
    default:
      return "NULL";
  }
}

}  // namespace

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

void Batch::start(const std::vector<predict::Input>& inputs) {
  inputs_ = &inputs;
  present_.assign(inputs.size(), 0);
  if (memory_.size() < inputs.size()) memory_.resize(inputs.size());
}

ColumnMemory& Batch::column(std::size_t input) {
  present_[input] = 1;
  return memory_[input];
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
  const auto there = static_cast<std::size_t>(std::count(present_.begin(), present_.end(), 1));
  const std::size_t width = there + (there < present_.size() ? unknown.size() : 0);
  fields_->resize(width);
  arrays_.resize(width);
  children_.resize(width);
  std::size_t place = 0;
  for (std::size_t i = 0; i < present_.size(); ++i) {
    if (present_[i] != 0) put(place++, (*inputs_)[i].name, memory_[i]);
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
