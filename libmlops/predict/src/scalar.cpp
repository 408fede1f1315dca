#include <mlops/predict/expression.hpp>
#include <mlops/predict/spelling.hpp>

#include <charconv>
#include <cmath>
#include <limits>

#include "src/calendar.hpp"
#include "src/encoding.hpp"
#include "src/expression_tree.hpp"

namespace mlops::predict {
namespace {

std::optional<Scalar> whole_of(double value, SqlType type) {
  if (!(std::abs(value) < 0x1p63) || value != std::floor(value)) return std::nullopt;
  const auto out = static_cast<std::int64_t>(value);
  return holds(type, out) ? std::optional(whole(out)) : std::nullopt;
}

std::optional<Scalar> whole_of(std::int64_t value, SqlType type) {
  return holds(type, value) ? std::optional(whole(value)) : std::nullopt;
}

std::optional<Scalar> whole_of(std::string_view text, SqlType type) {
  const auto number = read_number(text);
  if (!number) return std::nullopt;
  if (std::isnan(*number)) return Scalar();
  std::int64_t exact = 0;
  const char* const end = text.data() + text.size();
  const auto [read, fault] = std::from_chars(text.data(), end, exact);
  return fault == std::errc() && read == end ? whole_of(exact, type) : whole_of(*number, type);
}

std::optional<Scalar> flag_of(std::optional<double> value) {
  if (!value) return std::nullopt;
  if (std::isnan(*value)) return Scalar();
  return *value == 0 || *value == 1 ? std::optional(flag(*value == 1)) : std::nullopt;
}

std::optional<Scalar> number_of(std::string_view text) {
  const auto value = read_number(text);
  if (!value) return std::nullopt;
  return std::isnan(*value) ? Scalar() : number(*value);
}

std::optional<Scalar> time_of(std::optional<std::int64_t> micros, SqlType type) {
  if (!micros) return std::nullopt;
  if (type == SqlType::timestamp) return whole(*micros);
  return *micros % day_micros == 0 ? std::optional(whole(*micros / day_micros)) : std::nullopt;
}

std::optional<Scalar> from_text(std::string_view given, SqlType type) {
  if (is_integer(type)) return whole_of(given, type);
  switch (type) {
    case SqlType::boolean:
      return flag_of(read_flag(given));
    case SqlType::float64:
      return number_of(given);
    case SqlType::text:
      return text(std::string(given));
    default:
      return time_of(read_timestamp(given), type);
  }
}

std::optional<Scalar> from_number(double value, SqlType type) {
  if (is_integer(type)) return whole_of(value, type);
  if (type == SqlType::float64) return number(value);
  return type == SqlType::boolean ? flag_of(value) : std::nullopt;
}

std::optional<Scalar> from_whole(std::int64_t value, SqlType type) {
  return is_integer(type) ? whole_of(value, type) : from_number(static_cast<double>(value), type);
}

std::optional<Scalar> from_column(const Column& column, std::size_t row, SqlType type) {
  switch (column.type().kind) {
    case Kind::text:
      return from_text(column.text(row), type);
    case Kind::int64:
      return from_whole(column.values<std::int64_t>()[row], type);
    case Kind::boolean:
    case Kind::int8:
    case Kind::int16:
    case Kind::int32:
    case Kind::uint8:
    case Kind::uint16:
    case Kind::uint32:
    case Kind::uint64:
    case Kind::decimal:
    case Kind::float32:
    case Kind::float64:
      return from_number(number_at(column, row), type);
    case Kind::date:
    case Kind::timestamp:
    case Kind::timestamp_tz:
      return is_time(type) ? time_of(micros_at(column, row), type) : std::nullopt;
    default:
      return std::nullopt;
  }
}

/// A type's width in Arrow's layout.
Kind kind_of(SqlType type) {
  switch (type) {
    case SqlType::boolean:
      return Kind::boolean;
    case SqlType::int8:
      return Kind::int8;
    case SqlType::int16:
      return Kind::int16;
    case SqlType::int32:
      return Kind::int32;
    case SqlType::int64:
      return Kind::int64;
    case SqlType::float64:
      return Kind::float64;
    case SqlType::text:
      return Kind::text;
    case SqlType::date:
      return Kind::date;
    default:
      return Kind::timestamp;
  }
}

/// The memory of one column and of the structure around it.
struct Holder {
  std::vector<std::uint8_t> valid = {};
  std::vector<std::uint64_t> values = {};
  std::string text = {};
  const void* buffers[3] = {};
  const void* no_validity = nullptr;
  ArrowArray child = {};
  ArrowArray* children[1] = {};

  template <typename T>
  T* places(std::size_t count) {
    values.assign(count * sizeof(T) / 8 + 1, 0);
    return reinterpret_cast<T*>(values.data());
  }

