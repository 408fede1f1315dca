#include "src/build.hpp"

#include <mlops/base/error.hpp>

#include <array>
#include <cstring>
#include <memory>

namespace mlops::feature {
namespace {

void pack(const std::vector<std::uint8_t>& flags, Built& out) {
  if (flags.empty()) return;
  out.valid.assign((flags.size() + 7) / 8, 0);
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (flags[i] != 0) out.valid[i / 8] = static_cast<std::uint8_t>(out.valid[i / 8] | 1u << (i % 8));
    else ++out.nulls;
  }
  if (out.nulls == 0) out.valid.clear();
}

template <typename T>
Built numbers(Field field, const std::vector<T>& values, const std::vector<std::uint8_t>& valid) {
  Built out{.field = std::move(field), .rows = values.size()};
  out.values.resize(values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(out.values.data(), values.data(), out.values.size());
  pack(valid, out);
  return out;
}

/// The lowest bits: signed and unsigned integers are the same ones.
template <typename T, typename From>
std::vector<T> narrowed(const std::vector<From>& values) {
  std::vector<T> out;
  out.reserve(values.size());
  for (const From value : values) out.push_back(static_cast<T>(value));
  return out;
}

Built flags(Field field, const std::vector<std::int64_t>& values, const std::vector<std::uint8_t>& valid) {
  Built out{.field = std::move(field), .rows = values.size()};
  out.values.assign((values.size() + 7) / 8, std::byte{0});
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0) out.values[i / 8] |= std::byte{1} << (i % 8);
  }
  pack(valid, out);
  return out;
}

void gather_fixed(const Column& source, const std::vector<std::uint32_t>& picks, std::size_t size,
                  Built& out) {
  const auto bytes = source.bytes();
  out.values.assign(picks.size() * size, std::byte{0});
  for (std::size_t i = 0; i < picks.size(); ++i) {
    if (picks[i] != no_row) std::memcpy(&out.values[i * size], &bytes[picks[i] * size], size);
  }
}

void gather_flags(const Column& source, const std::vector<std::uint32_t>& picks, Built& out) {
  out.values.assign((picks.size() + 7) / 8, std::byte{0});
  for (std::size_t i = 0; i < picks.size(); ++i) {
    if (picks[i] != no_row && source.boolean(picks[i])) out.values[i / 8] |= std::byte{1} << (i % 8);
  }
}

void gather_text(const Column& source, const std::vector<std::uint32_t>& picks, Built& out) {
  std::vector<std::int64_t> offsets = {0};
  offsets.reserve(picks.size() + 1);
  for (const std::uint32_t pick : picks) {
    const std::string_view text = pick == no_row ? std::string_view() : source.text(pick);
    out.text.insert(out.text.end(), text.begin(), text.end());
    offsets.push_back(static_cast<std::int64_t>(out.text.size()));
  }
  out.values.resize(offsets.size() * sizeof offsets[0]);
  std::memcpy(out.values.data(), offsets.data(), out.values.size());
}

/// What the arrays point into; deleted when the root is released.
struct Root {
  std::vector<Built> built;
  std::vector<Columns> kept;
  std::vector<std::array<const void*, 3>> buffers;
  std::vector<ArrowArray> arrays;
  std::vector<ArrowArray*> children;
  const void* none = nullptr;
};

void keep(ArrowArray* array) { array->release = nullptr; }

void release_root(ArrowArray* array) {
  array->release = nullptr;
  const std::unique_ptr<Root> root(static_cast<Root*>(array->private_data));
}

Columns finish(std::unique_ptr<Root> root, std::vector<Field> fields, std::size_t rows) {
  for (ArrowArray& array : root->arrays) {
    array.release = keep;
    root->children.push_back(&array);
  }
  ArrowArray top = {};
  top.length = static_cast<std::int64_t>(rows);
  top.n_buffers = 1;
  top.buffers = &root->none;
  top.n_children = static_cast<std::int64_t>(root->children.size());
  top.children = root->children.data();
  top.release = release_root;
  top.private_data = root.release();
  return Columns(std::make_shared<const std::vector<Field>>(std::move(fields)), top);
}

