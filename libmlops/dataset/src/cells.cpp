#include "src/cells.hpp"

#include <fmt/core.h>
#include <mlops/base/clock.hpp>

#include <cmath>
#include <limits>

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

std::string date_text(std::int64_t day) { return Time{day * 86'400 * 1'000'000}.text().substr(0, 10); }

std::string timestamp_text(std::int64_t value, TimeUnit unit, bool zone) {
  const auto [seconds, fraction] = divide(value, per_second(unit));
  const auto [day, of_day] = divide(seconds, 86'400);
  return date_text(day) + "T" + time_text(of_day, TimeUnit::s) + fraction_text(fraction, per_second(unit)) +
         (zone ? "Z" : "");
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
      return double{column.values<float>()[row]};
    case Kind::float64:
      return column.values<double>()[row];
    case Kind::text:
      return column.text(row);
    case Kind::binary:
      return bytes_text(column.text(row));
    case Kind::date:
      return date_text(column.values<std::int32_t>()[row]);
    case Kind::time:
      return time_text(column.values<std::int64_t>()[row], type.unit);
    case Kind::timestamp:
      return timestamp_text(column.values<std::int64_t>()[row], type.unit, false);
    case Kind::timestamp_tz:
      return timestamp_text(column.values<std::int64_t>()[row], type.unit, true);
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
