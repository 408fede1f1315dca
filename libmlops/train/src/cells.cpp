#include "src/cells.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/predict/spelling.hpp>

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace mlops::train {
namespace {

constexpr double null_number = std::numeric_limits<double>::quiet_NaN();

double decimal(Int128 value, int scale) {
  const auto unscaled = std::ldexp(static_cast<double>(value.high), 64) + static_cast<double>(value.low);
  return unscaled / std::pow(10.0, scale);
}

template <typename T>
std::vector<double> converted(const Column& column) {
  const auto values = column.values<T>();
  std::vector<double> out(values.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    if constexpr (std::is_same_v<T, Int128>) {
      out[i] = column.valid(i) ? decimal(values[i], column.type().scale) : null_number;
    } else {
      out[i] = column.valid(i) ? static_cast<double>(values[i]) : null_number;
    }
  }
  return out;
}

std::vector<double> flags(const Column& column) {
  std::vector<double> out(column.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = !column.valid(i) ? null_number : column.boolean(i) ? 1.0 : 0.0;
  }
  return out;
}

}  // namespace

std::size_t find_column(const Columns& table, const std::string& name, std::string_view what) {
  if (const auto found = table.find(name)) return *found;
  std::vector<std::string> known;
  for (const Field& field : table.fields()) known.push_back(field.name);
  auto fault = error(Code::usage, "no column '{}' to be {}", name, what).with_id("train.no_column");
  const auto near = near_misses(name, known);
  if (!near.empty()) throw std::move(fault).with_hint("similar columns exist: {}", one_of(near));
  if (known.size() > 12) known.resize(12);
  throw std::move(fault).with_hint("columns of the table: {}", fmt::join(known, ", "));
}

std::string type_name(const Field& field) {
  if (!field.sql.empty()) return field.sql;
  if (field.type.kind == Kind::text) return "VARCHAR";
  if (field.type.kind == Kind::boolean) return "BOOLEAN";
  if (is_whole(field.type)) return "BIGINT";
  if (is_number(field.type)) return "DOUBLE";
  return "another type";
}

bool is_whole(const Type& type) {
  return (type.kind >= Kind::int8 && type.kind <= Kind::uint64) ||
         (type.kind == Kind::decimal && type.scale == 0);
}

bool is_number(const Type& type) {
  return is_whole(type) || type.kind == Kind::decimal || type.kind == Kind::float32 ||
         type.kind == Kind::float64;
}

bool is_moment(Kind kind) {
  return kind == Kind::date || kind == Kind::timestamp || kind == Kind::timestamp_tz;
}

std::vector<double> numbers_of(const Column& column) {
  switch (column.type().kind) {
    case Kind::boolean:
      return flags(column);
    case Kind::int8:
      return converted<std::int8_t>(column);
    case Kind::int16:
      return converted<std::int16_t>(column);
    case Kind::int32:
    case Kind::date:
      return converted<std::int32_t>(column);
    case Kind::int64:
    case Kind::time:
    case Kind::timestamp:
    case Kind::timestamp_tz:
      return converted<std::int64_t>(column);
    case Kind::uint8:
      return converted<std::uint8_t>(column);
    case Kind::uint16:
      return converted<std::uint16_t>(column);
    case Kind::uint32:
      return converted<std::uint32_t>(column);
    case Kind::uint64:
      return converted<std::uint64_t>(column);
    case Kind::decimal:
      return converted<Int128>(column);
    case Kind::float32:
      return converted<float>(column);
    case Kind::float64:
      return converted<double>(column);
    default:
      throw error(Code::internal, "column '{}' holds no numbers", column.name());
  }
}

std::string spelled(const Column& column, std::size_t row) {
  std::string text;
  predict::spell(column, row, text);
  return text;
}

}  // namespace mlops::train
