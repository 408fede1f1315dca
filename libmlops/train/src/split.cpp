#include <mlops/train/split.hpp>

#include "src/cells.hpp"
#include "src/hash.hpp"

#include <mlops/base/clock.hpp>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_map>

namespace mlops::train {
namespace {

using Rows = std::vector<std::uint32_t>;

struct Counts {
  std::size_t train = 0;
  std::size_t valid = 0;
  std::size_t test = 0;
};

void require_shares(const SplitRequest& request) {
  const bool in_range = request.valid >= 0 && request.test > 0 && request.valid + request.test < 1;
  if (in_range) return;
  throw error(Code::usage,
              "shares of valid {} and test {} leave nothing to train on or to judge by: each is a part of 1, "
              "and training needs the rest",
              request.valid, request.test);
}

void require_lengths(const SplitRequest& request) {
  if (!request.test_last_us && !request.valid_before_us) return;
  if (request.time.empty()) throw error(Code::usage, "a split by a length of time wants a column of time");
  if (request.test_last_us.value_or(1) > 0 && request.valid_before_us.value_or(1) > 0) return;
  throw error(Code::usage, "a length of time of a split is more than nothing");
}

void require_one_way(const SplitRequest& request) {
  const bool others = !request.time.empty() || !request.group.empty();
  if (!request.part.empty() && others)
    throw error(Code::usage, "a split is as a part says, or by time and group: choose one of them");
}

/// Whole numbers in proportion to the shares that add up to `count` (largest remainders; of equal ones train
/// first, then test). Then test and valid get one row each if train can spare it.
Counts exact_counts(std::size_t count, const SplitRequest& request) {
  const auto n = static_cast<double>(count);
  const std::array<double, 3> quotas = {n * (1 - request.valid - request.test), n * request.test,
                                        n * request.valid};
  std::array<std::size_t, 3> parts = {};
  std::array<std::pair<double, std::size_t>, 3> remainders = {};
  for (std::size_t i = 0; i < 3; ++i) {
    parts[i] = static_cast<std::size_t>(quotas[i] + 1e-9);
    remainders[i] = {static_cast<double>(parts[i]) - quotas[i], i};
  }
  std::sort(remainders.begin(), remainders.end(), [](const auto& a, const auto& b) {
    return a.first + 1e-9 < b.first || (std::abs(a.first - b.first) <= 1e-9 && a.second < b.second);
  });
  std::size_t left = count - parts[0] - parts[1] - parts[2];
  for (std::size_t i = 0; left > 0; --left, ++i) ++parts[remainders[i].second];
  if (parts[0] == 0 && count > 0) --*std::max_element(parts.begin(), parts.end()), ++parts[0];
  for (const std::size_t i : {1UL, 2UL}) {
    if (parts[i] == 0 && quotas[i] > 0 && parts[0] > 1) --parts[0], ++parts[i];
  }
  return {parts[0], parts[2], parts[1]};
}

/// Shuffled by the hash of seed and position.
void shuffle(Rows& rows, std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keys;
  keys.reserve(rows.size());
  for (const auto row : rows) keys.emplace_back(hash_of(seed, row), row);
  std::sort(keys.begin(), keys.end());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = keys[i].second;
}

/// From so many classes on, most of which are small, the shares are kept over all of them: class by class the
/// same part would get the odd row each time.
constexpr std::size_t many_classes = 21;

/// What the parts have got so far, of how many rows.
struct Running {
  std::size_t rows = 0;
  std::size_t valid = 0;
  std::size_t test = 0;
};

Counts running_counts(std::size_t count, const SplitRequest& request, Running& so_far) {
  so_far.rows += count;
  const auto due = [&](double share, std::size_t had) {
    const auto wanted = static_cast<std::size_t>(std::lround(static_cast<double>(so_far.rows) * share));
    return wanted > had ? wanted - had : 0;
  };
  const std::size_t spare = count == 0 ? 0 : count - 1;
  const std::size_t test = std::min(due(request.test, so_far.test), spare);
  const std::size_t valid = std::min(due(request.valid, so_far.valid), spare - test);
  so_far.test += test;
  so_far.valid += valid;
  return {count - test - valid, valid, test};
}

void deal(Split& split, Rows rows, const SplitRequest& request, Running* so_far) {
  shuffle(rows, request.seed);
  const auto counts =
      so_far == nullptr ? exact_counts(rows.size(), request) : running_counts(rows.size(), request, *so_far);
  const auto test = rows.begin() + static_cast<std::ptrdiff_t>(counts.test);
  const auto valid = test + static_cast<std::ptrdiff_t>(counts.valid);
  split.test.insert(split.test.end(), rows.begin(), test);
  split.valid.insert(split.valid.end(), test, valid);
  split.train.insert(split.train.end(), valid, rows.end());
}

std::string percentages(const SplitRequest& request) {
  return fmt::format("{:.4g}/{:.4g}/{:.4g}", 100 * (1 - request.valid - request.test), 100 * request.valid,
                     100 * request.test);
}

Split by_hash(const Target& target, const SplitRequest& request) {
  const bool classes = target.task != predict::Task::regression;
  std::vector<Rows> strata(classes ? target.classes.size() : 1);
  for (std::size_t i = 0; i < target.rows.size(); ++i) {
    strata[classes ? static_cast<std::size_t>(target.labels[i]) : 0].push_back(target.rows[i]);
  }
  Split split;
  Running so_far;
  Running* const running = strata.size() >= many_classes ? &so_far : nullptr;
  for (Rows& rows : strata) deal(split, std::move(rows), request, running);
  split.how =
      fmt::format("{}, {}, seed {}", classes ? "stratified by " + target.column : "by hash of the position",
                  percentages(request), request.seed);
  return split;
}

/// Where to cut `starts` (first positions of pieces that stay whole, ascending, the last one is the end) so
/// that the cut is nearest to `wanted`; of two equally near ones the earlier.
std::size_t nearest_cut(const std::vector<std::size_t>& starts, double wanted) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < starts.size(); ++i) {
    const auto distance = [&](std::size_t k) { return std::abs(static_cast<double>(starts[k]) - wanted); };
    if (distance(i) < distance(best)) best = i;
  }
  return starts[best];
}

