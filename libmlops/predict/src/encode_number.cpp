#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "src/characters.hpp"
#include "src/encoding.hpp"
#include "src/int128.hpp"

namespace mlops::predict {
namespace {

/// Whether a number beyond the range of a double is too small: the weight of its first digit that counts.
bool is_tiny(std::string_view text) {
  const std::size_t e = text.find_first_of("eE");
  long exponent = 0;
  if (e != std::string_view::npos) {
    const char* first = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
    if (std::from_chars(first, text.data() + text.size(), exponent).ec != std::errc())
      return text[e + 1] == '-';
  }
  const std::string_view mantissa = text.substr(0, e);
  const std::size_t digit = mantissa.find_first_of("123456789");
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  return exponent + static_cast<long>(point) - static_cast<long>(digit) < 0;
}

double decimal(Int128 value, int scale) {
  static constexpr std::array<double, 39> powers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                                 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
                                                 1e20, 1e21, 1e22, 1e23, 1e24, 1e25, 1e26, 1e27, 1e28, 1e29,
                                                 1e30, 1e31, 1e32, 1e33, 1e34, 1e35, 1e36, 1e37, 1e38};
  return static_cast<double>(wide(value)) / powers[static_cast<std::size_t>(scale)];
}

template <typename T>
void copy(const Column& column, std::vector<double>& out) {
  const auto values = column.values<T>();
  for (std::size_t row = 0; row < values.size(); ++row)
    out[row] = column.valid(row) ? static_cast<double>(values[row]) : missing_number;
}

template <typename Read>
void each(const Column& column, std::vector<double>& out, Read read) {
  for (std::size_t row = 0; row < column.size(); ++row)
    out[row] = column.valid(row) ? read(row) : missing_number;
}

void read_texts(const ColumnTask& task, std::vector<double>& out) {
  each(task.column, out, [&](std::size_t row) {
    const auto value = read_number(task.column.text(row));
    if (!value) refuse_value(task, row, "number");
    return *value;
  });
}

void fill(const ColumnTask& task, std::vector<double>& out) {
  const Column& column = task.column;
  switch (column.type().kind) {
    case Kind::int8:
      return copy<std::int8_t>(column, out);
    case Kind::int16:
      return copy<std::int16_t>(column, out);
    case Kind::int32:
      return copy<std::int32_t>(column, out);
    case Kind::int64:
      return copy<std::int64_t>(column, out);
    case Kind::uint8:
      return copy<std::uint8_t>(column, out);
    case Kind::uint16:
      return copy<std::uint16_t>(column, out);
    case Kind::uint32:
      return copy<std::uint32_t>(column, out);
    case Kind::uint64:
      return copy<std::uint64_t>(column, out);
    case Kind::float32:
      return copy<float>(column, out);
    case Kind::float64:
      return copy<double>(column, out);
    case Kind::text:
      return read_texts(task, out);
    case Kind::null:
      return out.assign(column.size(), missing_number);
    default:
      return each(column, out, [&](std::size_t row) { return number_at(column, row); });
  }
}

/// Nulls are counted, infinite values among them.
void settle_nulls(ColumnTask& task, std::vector<double>& out) {
  for (std::size_t row = 0; row < out.size(); ++row) {
    if (std::isfinite(out[row])) continue;
    if (task.input.nulls == Policy::refuse) refuse_value(task, row, "number, which this input has to be");
    out[row] = missing_number;
    ++task.nulls;
  }
}

}  // namespace

std::optional<double> read_flag(std::string_view text) {
  const std::string word = lowered(trimmed(text));
  if (word.empty()) return missing_number;
  for (const char* yes : {"true", "t", "1", "yes", "y"}) {
    if (word == yes) return 1;
  }
  for (const char* no : {"false", "f", "0", "no", "n"}) {
    if (word == no) return 0;
  }
  return std::nullopt;
}

std::optional<double> read_number(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return missing_number;
  if (text.front() == '+' && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  if (fault == std::errc::result_out_of_range)
    return is_tiny(text) ? 0 : std::numeric_limits<double>::infinity();
  return fault == std::errc() ? std::optional(value) : std::nullopt;
}

double number_at(const Column& column, std::size_t row) {
  switch (column.type().kind) {
    case Kind::boolean:
      return column.boolean(row) ? 1 : 0;
    case Kind::int8:
      return column.values<std::int8_t>()[row];
    case Kind::int16:
      return column.values<std::int16_t>()[row];
    case Kind::int32:
      return column.values<std::int32_t>()[row];
    case Kind::int64:
      return static_cast<double>(column.values<std::int64_t>()[row]);
    case Kind::uint8:
      return column.values<std::uint8_t>()[row];
    case Kind::uint16:
      return column.values<std::uint16_t>()[row];
    case Kind::uint32:
      return column.values<std::uint32_t>()[row];
    case Kind::uint64:
      return static_cast<double>(column.values<std::uint64_t>()[row]);
    case Kind::decimal:
      return decimal(column.values<Int128>()[row], column.type().scale);
    case Kind::float32:
      return column.values<float>()[row];
    case Kind::float64:
      return column.values<double>()[row];
    default:
      throw error(Code::internal, "'{}' holds no numbers", column.name());
  }
}

void encode_numbers(ColumnTask& task, std::vector<double>& out) {
  out.resize(task.column.size());
  fill(task, out);
  settle_nulls(task, out);
  const double low = task.input.min.value_or(-std::numeric_limits<double>::infinity());
  const double high = task.input.max.value_or(std::numeric_limits<double>::infinity());
  for (const double value : out) task.out_of_range += value < low || value > high ? 1 : 0;
}

void encode_flags(ColumnTask& task, std::vector<double>& out) {
  const Column& column = task.column;
  const Kind kind = column.type().kind;
  out.resize(column.size());
  if (kind == Kind::null) {
    out.assign(column.size(), missing_number);
  } else {
    each(column, out, [&](std::size_t row) {
      const auto value = kind == Kind::text ? read_flag(column.text(row)) : number_at(column, row);
      if (!value || (std::isfinite(*value) && *value != 0 && *value != 1)) refuse_value(task, row, "flag");
      return *value;
    });
  }
  settle_nulls(task, out);
}

}  // namespace mlops::predict
