#include "src/expression_times.hpp"

#include <fmt/format.h>
#include <mlops/base/text.hpp>

#include <array>

#include "src/calendar.hpp"

namespace mlops::predict {
namespace {

constexpr std::int64_t second_micros = 1'000'000;
constexpr std::int64_t minute_micros = 60 * second_micros;
constexpr std::int64_t hour_micros = 60 * minute_micros;

enum class Part {
  year,
  quarter,
  month,
  week,
  day,
  hour,
  minute,
  second,
  millisecond,
  microsecond,
  dayofweek,  ///< Sunday is 0.
  isodow,     ///< Monday is 1, Sunday 7.
  dayofyear,
  isoyear,
  yearweek,
  epoch,
};

struct PartName {
  std::string_view name;
  Part part;
  bool function;  ///< It is called so: hour(d).
};

constexpr std::array names{
    PartName{"year", Part::year, true},
    PartName{"quarter", Part::quarter, true},
    PartName{"month", Part::month, true},
    PartName{"week", Part::week, true},
    PartName{"weekofyear", Part::week, true},
    PartName{"day", Part::day, true},
    PartName{"dayofmonth", Part::day, true},
    PartName{"hour", Part::hour, true},
    PartName{"minute", Part::minute, true},
    PartName{"second", Part::second, true},
    PartName{"millisecond", Part::millisecond, true},
    PartName{"microsecond", Part::microsecond, true},
    PartName{"dayofweek", Part::dayofweek, true},
    PartName{"weekday", Part::dayofweek, true},
    PartName{"dow", Part::dayofweek, false},
    PartName{"isodow", Part::isodow, true},
    PartName{"dayofyear", Part::dayofyear, true},
    PartName{"doy", Part::dayofyear, false},
    PartName{"isoyear", Part::isoyear, true},
    PartName{"yearweek", Part::yearweek, true},
    PartName{"epoch", Part::epoch, true},
};

/// The week that has the year's first Thursday is the first (ISO 8601).
struct Week {
  std::int64_t year;
  std::int64_t week;
};

Week week_of(std::int64_t days) {
  const std::int64_t thursday = days - weekday_of(days) + 4;
  const std::int64_t year = day_of(thursday).year;
  return {year, (thursday - days_of({year, 1, 1})) / 7 + 1};
}

std::int64_t date_part(Part part, std::int64_t days) {
  const Day day = day_of(days);
  switch (part) {
    case Part::year:
      return day.year;
    case Part::quarter:
      return (day.month + 2) / 3;
    case Part::month:
      return day.month;
    case Part::week:
      return week_of(days).week;
    case Part::day:
      return day.day;
    case Part::dayofweek:
      return weekday_of(days) % 7;
    case Part::isodow:
      return weekday_of(days);
    case Part::dayofyear:
      return days - days_of({day.year, 1, 1}) + 1;
    case Part::isoyear:
      return week_of(days).year;
    default: {
      const Week week = week_of(days);
      return week.year * 100 + (week.year > 0 ? week.week : -week.week);
    }
  }
}

std::int64_t clock_part(Part part, std::int64_t in_day) {
  switch (part) {
    case Part::hour:
      return in_day / hour_micros;
    case Part::minute:
      return in_day % hour_micros / minute_micros;
    case Part::second:
      return in_day % minute_micros / second_micros;
    case Part::millisecond:
      return in_day % minute_micros / 1000;
    default:
      return in_day % minute_micros;
  }
}

bool is_of_clock(Part part) { return part >= Part::hour && part <= Part::microsecond; }

Scalar part_of(const Bound& node, const Scalar* v) {
  const auto part = static_cast<Part>(node.which);
  if (part == Part::epoch) return number(static_cast<double>(v[0].whole) / 1e6);
  const std::int64_t days = floor_div(v[0].whole, day_micros);
  if (is_of_clock(part)) return whole(clock_part(part, v[0].whole - days * day_micros));
  return whole(date_part(part, days));
}

Bound as_timestamp(const RuleNode& call, Bound value) {
  if (!is_time(value.type))
    refuse_expression(call.at, fmt::format("{} of {}", call.text, name_of(value.type)));
  return implicit(std::move(value), SqlType::timestamp);
}

Bound part_node(const RuleNode& call, Part part, Bound value) {
  std::vector<Bound> parts;
  parts.push_back(as_timestamp(call, std::move(value)));
  Bound out = strict_node(part == Part::epoch ? SqlType::float64 : SqlType::int64, call.at, part_of,
                          std::move(parts));
  out.which = static_cast<std::size_t>(part);
  return out;
}

Part part_named(const RuleNode& call, const Bound& name) {
  const bool literal = name.op == Bound::Op::literal && name.type == SqlType::text;
  for (const PartName& known : names) {
    if (literal && lowered(name.value.text) == known.name) return known.part;
  }
  refuse_expression(call.at, call.text + " of a part that is not known");
}

/// Of dates: where the part begins.
std::int64_t first_day(Part part, std::int64_t days) {
  const Day day = day_of(days);
  switch (part) {
    case Part::year:
      return days_of({day.year, 1, 1});
    case Part::quarter:
      return days_of({day.year, (day.month - 1) / 3 * 3 + 1, 1});
    case Part::month:
      return days_of({day.year, day.month, 1});
    case Part::week:
      return days - weekday_of(days) + 1;
    default:
      return days;
  }
}

std::int64_t micros_of(Part part) {
  switch (part) {
    case Part::hour:
      return hour_micros;
    case Part::minute:
      return minute_micros;
    case Part::second:
      return second_micros;
    case Part::millisecond:
      return 1000;
    default:
      return 1;
  }
}

Scalar truncated(const Bound& node, const Scalar* v) {
  const auto part = static_cast<Part>(node.which);
  if (!is_of_clock(part)) return whole(first_day(part, floor_div(v[0].whole, day_micros)));
  const std::int64_t unit = micros_of(part);
  return whole(floor_div(v[0].whole, unit) * unit);
}

/// How many of the part went by until then.
std::int64_t count_until(Part part, std::int64_t micros) {
  const std::int64_t days = floor_div(micros, day_micros);
  const Day day = day_of(days);
  switch (part) {
    case Part::year:
      return day.year;
    case Part::quarter:
      return day.year * 4 + (day.month - 1) / 3;
    case Part::month:
      return day.year * 12 + day.month;
    case Part::day:
      return days;
    default:
      return floor_div(micros, micros_of(part));
  }
}

Scalar difference(const Bound& node, const Scalar* v) {
  const auto part = static_cast<Part>(node.which);
  return whole(count_until(part, v[1].whole) - count_until(part, v[0].whole));
}

}  // namespace

Bound part_call(const RuleNode& call, std::vector<Bound> values) {
  return part_node(call, part_named(call, values[0]), std::move(values[1]));
}

std::optional<Bound> named_part_call(const RuleNode& call, const Bound& value) {
  for (const PartName& known : names) {
    if (known.function && call.text == known.name) return part_node(call, known.part, value);
  }
  return std::nullopt;
}

Bound truncation_call(const RuleNode& call, std::vector<Bound> values) {
  const Part part = part_named(call, values[0]);
  if (part > Part::microsecond) refuse_expression(call.at, "date_trunc to a part that is not known");
  std::vector<Bound> parts;
  parts.push_back(as_timestamp(call, std::move(values[1])));
  Bound out = strict_node(is_of_clock(part) ? SqlType::timestamp : SqlType::date, call.at, truncated,
                          std::move(parts));
  out.which = static_cast<std::size_t>(part);
  return out;
}

Bound difference_call(const RuleNode& call, std::vector<Bound> values) {
  const Part part = part_named(call, values[0]);
  if (part > Part::microsecond || part == Part::week)
    refuse_expression(call.at, "date_diff of a part that is not known");
  std::vector<Bound> parts;
  parts.push_back(as_timestamp(call, std::move(values[1])));
  parts.push_back(as_timestamp(call, std::move(values[2])));
  Bound out = strict_node(SqlType::int64, call.at, difference, std::move(parts));
  out.which = static_cast<std::size_t>(part);
  return out;
}

}  // namespace mlops::predict