/// Cuts `rows`, which stand in pieces, into train, valid, test in that order.
void cut(Split& split, const Rows& rows, const std::vector<std::size_t>& starts,
         const SplitRequest& request) {
  const auto n = static_cast<double>(rows.size());
  const auto at = [&](double wanted) {
    return rows.begin() + static_cast<std::ptrdiff_t>(nearest_cut(starts, wanted));
  };
  const auto test = at(n * (1 - request.test));
  const auto valid = std::min(test, at(n * (1 - request.test - request.valid)));
  split.train.assign(rows.begin(), valid);
  split.valid.assign(valid, test);
  split.test.assign(test, rows.end());
}

std::string without(std::size_t missing, std::string_view what) {
  return missing == 0 ? "" : fmt::format(", {} without {} left out", count_of(missing, "row"), what);
}

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

void purge_groups(Split& split, const Columns& table, const SplitRequest& request);

Split by_time(const Columns& table, const Target& target, const SplitRequest& request) {
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
                          without(target.rows.size() - line.rows.size(), "a time"));
  if (!request.group.empty()) purge_groups(split, table, request);
  return split;
}

/// The number of each value's group, in the order of first appearance.
template <typename Value, typename ValueAt>
std::vector<std::size_t> numbered(const Column& column, const Rows& rows, ValueAt value_at) {
  std::unordered_map<Value, std::size_t> known;
  std::vector<std::size_t> groups;
  std::size_t next = 0;
  for (const auto row : rows) {
    if (!column.valid(row)) {
      groups.push_back(next++);
      continue;
    }
    const auto [found, fresh] = known.emplace(value_at(row), next);
    next += fresh;
    groups.push_back(found->second);
  }
  return groups;
}

/// For each of `rows` the number of its group; a row without a group is a group of its own.
std::vector<std::size_t> groups_of(const Column& column, const Field& field, const Rows& rows) {
  const auto& type = field.type;
  if (type.kind == Kind::text) {
    return numbered<std::string_view>(column, rows, [&](auto row) { return column.text(row); });
  }
  if (!is_number(type) && !is_moment(type.kind) && type.kind != Kind::boolean) {
    throw error(Code::usage, "column '{}' of type {} makes no groups: it wants texts, numbers or dates",
                field.name, type_name(field));
  }
  const auto numbers = numbers_of(column);
  return numbered<double>(column, rows, [&](auto row) { return numbers[row]; });
}

