#include <array>
#include <cstdlib>
#include <limits>

#include "src/calendar.hpp"
#include "src/encoding.hpp"

namespace mlops::predict {
namespace {

/// Nothing for the values that stand for an infinite time.
std::optional<std::int64_t> micros(std::int64_t value, TimeUnit unit) {
  if (value == std::numeric_limits<std::int64_t>::max() || value <= -std::numeric_limits<std::int64_t>::max())
    return std::nullopt;
  if (unit == TimeUnit::ns) return floor_div(value, 1000);
  const std::int64_t factor = unit == TimeUnit::us ? 1 : unit == TimeUnit::ms ? 1'000 : 1'000'000;
  std::int64_t out = 0;
  if (__builtin_mul_overflow(value, factor, &out)) return std::nullopt;
  return out;
}

std::optional<std::int64_t> date_micros(std::int32_t days) {
  if (std::abs(static_cast<std::int64_t>(days)) >= std::numeric_limits<std::int32_t>::max())
    return std::nullopt;
  return micros(days * std::int64_t{86'400}, TimeUnit::s);
}

/// Microseconds since 1970 of a row that is not null; nothing when it is infinite.
std::optional<std::int64_t> moment_at(const ColumnTask& task, std::size_t row, bool date) {
  const Column& column = task.column;
  const char* wanted = date ? "date" : "time stamp";
  if (column.type().kind == Kind::date) return micros_at(column, row);
  std::optional<std::int64_t> value;
  if (column.type().kind == Kind::text) {
    value = read_timestamp(column.text(row));
    if (!value) refuse_value(task, row, wanted);
  } else {
    value = micros_at(column, row);
  }
  if (date && value && *value % day_micros != 0) refuse_value(task, row, "date: it has a time of day");
  return value;
}

double part_of(Feature::Part part, std::int64_t micros_since, std::int64_t days, const Day& day) {
  const std::int64_t in_day = micros_since - days * day_micros;
  const std::int64_t hour = in_day / 3'600'000'000;
  switch (part) {
    case Feature::Part::days:
      return static_cast<double>(days) + static_cast<double>(in_day) / static_cast<double>(day_micros);
    case Feature::Part::year:
      return static_cast<double>(day.year);
    case Feature::Part::month:
      return day.month;
    case Feature::Part::day:
      return day.day;
    case Feature::Part::weekday:
      return weekday_of(days);
    case Feature::Part::hour:
      return static_cast<double>(hour);
    case Feature::Part::value:
      break;
  }
  return missing_number;
}

void meet_null(ColumnTask& task, std::size_t row) {
  if (task.input.nulls == Policy::refuse) refuse_value(task, row, "value, which this input has to have");
  ++task.nulls;
}

}  // namespace

std::optional<std::int64_t> micros_at(const Column& column, std::size_t row) {
  if (column.type().kind == Kind::date) return date_micros(column.values<std::int32_t>()[row]);
  return micros(column.values<std::int64_t>()[row], column.type().unit);
}

void encode_moments(ColumnTask& task, std::span<const Feature> features, std::span<Values> out) {
  const bool date = task.input.encoding == Encoding::date;
  const std::size_t rows = task.column.size();
  for (Values& values : out) values.numbers.assign(rows, missing_number);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto value = task.column.valid(row) ? moment_at(task, row, date) : std::nullopt;
    if (!value) {
      meet_null(task, row);
      continue;
    }
    const std::int64_t days = floor_div(*value, day_micros);
    const Day day = day_of(days);
    for (std::size_t f = 0; f < features.size(); ++f)
      out[f].numbers[row] = part_of(features[f].part, *value, days, day);
  }
}

void encode_times(ColumnTask& task, std::vector<double>& out) {
  const Column& column = task.column;
  out.assign(column.size(), missing_number);
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.valid(row)) {
      meet_null(task, row);
      continue;
    }
    const auto value = column.type().kind == Kind::text
                           ? read_time(column.text(row))
                           : micros(column.values<std::int64_t>()[row], column.type().unit);
    if (!value) refuse_value(task, row, "time of day");
    out[row] = static_cast<double>(*value) / 1e6;
  }
}

}  // namespace mlops::predict
