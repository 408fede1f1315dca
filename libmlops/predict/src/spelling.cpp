#include <mlops/predict/spelling.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "src/calendar.hpp"
#include "src/int128.hpp"

namespace mlops::predict {
namespace {

template <typename T>
void append(T value, std::string& out) {
  std::array<char, 48> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

/// At least `width` digits.
void padded(std::int64_t value, std::size_t width, std::string& out) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

/// `digits` are significant, the first one of weight 10^exponent.
void lay_out(std::string_view digits, int exponent, std::string& out) {
  const auto count = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    out += digits[0];
    if (count > 1) (out += '.') += digits.substr(1);
    out += exponent < 0 ? "e-" : "e+";
    return padded(std::abs(exponent), 2, out);
  }
  if (exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-exponent - 1), '0');
    out += digits;
    return;
  }
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() > whole) {
    (out += digits.substr(0, whole)) += '.';
    out += digits.substr(whole);
    return;
  }
  out += digits;
  out.append(whole - digits.size(), '0');
  out += ".0";
}

template <typename T>
void floating(T value, std::string& out) {
  if (std::isnan(value)) {
    out += "nan";
    return;
  }
  if (std::signbit(value)) out += '-';
  if (std::isinf(value)) {
    out += "inf";
    return;
  }
  std::array<char, 32> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), std::abs(value), std::chars_format::scientific)
          .ptr;
  std::string digits;
  const char* at = text.data();
  for (; at != end && *at != 'e'; ++at) {
    if (*at != '.') digits += *at;
  }
  int exponent = 0;
  if (at != end) std::from_chars(at + (at[1] == '+' ? 2 : 1), end, exponent);
  lay_out(digits, exponent, out);
}

constexpr std::array<std::int64_t, 4> per_second{1, 1'000, 1'000'000, 1'000'000'000};

/// HH:MM:SS and the fraction of a second without zeros at its end.
void clock(std::int64_t since_midnight, TimeUnit unit, std::string& out) {
  const std::int64_t scale = per_second[static_cast<std::size_t>(unit)];
  const std::int64_t seconds = since_midnight / scale;
  std::int64_t fraction = since_midnight % scale;
  padded(seconds / 3600, 2, out);
  out += ':';
  padded(seconds / 60 % 60, 2, out);
  out += ':';
  padded(seconds % 60, 2, out);
  if (fraction == 0) return;
  std::size_t digits = static_cast<std::size_t>(unit) * 3;
  for (; fraction % 10 == 0; --digits) fraction /= 10;
  out += '.';
  padded(fraction, digits, out);
}

void moment(std::int64_t value, TimeUnit unit, std::string& out) {
  if (value == std::numeric_limits<std::int64_t>::max() ||
      value == -std::numeric_limits<std::int64_t>::max()) {
    out += value < 0 ? "-infinity" : "infinity";
    return;
  }
  const std::int64_t per_day = 86'400 * per_second[static_cast<std::size_t>(unit)];
  const std::int64_t days = floor_div(value, per_day);
  spell_date(static_cast<std::int32_t>(days), out);
  out += ' ';
  clock(value - days * per_day, unit, out);
}

template <typename T>
void integer(const Column& column, std::size_t row, std::string& out) {
  append(column.values<T>()[row], out);
}

}  // namespace

bool is_whole(std::string_view sql_type) {
  for (const char* whole : {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT",
                            "UINTEGER", "UBIGINT", "UHUGEINT"}) {
    if (sql_type == whole) return true;
  }
  return false;
}

void spell(double value, std::string& out) { floating(value, out); }
void spell(float value, std::string& out) { floating(value, out); }
void spell(std::int64_t value, std::string& out) { append(value, out); }
void spell(std::uint64_t value, std::string& out) { append(value, out); }

void spell_decimal(Int128 value, int precision, int scale, std::string& out) {
  const Wide number = wide(value);
  auto rest = number < 0 ? -static_cast<UnsignedWide>(number) : static_cast<UnsignedWide>(number);
  std::string digits;
  // The engine has no zero in front of the point where the type has no digit there.
  const int least = precision > scale ? scale : scale - 1;
  for (int i = 0; rest != 0 || i <= least; ++i) {
    if (i == scale && scale > 0) digits += '.';
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  if (precision == scale) digits += '.';
  if (number < 0) digits += '-';
  std::reverse(digits.begin(), digits.end());
  out += digits;
}

void spell_date(std::int32_t days, std::string& out) {
  if (days == std::numeric_limits<std::int32_t>::max() || days == -std::numeric_limits<std::int32_t>::max()) {
    out += days < 0 ? "-infinity" : "infinity";
    return;
  }
  const Day day = day_of(days);
  padded(day.year > 0 ? day.year : 1 - day.year, 4, out);
  out += '-';
  padded(day.month, 2, out);
  out += '-';
  padded(day.day, 2, out);
  if (day.year <= 0) out += " (BC)";
}

void spell_timestamp(std::int64_t micros, std::string& out) { moment(micros, TimeUnit::us, out); }

bool spell(const Column& column, std::size_t row, std::string& out) {
  const Type& type = column.type();
  switch (type.kind) {
    case Kind::boolean:
      return out += column.boolean(row) ? "true" : "false", true;
    case Kind::int8:
      return integer<std::int8_t>(column, row, out), true;
    case Kind::int16:
      return integer<std::int16_t>(column, row, out), true;
    case Kind::int32:
      return integer<std::int32_t>(column, row, out), true;
    case Kind::int64:
      return integer<std::int64_t>(column, row, out), true;
    case Kind::uint8:
      return integer<std::uint8_t>(column, row, out), true;
    case Kind::uint16:
      return integer<std::uint16_t>(column, row, out), true;
    case Kind::uint32:
      return integer<std::uint32_t>(column, row, out), true;
    case Kind::uint64:
      return integer<std::uint64_t>(column, row, out), true;
    case Kind::decimal:
      return spell_decimal(column.values<Int128>()[row], type.precision, type.scale, out), true;
    case Kind::float32:
      return floating(column.values<float>()[row], out), true;
    case Kind::float64:
      return floating(column.values<double>()[row], out), true;
    case Kind::text:
      return out += column.text(row), true;
    case Kind::date:
      return spell_date(column.values<std::int32_t>()[row], out), true;
    case Kind::time:
      return clock(column.values<std::int64_t>()[row], type.unit, out), true;
    case Kind::timestamp:
      return moment(column.values<std::int64_t>()[row], type.unit, out), true;
    case Kind::timestamp_tz:
      moment(column.values<std::int64_t>()[row], type.unit, out);
      if (!out.ends_with("infinity")) out += "+00";
      return true;
    default:
      return false;
  }
}

}  // namespace mlops::predict