Split by_group(const Columns& table, const Target& target, const SplitRequest& request) {
  const auto i = find_column(table, request.group, "the group of the split");
  const auto groups = groups_of(table.column(i), table.fields()[i], target.rows);
  std::vector<Rows> members;
  for (std::size_t k = 0; k < groups.size(); ++k) {
    if (groups[k] >= members.size()) members.resize(groups[k] + 1);
    members[groups[k]].push_back(target.rows[k]);
  }
  std::sort(members.begin(), members.end(), [&](const Rows& a, const Rows& b) {
    return std::pair(hash_of(request.seed, a.front()), a.front()) <
           std::pair(hash_of(request.seed, b.front()), b.front());
  });
  Rows rows;
  std::vector<std::size_t> starts;
  for (const Rows& group : members) {
    starts.push_back(rows.size());
    rows.insert(rows.end(), group.begin(), group.end());
  }
  starts.push_back(rows.size());
  Split split;
  cut(split, rows, starts, request);
  split.how = fmt::format("by groups of {}, {}, seed {}", request.group, percentages(request), request.seed);
  return split;
}

/// Leaves out what a later part would give away: rows of groups that come back there.
void purge_groups(Split& split, const Columns& table, const SplitRequest& request) {
  const auto i = find_column(table, request.group, "the group of the split");
  Rows rows;
  for (const Rows* part : {&split.test, &split.valid, &split.train})
    rows.insert(rows.end(), part->begin(), part->end());
  const auto groups = groups_of(table.column(i), table.fields()[i], rows);
  std::vector<bool> later(rows.size() + 1);
  std::size_t k = 0;
  std::size_t out = 0;
  for (Rows* part : {&split.test, &split.valid, &split.train}) {
    Rows kept;
    const std::size_t begin = k;
    for (const auto row : *part) {
      if (!later[groups[k++]]) kept.push_back(row);
    }
    for (std::size_t back = begin; back < k; ++back) later[groups[back]] = true;
    out += part->size() - kept.size();
    *part = std::move(kept);
  }
  split.how += fmt::format(", {} left out whose {} comes back later", count_of(out, "row"), request.group);
}

Split by_part(const Columns& table, const Target& target, const SplitRequest& request) {
  const auto i = find_column(table, request.part, "the part of the split");
  const auto column = table.column(i);
  if (column.type().kind != Kind::text) {
    throw error(Code::usage, "column '{}' of type {} says no part: it wants the texts train, valid and test",
                request.part, type_name(table.fields()[i]));
  }
  Split split;
  std::size_t others = 0;
  for (const auto row : target.rows) {
    const auto part = column.valid(row) ? column.text(row) : std::string_view();
    if (part == "train") split.train.push_back(row);
    else if (part == "valid") split.valid.push_back(row);
    else if (part == "test") split.test.push_back(row);
    else ++others;
  }
  split.how = fmt::format("as {} says{}", request.part, without(others, "a part"));
  return split;
}

/// The class of each row of the table that has one.
class Classes {
 public:
  explicit Classes(const Target& target) : target_(target) {}

  std::size_t different(const Rows& rows) const {
    std::vector<bool> seen(target_.classes.size());
    std::size_t count = 0;
    for (const auto row : rows) {
      const auto i = std::lower_bound(target_.rows.begin(), target_.rows.end(), row) - target_.rows.begin();
      const auto label = static_cast<std::size_t>(target_.labels[static_cast<std::size_t>(i)]);
      count += !seen[label];
      seen[label] = true;
    }
    return count;
  }

 private:
  const Target& target_;
};

void require_part(const Split& split, const Rows& rows, std::string_view name, const Target& target) {
  if (rows.empty()) {
    throw error(Code::negative, "the part {} has no rows: {} with a label, split {}", name,
                count_of(target.rows.size(), "row"), split.how)
        .with_id("train.empty_part");
  }
  if (target.task == predict::Task::regression || Classes(target).different(rows) > 1) return;
  throw error(Code::negative, "the part {} has one class of '{}' in all of {}, split {}", name, target.column,
              count_of(rows.size(), "row"), split.how)
      .with_id("train.one_class");
}

}  // namespace

Split split(const Columns& table, const Target& target, const SplitRequest& request) {
  require_shares(request);
  require_lengths(request);
  require_one_way(request);
  Split split = !request.time.empty()    ? by_time(table, target, request)
                : !request.group.empty() ? by_group(table, target, request)
                : !request.part.empty()  ? by_part(table, target, request)
                                         : by_hash(target, request);
  for (Rows* rows : {&split.train, &split.valid, &split.test}) std::sort(rows->begin(), rows->end());
  require_part(split, split.train, "train", target);
  require_part(split, split.test, "test", target);
  return split;
}

}  // namespace mlops::train
