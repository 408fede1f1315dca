#include "src/values.hpp"

#include <mlops/base/error.hpp>

namespace mlops::feature {
namespace {

constexpr std::int64_t most_us = std::int64_t{1} << 61;
constexpr std::int64_t day_us = 86'400'000'000;

std::optional<std::int64_t> scaled(std::int64_t value, std::int64_t by) {
  if (value > most_us / by || value < -(most_us / by)) return std::nullopt;
  return value * by;
}

/// Rounded down, as the calendar goes on before 1970.
std::int64_t from_ns(std::int64_t ns) { return ns / 1000 - (ns % 1000 < 0 ? 1 : 0); }

std::optional<std::int64_t> in_us(std::int64_t value, TimeUnit unit) {
  switch (unit) {
    case TimeUnit::s:
      return scaled(value, 1'000'000);
    case TimeUnit::ms:
      return scaled(value, 1'000);
    case TimeUnit::us:
      return scaled(value, 1);
    case TimeUnit::ns:
      return value == INT64_MAX || value == -INT64_MAX ? std::nullopt : std::optional(from_ns(value));
  }
  return std::nullopt;
}

}  // namespace

bool is_integer(const std::string& type) {
  for (const char* one : {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}) {
    if (type == one) return true;
  }
  return false;
}

bool is_moment(Kind kind) {
  return kind == Kind::date || kind == Kind::timestamp || kind == Kind::timestamp_tz;
}

bool is_whole(Kind kind) {
  switch (kind) {
    case Kind::boolean:
    case Kind::int8:
    case Kind::int16:
    case Kind::int32:
    case Kind::int64:
    case Kind::uint8:
    case Kind::uint16:
    case Kind::uint32:
    case Kind::time:
      return true;
    default:
      return is_moment(kind);
  }
}

std::int64_t integer_at(const Column& column, std::size_t row) {
  switch (column.type().kind) {
    case Kind::boolean:
      return column.boolean(row) ? 1 : 0;
    case Kind::int8:
      return column.values<std::int8_t>()[row];
    case Kind::int16:
      return column.values<std::int16_t>()[row];
    case Kind::int32:
    case Kind::date:
      return column.values<std::int32_t>()[row];
    case Kind::uint8:
      return column.values<std::uint8_t>()[row];
    case Kind::uint16:
      return column.values<std::uint16_t>()[row];
    case Kind::uint32:
      return column.values<std::uint32_t>()[row];
    default:
      return column.values<std::int64_t>()[row];
  }
}

std::optional<std::int64_t> moment_at(const Column& column, std::size_t row) {
  if (!column.valid(row)) return std::nullopt;
  if (column.type().kind == Kind::date) return scaled(column.values<std::int32_t>()[row], day_us);
  return in_us(column.values<std::int64_t>()[row], column.type().unit);
}

std::vector<std::int64_t> moments_of(const Column& column) {
  std::vector<std::int64_t> out(column.size());
  for (std::size_t row = 0; row < out.size(); ++row) out[row] = moment_at(column, row).value_or(no_moment);
  return out;
}

}  // namespace mlops::feature
