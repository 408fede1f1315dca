#include <mlops/dataset/cells.hpp>

#include <fmt/core.h>
#include <mlops/json/number.hpp>

#include <cmath>
#include <limits>
#include <optional>

namespace mlops::dataset {
namespace {

/// Floor division and what is left of it.
std::pair<std::int64_t, std::int64_t> divide(std::int64_t value, std::int64_t by) {
  std::int64_t whole = value / by;
  std::int64_t rest = value % by;
  if (rest < 0) {
    rest += by;
    --whole;
  }
  return {whole, rest};
}

std::int64_t per_second(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::s:
      return 1;
    case TimeUnit::ms:
      return 1'000;
    case TimeUnit::us:
      return 1'000'000;
    case TimeUnit::ns:
      return 1'000'000'000;
  }
  return 1;
}

/// ".25", "" for none.
std::string fraction_text(std::int64_t fraction, std::int64_t per) {
  if (fraction == 0) return "";
  std::string digits =
      fmt::format("{:0{}}", fraction, static_cast<int>(std::lround(std::log10(static_cast<double>(per)))));
  digits.erase(digits.find_last_not_of('0') + 1);
  return "." + digits;
}

std::string time_text(std::int64_t value, TimeUnit unit) {
  const auto [seconds, fraction] = divide(value, per_second(unit));
  return fmt::format("{:02}:{:02}:{:02}{}", seconds / 3600, seconds / 60 % 60, seconds % 60,
                     fraction_text(fraction, per_second(unit)));
}

struct Date {
  std::int64_t year = 0;  ///< Astronomical: 0 is the first one before Christ.
  std::int64_t month = 0;
  std::int64_t day = 0;
};

/// Of days since 1970-01-01, in the proleptic Gregorian calendar: years counted from March, in eras of 400
/// years of 146,097 days (Hinnant, "chrono-compatible low-level date algorithms").
Date date_of(std::int64_t days) {
  const auto [era, day_of_era] = divide(days + 719'468, 146'097);
  const std::int64_t year =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day = day_of_era - (365 * year + year / 4 - year / 100);
  const std::int64_t month = (5 * day + 2) / 153;
  return {.year = year + era * 400 + (month >= 10 ? 1 : 0),
          .month = month < 10 ? month + 3 : month - 9,
          .day = day - (153 * month + 2) / 5 + 1};
}

/// "2026-11-21", "10000-01-01"; years before Christ as the table engine has them, "0044-03-15" and " (BC)".
std::string date_text(const Date& date) {
  return fmt::format("{:04}-{:02}-{:02}", date.year > 0 ? date.year : 1 - date.year, date.month, date.day);
}

std::string era_text(const Date& date) { return date.year > 0 ? "" : " (BC)"; }

/// The greatest value of the type and its negative are no times.
template <typename T>
std::optional<std::string> infinity_text(T value) {
  constexpr T most = std::numeric_limits<T>::max();
  if (value == most) return "infinity";
  if (value == -most) return "-infinity";
  return std::nullopt;
}

std::string day_text(std::int32_t day) {
  if (const auto infinity = infinity_text(day)) return *infinity;
  return date_text(date_of(day)) + era_text(date_of(day));
}

std::string timestamp_text(std::int64_t value, TimeUnit unit, bool zone) {
  if (const auto infinity = infinity_text(value)) return *infinity;
  const auto [seconds, fraction] = divide(value, per_second(unit));
  const auto [days, of_day] = divide(seconds, 86'400);
  const Date date = date_of(days);
  return date_text(date) + "T" + time_text(of_day, TimeUnit::s) + fraction_text(fraction, per_second(unit)) +
         (zone ? "Z" : "") + era_text(date);
}

std::string decimal_digits(const Int128& value) {
  __extension__ using Wide = unsigned __int128;
  auto number = (static_cast<Wide>(static_cast<std::uint64_t>(value.high)) << 64) | value.low;
  if (value.high < 0) number = -number;
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(number % 10)));
    number /= 10;
  } while (number != 0);
  return digits;
}