ArrowArray laid_out(const Built& column, std::array<const void*, 3>& buffers) {
  const bool text = column.field.type.large;
  buffers = {column.valid.empty() ? nullptr : column.valid.data(), column.values.data(), column.text.data()};
  ArrowArray array = {};
  array.length = static_cast<std::int64_t>(column.rows);
  array.null_count = static_cast<std::int64_t>(column.nulls);
  array.n_buffers = text ? 3 : 2;
  array.buffers = buffers.data();
  return array;
}

}  // namespace

Built built(std::string name, const std::vector<std::int64_t>& values,
            const std::vector<std::uint8_t>& valid) {
  return numbers(Field{.name = std::move(name), .type = {.kind = Kind::int64}, .sql = "BIGINT"}, values,
                 valid);
}

Built built(std::string name, const std::vector<double>& values, const std::vector<std::uint8_t>& valid) {
  return numbers(Field{.name = std::move(name), .type = {.kind = Kind::float64}, .sql = "DOUBLE"}, values,
                 valid);
}

Built built(Field field, const std::vector<std::int64_t>& values, const std::vector<std::uint8_t>& valid) {
  switch (fixed_bytes(field.type.kind)) {
    case 1:
      return numbers(std::move(field), narrowed<std::int8_t>(values), valid);
    case 2:
      return numbers(std::move(field), narrowed<std::int16_t>(values), valid);
    case 4:
      return numbers(std::move(field), narrowed<std::int32_t>(values), valid);
    case 8:
      return numbers(std::move(field), values, valid);
    default:
      return flags(std::move(field), values, valid);
  }
}

Built built(Field field, const std::vector<double>& values, const std::vector<std::uint8_t>& valid) {
  if (field.type.kind == Kind::float64) return numbers(std::move(field), values, valid);
  return numbers(std::move(field), narrowed<float>(values), valid);
}

Built built(Field field, const std::vector<Int128>& values, const std::vector<std::uint8_t>& valid) {
  return numbers(std::move(field), values, valid);
}

Built built(Field field, const std::vector<std::int64_t>& ends, std::vector<char> text,
            const std::vector<std::uint8_t>& valid) {
  std::vector<std::int64_t> offsets = {0};
  offsets.insert(offsets.end(), ends.begin(), ends.end());
  Built out = numbers(std::move(field), offsets, {});
  out.rows = ends.size();
  out.text = std::move(text);
  pack(valid, out);
  return out;
}

Built gathered(std::string name, const std::string& sql, const Column& source,
               const std::vector<std::uint32_t>& picks) {
  Built out{.field = {.name = std::move(name), .type = source.type(), .sql = sql}, .rows = picks.size()};
  const Kind kind = source.type().kind;
  const bool text = kind == Kind::text || kind == Kind::binary;
  out.field.type.large = text;
  out.field.type.index_bytes = 0;
  std::vector<std::uint8_t> valid(picks.size());
  for (std::size_t i = 0; i < picks.size(); ++i) valid[i] = picks[i] != no_row && source.valid(picks[i]);
  pack(valid, out);
  if (text) gather_text(source, picks, out);
  else if (kind == Kind::boolean) gather_flags(source, picks, out);
  else if (fixed_bytes(kind) != 0) gather_fixed(source, picks, fixed_bytes(kind), out);
  else throw error(Code::internal, "values of the type {} cannot be gathered", sql);
  return out;
}

Columns assemble(std::vector<Built> columns, std::size_t rows) {
  auto root = std::make_unique<Root>();
  std::vector<Field> fields;
  for (const Built& column : columns) fields.push_back(column.field);
  root->built = std::move(columns);
  root->buffers.resize(root->built.size());
  for (std::size_t i = 0; i < root->built.size(); ++i)
    root->arrays.push_back(laid_out(root->built[i], root->buffers[i]));
  return finish(std::move(root), std::move(fields), rows);
}

Columns assemble(const std::vector<Borrowed>& columns, std::size_t rows) {
  auto root = std::make_unique<Root>();
  std::vector<Field> fields;
  for (const Borrowed& column : columns) {
    // A root with an offset of its own would shift its children.
    const ArrowArray& top = column.from->array();
    if (top.offset != 0) throw error(Code::internal, "columns of a slice cannot be put beside others");
    root->kept.push_back(*column.from);
    root->arrays.push_back(*top.children[column.column]);
    fields.push_back(column.from->fields()[column.column]);
    if (!column.name.empty()) fields.back().name = column.name;
  }
  return finish(std::move(root), std::move(fields), rows);
}

}  // namespace mlops::feature
