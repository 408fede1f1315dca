#include <mlops/evaluate/slices.hpp>

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/predict/spelling.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>

#include "src/view.hpp"

namespace mlops::evaluate {
namespace {

constexpr std::size_t most_slices = 10'000;
constexpr std::string_view null_value = "null";

Column column_of(const Columns& table, const std::string& name) {
  if (const auto at = table.find(name)) return table.column(*at);
  std::vector<std::string> known;
  for (const Field& field : table.fields()) known.push_back(field.name);
  Error fault = error(Code::usage, "there is no column '{}' to slice by", name);
  const auto near = near_misses(name, known);
  throw near.empty() ? fault : std::move(fault).with_hint("a similar column exists: {}", one_of(near));
}

void refuse_many(const SliceBy& by) {
  Error fault = error(Code::usage, "column '{}' has over {} different {}", by.column, count_text(most_slices),
                      by.by ? "ranges" : "values");
  throw std::move(fault).with_hint("{}",
                                   by.by ? fmt::format("take wider ones: `{} by {}`", by.column, *by.by * 100)
                                         : "slice by a column of fewer values, or a number by ranges: "
                                           "`COLUMN by N`");
}

bool is_fraction(const Type& type) {
  return type.kind == Kind::float32 || type.kind == Kind::float64 ||
         (type.kind == Kind::decimal && type.scale > 0);
}

/// A text that is blank or says null is told from what it looks like.
std::string spelled(const Column& column, std::size_t row) {
  std::string out;
  if (!predict::spell(column, row, out))
    throw error(Code::usage, "column '{}' has no values to slice by: they are lists, objects or bytes",
                column.name());
  return out.empty() || (column.type().kind == Kind::text && out == null_value) ? "'" + out + "'" : out;
}

std::vector<SliceRows> by_value(const Column& column, std::span<const std::uint32_t> rows,
                                const SliceBy& by) {
  if (is_fraction(column.type()))
    throw error(Code::usage, "column '{}' holds fractions: it is sliced by ranges", by.column)
        .with_hint("`{} by N` makes ranges that are N wide", by.column);
  std::unordered_map<std::string, std::vector<std::uint32_t>> values;
  std::vector<std::uint32_t> nulls;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    (column.valid(rows[i]) ? values[spelled(column, rows[i])] : nulls).push_back(i);
    if (values.size() > most_slices) refuse_many(by);
  }
  std::vector<SliceRows> out;
  for (auto& [value, members] : values) out.push_back({.value = value, .rows = std::move(members)});
  if (!nulls.empty()) out.push_back({.value = std::string(null_value), .rows = std::move(nulls)});
  std::sort(out.begin(), out.end(), [](const SliceRows& a, const SliceRows& b) {
    return a.rows.size() != b.rows.size() ? a.rows.size() > b.rows.size() : a.value < b.value;
  });
  return out;
}

template <typename T>
double number(const Column& column, std::size_t row) {
  return static_cast<double>(column.values<T>()[row]);
}

double decimal(const Column& column, std::size_t row) {
  std::string text;
  predict::spell(column, row, text);
  double out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

double (*number_of(const Type& type))(const Column&, std::size_t) {
  switch (type.kind) {
    case Kind::int8:
      return number<std::int8_t>;
    case Kind::int16:
      return number<std::int16_t>;
    case Kind::int32:
      return number<std::int32_t>;
    case Kind::int64:
      return number<std::int64_t>;
    case Kind::uint8:
      return number<std::uint8_t>;
    case Kind::uint16:
      return number<std::uint16_t>;
    case Kind::uint32:
      return number<std::uint32_t>;
    case Kind::uint64:
      return number<std::uint64_t>;
    case Kind::float32:
      return number<float>;
    case Kind::float64:
      return number<double>;
    case Kind::decimal:
      return decimal;
    default:
      return nullptr;
  }
}

/// Which range a number is in. A border that 0.3 / 0.1 misses by a rounding error begins the range that
/// people expect. NaN and infinities are ranges of their own.
double range_of(double value, double by) {
  if (!std::isfinite(value)) return value;
  const double place = value / by;
  const double nearest = std::round(place);
  const bool on_border =
      std::fabs(place - nearest) <= 4 * std::numeric_limits<double>::epsilon() * std::fabs(nearest);
  return on_border ? nearest : std::floor(place);
}

std::string plain(double value) {
  std::string out = fmt::format("{:.15g}", value);
  return out == "-0" ? "0" : out;
}

std::string range_text(double range, double by) {
  if (!std::isfinite(range)) return range > 0 ? "inf" : "-inf";
  return plain(range * by) + ".." + plain((range + 1) * by);
}

std::vector<SliceRows> by_range(const Column& column, std::span<const std::uint32_t> rows,
                                const SliceBy& by) {
  const auto number = number_of(column.type());
  if (number == nullptr)
    throw error(Code::usage, "column '{}' holds no numbers, and ranges of '{} by {}' are of numbers",
                by.column, by.column, *by.by);
  if (!(*by.by > 0) || !std::isfinite(*by.by))
    throw error(Code::usage, "ranges of '{}' are {} wide, and more than 0 is wanted", by.column, *by.by);
  std::vector<std::uint32_t> nulls, nans;
  std::map<double, std::vector<std::uint32_t>> ranges;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    const double range = column.valid(rows[i]) ? range_of(number(column, rows[i]), *by.by) : 0;
    (!column.valid(rows[i]) ? nulls : std::isnan(range) ? nans : ranges[range]).push_back(i);
    if (ranges.size() > most_slices) refuse_many(by);
  }
  std::vector<SliceRows> out;
  for (auto& [range, members] : ranges)
    out.push_back({.value = range_text(range, *by.by), .rows = std::move(members)});
  if (!nans.empty()) out.push_back({.value = "nan", .rows = std::move(nans)});
  if (!nulls.empty()) out.push_back({.value = std::string(null_value), .rows = std::move(nulls)});
  return out;
}

/// Numbered in the order that shows: by size, or as the ranges.
void mask(std::vector<SliceRows>& slices) {
  std::size_t number = 0;
  for (SliceRows& slice : slices) {
    slice.masked = true;
    slice.value = fmt::format("*** {}", ++number);
  }
}

struct Part {
  std::vector<double> labels;
  std::vector<double> predictions;
};

Part part_of(const Truth& truth, std::span<const double> predictions, std::span<const std::uint32_t> rows) {
  const std::size_t outputs = truth.task == predict::Task::multiclass ? truth.classes : 1;
  Part out;
  out.labels.reserve(rows.size());
  out.predictions.reserve(rows.size() * outputs);
  for (const std::uint32_t row : rows) {
    out.labels.push_back(truth.labels[row]);
    const auto answers = predictions.subspan(row * outputs, outputs);
    out.predictions.insert(out.predictions.end(), answers.begin(), answers.end());
  }
  return out;
}

}  // namespace

