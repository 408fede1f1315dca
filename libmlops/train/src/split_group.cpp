#include "src/split_ways.hpp"

#include "src/cells.hpp"
#include "src/hash.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace mlops::train {
namespace {

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

}  // namespace

Split split_by_group(const Columns& table, const Target& target, const SplitRequest& request) {
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

}  // namespace mlops::train
