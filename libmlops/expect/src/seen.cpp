#include "src/seen.hpp"

#include <fmt/format.h>
#include <mlops/base/clock.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace mlops::expect {
namespace {

constexpr int most_digits = 17;
constexpr int usual_digits = 4;

/// Whole numbers whole, others with so many significant digits.
std::string plain(double value, int digits) {
  if (!std::isfinite(value)) return std::isnan(value) ? "NaN" : value > 0 ? "infinity" : "-infinity";
  if (value == std::floor(value) && std::abs(value) < 1e15) return fmt::format("{:.0f}", value);
  return fmt::format("{:.{}g}", value, std::max(digits, std::abs(value) >= 1e4 ? 7 : usual_digits));
}

std::string rounded_count(double value, int digits) {
  if (value >= 0 && value < 1e15 && value == std::floor(value))
    return count_text(static_cast<std::uint64_t>(value));
  return plain(value, digits);
}

Unit unit_of(double us) {
  Unit best = Unit::us;
  for (const Unit unit : {Unit::ms, Unit::s, Unit::m, Unit::h, Unit::d}) {
    if (std::abs(us) >= scale_of(unit)) best = unit;
  }
  return best;
}

std::string duration_of(double us, Unit unit, int digits) {
  if (unit < Unit::us || unit > Unit::w) unit = unit_of(us);
  return plain(us / scale_of(unit), digits) + std::string(name_of(unit));
}

std::string number_of(double value, const Type& type, Unit unit, int digits) {
  if (!std::isfinite(value)) return plain(value, digits);
  if (type.sort == Sort::time) return Time{static_cast<std::int64_t>(value)}.text();
  switch (type.measure) {
    case Measure::count:
      return rounded_count(value, digits);
    case Measure::share:
      return plain(value * 100, digits) + " %";
    case Measure::duration:
      return duration_of(value, unit, digits);
    case Measure::size:
      return digits > usual_digits ? rounded_count(value, digits) + " B"
                                   : size_text(static_cast<std::uint64_t>(value));
    default:
      return unit == Unit::percent ? plain(value * 100, digits) + " %" : plain(value, digits);
  }
}

std::string with_digits(const Value& value, const Type& type, Unit unit, int digits) {
  if (const auto* found = std::get_if<double>(&value)) return number_of(*found, type, unit, digits);
  if (const auto* text = std::get_if<std::string>(&value)) return fmt::format("'{}'", *text);
  if (const auto* schema = std::get_if<Schema>(&value)) return count_of(schema->size(), "column");
  return "null";
}

}  // namespace

std::string shown(const Value& value, const Type& type, Unit unit) {
  return with_digits(value, type, unit, usual_digits);
}

std::pair<std::string, std::string> told_apart(const Value& left, const Value& right, const Type& type,
                                               Unit unit) {
  for (int digits = usual_digits;; ++digits) {
    std::string a = with_digits(left, type, unit, digits);
    std::string b = with_digits(right, type, unit, digits);
    if (a != b || left == right || digits == most_digits) return {std::move(a), std::move(b)};
  }
}

std::string difference(const Schema& seen, const Schema& wanted) {
  const auto find = [](const Schema& schema, const std::string& name) {
    return std::find_if(schema.begin(), schema.end(),
                        [&](const auto& column) { return column.first == name; });
  };
  std::vector<std::string> parts;
  for (const auto& [name, type] : seen) {
    const auto other = find(wanted, name);
    if (other == wanted.end()) parts.push_back(fmt::format("{} {} is new", name, type));
    else if (other->second != type)
      parts.push_back(fmt::format("{} is {}, not {}", name, type, other->second));
  }
  for (const auto& [name, type] : wanted) {
    if (find(seen, name) == seen.end()) parts.push_back(fmt::format("{} {} is gone", name, type));
  }
  if (parts.empty() && seen != wanted) return "the order differs";
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace mlops::expect
