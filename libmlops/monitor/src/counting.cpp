#include "src/counting.hpp"

#include <mlops/base/error.hpp>
#include <mlops/predict/spelling.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <unordered_map>

namespace mlops::monitor {
namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
constexpr double day_us = 86'400e6;

/// Unsigned integers that order as the numbers do.
std::uint64_t ordered(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits >> 63) != 0 ? ~bits : bits | (std::uint64_t{1} << 63);
}

double number_of(std::uint64_t ordered) {
  return std::bit_cast<double>((ordered >> 63) != 0 ? ordered & ~(std::uint64_t{1} << 63) : ~ordered);
}

/// By one byte of each key, keeping the order of equal ones.
void sort_by_byte(const std::vector<std::uint64_t>& from, std::vector<std::uint64_t>& to, unsigned shift) {
  std::array<std::size_t, 257> ends = {};
  for (const std::uint64_t key : from) ++ends[((key >> shift) & 255) + 1];
  for (std::size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  for (const std::uint64_t key : from) to[ends[(key >> shift) & 255]++] = key;
}

/// A radix sort without the bytes that all of them share: 20 ns a number, where comparing takes 80.
void sort_keys(std::vector<std::uint64_t>& keys) {
  constexpr unsigned bits = 64;
  std::uint64_t differing = 0;
  for (const std::uint64_t key : keys) differing |= key ^ keys.front();
  std::vector<std::uint64_t> other(keys.size());
  for (unsigned shift = 0; shift < bits; shift += 8) {
    if (((differing >> shift) & 255) == 0) continue;
    sort_by_byte(keys, other, shift);
    keys.swap(other);
  }
}

double double_of(const Int128& value) {
  constexpr double two_to_64 = 18'446'744'073'709'551'616.0;
  if (value.high == 0) return static_cast<double>(value.low);
  if (value.high == -1 && (value.low >> 63) != 0)
    return static_cast<double>(static_cast<std::int64_t>(value.low));
  return static_cast<double>(value.high) * two_to_64 + static_cast<double>(value.low);
}

template <typename T, typename ToDouble>
std::vector<double> gathered(const Column& column, std::span<const std::uint32_t> rows, ToDouble to_double) {
  const auto values = column.values<T>();
  std::vector<double> out;
  out.reserve(rows.size());
  for (const std::uint32_t row : rows) out.push_back(column.valid(row) ? to_double(values[row]) : no_value);
  return out;
}

template <typename T>
std::vector<double> gathered(const Column& column, std::span<const std::uint32_t> rows) {
  return gathered<T>(column, rows, [](T value) { return static_cast<double>(value); });
}

std::vector<double> gathered_moments(const Column& column, std::span<const std::uint32_t> rows) {
  const TimeUnit unit = column.type().unit;
  return gathered<std::int64_t>(column, rows, [unit](std::int64_t value) {
    if (value == std::numeric_limits<std::int64_t>::max() ||
        value == -std::numeric_limits<std::int64_t>::max())
      return no_value;
    switch (unit) {
      case TimeUnit::s:
        return static_cast<double>(value) * 1e6;
      case TimeUnit::ms:
        return static_cast<double>(value) * 1e3;
      case TimeUnit::us:
        return static_cast<double>(value);
      case TimeUnit::ns:
        break;
    }
    return std::floor(static_cast<double>(value) / 1e3);
  });
}

double days_of(std::int32_t days) {
  const bool endless = std::abs(static_cast<std::int64_t>(days)) == std::numeric_limits<std::int32_t>::max();
  return endless ? no_value : static_cast<double>(days) * day_us;
}

std::vector<double> numbers_of(const Column& column, std::span<const std::uint32_t> rows) {
  const double scale = std::pow(10.0, column.type().scale);
  switch (column.type().kind) {
    case Kind::int8:
      return gathered<std::int8_t>(column, rows);
    case Kind::int16:
      return gathered<std::int16_t>(column, rows);
    case Kind::int32:
      return gathered<std::int32_t>(column, rows);
    case Kind::int64:
      return gathered<std::int64_t>(column, rows);
    case Kind::uint8:
      return gathered<std::uint8_t>(column, rows);
    case Kind::uint16:
      return gathered<std::uint16_t>(column, rows);
    case Kind::uint32:
      return gathered<std::uint32_t>(column, rows);
    case Kind::uint64:
      return gathered<std::uint64_t>(column, rows);
    case Kind::float32:
      return gathered<float>(column, rows);
    case Kind::float64:
      return gathered<double>(column, rows);
    case Kind::decimal:
      return gathered<Int128>(column, rows,
                              [scale](const Int128& value) { return double_of(value) / scale; });
    case Kind::date:
      return gathered<std::int32_t>(column, rows, days_of);
    case Kind::timestamp:
    case Kind::timestamp_tz:
      return gathered_moments(column, rows);
    default:
      throw error(Code::internal, "the column '{}' has no numbers", column.name());
  }
}

}  // namespace

bool is_moment(std::string_view sql_type) { return sql_type == "DATE" || sql_type.starts_with("TIMESTAMP"); }

bool is_counted_as_number(std::string_view sql_type) {
  return predict::is_whole(sql_type) || sql_type == "DOUBLE" || sql_type == "FLOAT" ||
         sql_type.starts_with("DECIMAL") || is_moment(sql_type);
}

NumbersCounted count_numbers(std::vector<double> values) {
  NumbersCounted out;
  std::vector<std::uint64_t> keys;
  keys.reserve(values.size());
  for (const double value : values) {
    if (std::isfinite(value)) keys.push_back(ordered(value + 0.0));  // -0 is 0
  }
  out.nulls = values.size() - keys.size();
  std::vector<double>().swap(values);
  if (!keys.empty()) sort_keys(keys);
  for (std::size_t begin = 0; begin < keys.size();) {
    std::size_t end = begin + 1;
    while (end < keys.size() && keys[end] == keys[begin]) ++end;
    out.values.push_back({number_of(keys[begin]), end - begin});
    begin = end;
  }
  return out;
}

NumbersCounted count_numbers(const Column& column, std::span<const std::uint32_t> rows) {
  return count_numbers(numbers_of(column, rows));
}

TextsCounted count_texts(const Column& column, std::span<const std::uint32_t> rows) {
  TextsCounted out;
  const bool plain = column.type().kind == Kind::text;
  std::unordered_map<std::string_view, std::uint64_t> of_column;
  std::unordered_map<std::string, std::uint64_t> spelled;
  std::string text;
  for (const std::uint32_t row : rows) {
    text.clear();
    if (!column.valid(row)) ++out.nulls;
    else if (plain) ++of_column[column.text(row)];
    else if (predict::spell(column, row, text)) ++spelled[text];
    else ++out.nulls;
  }
  for (const auto& [value, count] : of_column) out.values.emplace_back(value, count);
  for (const auto& [value, count] : spelled) out.values.emplace_back(value, count);
  std::sort(out.values.begin(), out.values.end());
  return out;
}

}  // namespace mlops::monitor