  template <typename T>
  void fill(std::span<const Scalar> from) {
    T* const out = places<T>(from.size());
    for (std::size_t row = 0; row < from.size(); ++row) {
      if constexpr (std::is_same_v<T, double>) out[row] = from[row].number;
      else out[row] = static_cast<T>(from[row].whole);
    }
  }

  void fill_flags(std::span<const Scalar> from) {
    auto* const out = places<std::uint8_t>(from.size() / 8 + 1);
    for (std::size_t row = 0; row < from.size(); ++row) {
      if (!from[row].null && from[row].whole != 0)
        out[row / 8] = static_cast<std::uint8_t>(out[row / 8] | 1U << (row % 8));
    }
  }

  void fill_texts(std::span<const Scalar> from) {
    auto* const out = places<std::int64_t>(from.size() + 1);
    for (std::size_t row = 0; row < from.size(); ++row) {
      if (!from[row].null) text += from[row].text;
      out[row + 1] = static_cast<std::int64_t>(text.size());
    }
  }

  void fill(SqlType type, std::span<const Scalar> from) {
    switch (kind_of(type)) {
      case Kind::boolean:
        return fill_flags(from);
      case Kind::int8:
        return fill<std::int8_t>(from);
      case Kind::int16:
        return fill<std::int16_t>(from);
      case Kind::int32:
      case Kind::date:
        return fill<std::int32_t>(from);
      case Kind::float64:
        return fill<double>(from);
      case Kind::text:
        return fill_texts(from);
      default:
        return fill<std::int64_t>(from);
    }
  }

  std::size_t mark_nulls(std::span<const Scalar> from) {
    std::size_t nulls = 0;
    valid.assign(from.size() / 8 + 1, 0xFF);
    for (std::size_t row = 0; row < from.size(); ++row) {
      if (!from[row].null) continue;
      valid[row / 8] = static_cast<std::uint8_t>(valid[row / 8] & ~(1U << (row % 8)));
      ++nulls;
    }
    return nulls;
  }
};

void release(ArrowArray* array) {
  delete static_cast<Holder*>(array->private_data);
  array->release = nullptr;
}

void lay_out(Holder& holder, SqlType type, std::span<const Scalar> values) {
  holder.fill(type, values);
  const std::size_t nulls = holder.mark_nulls(values);
  holder.buffers[0] = nulls == 0 ? nullptr : holder.valid.data();
  holder.buffers[1] = holder.values.data();
  holder.buffers[2] = holder.text.data();
  holder.child.length = static_cast<std::int64_t>(values.size());
  holder.child.null_count = static_cast<std::int64_t>(nulls);
  holder.child.n_buffers = type == SqlType::text ? 3 : 2;
  holder.child.buffers = holder.buffers;
  holder.children[0] = &holder.child;
}

}  // namespace

std::optional<Scalar> scalar_of(const Column& column, std::size_t row, SqlType type) {
  if (!column.valid(row)) return Scalar();
  if (type != SqlType::text || column.type().kind == Kind::text) return from_column(column, row, type);
  Scalar out = text("");
  return spell(column, row, out.text) ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<Scalar> scalar_of(const json::Cell& cell, SqlType type) {
  Scalar out = text("");
  switch (cell.kind) {
    case json::Cell::Kind::null:
      return Scalar();
    case json::Cell::Kind::text:
      return from_text(json::Node(&cell).text(), type);
    case json::Cell::Kind::flag:
      if (type != SqlType::text) return from_number(cell.flag ? 1 : 0, type);
      out.text = cell.flag ? "true" : "false";
      return out;
    case json::Cell::Kind::integer:
      if (type != SqlType::text) return from_whole(cell.integer, type);
      spell(cell.integer, out.text);
      return out;
    case json::Cell::Kind::large:
      if (type != SqlType::text) return from_number(static_cast<double>(cell.large), type);
      spell(cell.large, out.text);
      return out;
    case json::Cell::Kind::number:
      if (type != SqlType::text) return from_number(cell.number, type);
      spell(cell.number, out.text);
      return out;
    default:
      return std::nullopt;
  }
}

Columns column_of(const std::string& name, SqlType type, std::span<const Scalar> values) {
  auto holder = std::make_unique<Holder>();
  lay_out(*holder, type, values);
  Field field{.name = name, .type = {.kind = kind_of(type)}, .sql = std::string(name_of(type))};
  field.type.large = type == SqlType::text;
  ArrowArray root = {};
  root.length = static_cast<std::int64_t>(values.size());
  root.n_buffers = 1;
  root.buffers = &holder->no_validity;
  root.n_children = 1;
  root.children = holder->children;
  root.release = release;
  root.private_data = holder.release();
  return Columns(std::make_shared<const std::vector<Field>>(1, std::move(field)), root);
}

}  // namespace mlops::predict