std::vector<SliceRows> slices_of(const Columns& table, std::span<const std::uint32_t> rows, const SliceBy& by,
                                 bool masked) {
  const Column column = column_of(table, by.column);
  std::vector<SliceRows> out = by.by ? by_range(column, rows, by) : by_value(column, rows, by);
  if (masked) mask(out);
  return out;
}

std::vector<Slice> evaluate_slices(const Truth& truth, std::span<const double> predictions,
                                   const std::string& column, std::span<const SliceRows> slices,
                                   double threshold) {
  require_lengths(truth, predictions);
  std::vector<Slice> out;
  for (const SliceRows& slice : slices) {
    const Part part = part_of(truth, predictions, slice.rows);
    const Truth known{truth.task, truth.classes, part.labels};
    out.push_back({.column = column,
                   .value = slice.value,
                   .rows = slice.rows.size(),
                   .metrics = metrics_of(view(known, part.predictions, threshold))});
  }
  return out;
}

const Slice* worst(std::span<const Slice> slices, std::string_view metric, bool greater_is_better,
                   std::uint64_t least_rows) {
  const Slice* found = nullptr;
  double value = 0;
  for (const Slice& slice : slices) {
    const auto is_it = [&](const Metric& one) { return one.name == metric; };
    const auto at = std::find_if(slice.metrics.begin(), slice.metrics.end(), is_it);
    if (slice.rows < least_rows || at == slice.metrics.end() || std::isnan(at->estimate.value)) continue;
    const double own = at->estimate.value;
    if (found != nullptr && !(greater_is_better ? own < value : own > value)) continue;
    found = &slice;
    value = own;
  }
  return found;
}

}  // namespace mlops::evaluate