json::Value decimal(const Int128& value, const Type& type) {
  std::string digits = decimal_digits(value);
  const auto scale = static_cast<std::size_t>(type.scale);
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  if (scale > 0) digits.insert(digits.size() - scale, ".");
  if (value.high < 0) digits.insert(0, "-");
  if (digits.size() > 16) return digits;
  return scale == 0 ? json::Value(std::int64_t{std::stoll(digits)}) : json::Value(std::stod(digits));
}

/// What does not fit into 63 bits is told as text, digit for digit.
json::Value whole(std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::to_string(value);
  return static_cast<std::int64_t>(value);
}

std::string interval_text(const Interval& value) {
  return fmt::format("P{}M{}DT{}S", value.months, value.days, static_cast<double>(value.ns) / 1e9);
}

std::string bytes_text(std::string_view bytes) {
  std::string out = "\\x";
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

json::Array items(const mlops::Column& column, std::size_t row) {
  json::Array out;
  const mlops::Column child = column.child(0);
  const auto range = column.items(row);
  for (std::size_t i = range.begin; i < range.end; ++i) out.push_back(cell(child, i));
  return out;
}

/// {"key": value}: keys of a map are shown as text.
json::Object map(const mlops::Column& column, std::size_t row) {
  json::Object out;
  const mlops::Column entries = column.child(0);
  const auto range = column.items(row);
  for (std::size_t i = range.begin; i < range.end; ++i) {
    const json::Value key = cell(entries.child(0), i);
    out.set(key.as_string() != nullptr ? *key.as_string() : json::dump(key), cell(entries.child(1), i));
  }
  return out;
}

json::Object structure(const mlops::Column& column, std::size_t row) {
  json::Object out;
  for (std::size_t i = 0; i < column.children(); ++i) {
    const mlops::Column child = column.child(i);
    out.set(std::string(child.name()), cell(child, row));
  }
  return out;
}

}  // namespace

std::string moment_text(Kind kind, TimeUnit unit, std::int64_t value) {
  if (kind == Kind::date) return day_text(static_cast<std::int32_t>(value));
  if (kind == Kind::time) return time_text(value, unit);
  return timestamp_text(value, unit, kind == Kind::timestamp_tz);
}

json::Value cell(const mlops::Column& column, std::size_t row) {
  if (!column.valid(row)) return nullptr;
  const Type& type = column.type();
  switch (type.kind) {
    case Kind::null:
      return nullptr;
    case Kind::boolean:
      return column.boolean(row);
    case Kind::int8:
      return std::int64_t{column.values<std::int8_t>()[row]};
    case Kind::int16:
      return std::int64_t{column.values<std::int16_t>()[row]};
    case Kind::int32:
      return std::int64_t{column.values<std::int32_t>()[row]};
    case Kind::int64:
      return column.values<std::int64_t>()[row];
    case Kind::uint8:
      return std::int64_t{column.values<std::uint8_t>()[row]};
    case Kind::uint16:
      return std::int64_t{column.values<std::uint16_t>()[row]};
    case Kind::uint32:
      return std::int64_t{column.values<std::uint32_t>()[row]};
    case Kind::uint64:
      return whole(column.values<std::uint64_t>()[row]);
    case Kind::decimal:
      return decimal(column.values<Int128>()[row], type);
    case Kind::float32:
      return json::number(double{column.values<float>()[row]});
    case Kind::float64:
      return json::number(column.values<double>()[row]);
    case Kind::text:
      return column.text(row);
    case Kind::binary:
      return bytes_text(column.text(row));
    case Kind::date:
      return moment_text(type.kind, type.unit, column.values<std::int32_t>()[row]);
    case Kind::time:
    case Kind::timestamp:
    case Kind::timestamp_tz:
      return moment_text(type.kind, type.unit, column.values<std::int64_t>()[row]);
    case Kind::interval:
      return interval_text(column.values<Interval>()[row]);
    case Kind::list:
    case Kind::fixed_list:
      return items(column, row);
    case Kind::map:
      return map(column, row);
    case Kind::structure:
      return structure(column, row);
  }
  return nullptr;
}

std::int64_t integer_at(const Columns& columns, std::size_t column) {
  if (columns.rows() == 0) return 0;
  return cell(columns.column(column), 0).int_or(0);
}

}  // namespace mlops::dataset
