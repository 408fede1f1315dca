#include <mlops/train/split.hpp>

#include "src/cells.hpp"
#include "src/split_ways.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mlops::train {
namespace {

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
  split.how = fmt::format("as {} says{}", request.part, rows_without(others, "a part"));
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

std::string percentages(const SplitRequest& request) {
  return fmt::format("{:.4g}/{:.4g}/{:.4g}", 100 * (1 - request.valid - request.test), 100 * request.valid,
                     100 * request.test);
}

std::string rows_without(std::size_t missing, std::string_view what) {
  return missing == 0 ? "" : fmt::format(", {} without {} left out", count_of(missing, "row"), what);
}

std::size_t nearest_cut(const std::vector<std::size_t>& starts, double wanted) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < starts.size(); ++i) {
    const auto distance = [&](std::size_t k) { return std::abs(static_cast<double>(starts[k]) - wanted); };
    if (distance(i) < distance(best)) best = i;
  }
  return starts[best];
}

Split split(const Columns& table, const Target& target, const SplitRequest& request) {
  require_shares(request);
  require_lengths(request);
  require_one_way(request);
  Split split = !request.time.empty()    ? split_by_time(table, target, request)
                : !request.group.empty() ? split_by_group(table, target, request)
                : !request.part.empty()  ? by_part(table, target, request)
                                         : split_by_hash(target, request);
  for (Rows* rows : {&split.train, &split.valid, &split.test}) std::sort(rows->begin(), rows->end());
  require_part(split, split.train, "train", target);
  require_part(split, split.test, "test", target);
  return split;
}

}  // namespace mlops::train
