#include "src/split_ways.hpp"

#include "src/cells.hpp"

#include <mlops/base/clock.hpp>
#include <mlops/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mlops::train {
namespace {

/// How many of the column's units a second has; days: less than one.
double units_per_second(const Type& type) {
  if (type.kind == Kind::date) return 1.0 / 86'400;
  switch (type.unit) {
    case TimeUnit::s:
      return 1;
    case TimeUnit::ms:
      return 1e3;
    case TimeUnit::us:
      return 1e6;
    case TimeUnit::ns:
      return 1e9;
  }
  return 1e6;
}

/// Rows in the order of their moments.
struct Timeline {
  const std::vector<double>& times;
  Rows rows;
  double per_us = 0;  ///< Units of `times` in a microsecond; 0: whole numbers without a unit.

  double at(std::size_t k) const { return times[rows[k]]; }
  /// The first row later than `moment`, or at it.
  std::size_t after(double moment) const {
    const auto found = std::upper_bound(rows.begin(), rows.end(), moment,
                                        [&](double m, std::uint32_t row) { return m < times[row]; });
    return static_cast<std::size_t>(found - rows.begin());
  }
  std::size_t from(double moment) const {
    const auto found = std::lower_bound(rows.begin(), rows.end(), moment,
                                        [&](std::uint32_t row, double m) { return times[row] < m; });
    return static_cast<std::size_t>(found - rows.begin());
  }
  double length(std::int64_t us) const { return static_cast<double>(us) * per_us; }
  std::string text(double moment) const {
    return Time{static_cast<std::int64_t>(std::llround(moment / per_us))}.text();
  }
};

std::vector<std::size_t> starts_of(const Timeline& line) {
  std::vector<std::size_t> starts;
  for (std::size_t k = 0; k < line.rows.size(); ++k) {
    if (k == 0 || line.at(k) != line.at(k - 1)) starts.push_back(k);
  }
  starts.push_back(line.rows.size());
  return starts;
}

struct Cut {
  std::size_t valid = 0;  ///< The first row of each part.
  std::size_t test = 0;
  std::string how = {};
};

Cut cut_by_time(const Timeline& line, const SplitRequest& request) {
  if (line.rows.empty()) return {.how = percentages(request)};
  const auto n = static_cast<double>(line.rows.size());
  const auto starts = starts_of(line);
  Cut cut;
  double border = 0;
  if (request.test_last_us) {
    border = line.at(line.rows.size() - 1) - line.length(*request.test_last_us);
    cut.test = line.after(border);
    cut.how = "test after " + line.text(border);
  } else {
    cut.test = nearest_cut(starts, n * (1 - request.test));
    cut.how = fmt::format("test {:.4g}%", 100 * request.test);
  }
  if (request.valid_before_us) {
    const bool both = request.test_last_us.has_value();
    const double end = both ? border : line.at(std::min(cut.test, line.rows.size() - 1));
    const double begin = end - line.length(*request.valid_before_us);
    cut.valid = std::min(cut.test, both ? line.after(begin) : line.from(begin));
    cut.how += fmt::format(", valid {} {}", both ? "after" : "from", line.text(begin));
  } else {
    const auto wanted = static_cast<double>(cut.test) - n * request.valid;
    cut.valid = std::min(cut.test, nearest_cut(starts, wanted));
    cut.how += fmt::format(", valid {:.4g}%", 100 * request.valid);
  }
  return cut;
}

}  // namespace

Split split_by_time(const Columns& table, const Target& target, const SplitRequest& request) {
  const auto i = find_column(table, request.time, "the time of the split");
  const auto& type = table.fields()[i].type;
  const bool by_length = request.test_last_us || request.valid_before_us;
  if (!is_moment(type.kind) && (by_length || !is_whole(type))) {
    throw error(Code::usage, "column '{}' of type {} is no time: a split by {} wants dates, timestamps{}",
                request.time, type_name(table.fields()[i]), by_length ? "a length of time" : "time",
                by_length ? "" : " or whole numbers");
  }
  const auto column = table.column(i);
  const auto times = numbers_of(column);
  Timeline line{.times = times, .rows = {}, .per_us = units_per_second(type) / 1e6};
  for (const auto row : target.rows) {
    if (column.valid(row)) line.rows.push_back(row);
  }
  std::stable_sort(line.rows.begin(), line.rows.end(), [&](auto a, auto b) { return times[a] < times[b]; });
  const Cut cut = cut_by_time(line, request);
  const auto at = [&](std::size_t k) { return line.rows.begin() + static_cast<std::ptrdiff_t>(k); };
  Split split;
  split.train.assign(line.rows.begin(), at(cut.valid));
  split.valid.assign(at(cut.valid), at(cut.test));
  split.test.assign(at(cut.test), line.rows.end());
  split.how = fmt::format("by time of {}, {}{}", request.time, by_length ? cut.how : percentages(request),
                          rows_without(target.rows.size() - line.rows.size(), "a time"));
  if (!request.group.empty()) purge_groups(split, table, request);
  return split;
}

}  // namespace mlops::train
