#include "src/diff_columns.hpp"

#include <fmt/format.h>
#include <mlops/table/engine.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "src/sql_types.hpp"

namespace mlops::dataset {
namespace {

using ColumnDiff = TableDiff::ColumnDiff;
using ColumnState = TableDiff::ColumnState;

enum class Family { integer, decimal, floating, moment, other };

Family family_of(const std::string& type) {
  if (is_nested(type)) return Family::other;
  if (is_integer(type)) return Family::integer;
  if (is_decimal(type)) return Family::decimal;
  if (is_floating(type)) return Family::floating;
  if (type == "DATE" || type == "TIMESTAMP") return Family::moment;
  return Family::other;
}

/// The text of a number that no other number has: without a fraction that is zero.
std::string exact_text(const std::string& value, Family family) {
  if (family == Family::decimal)
    return fmt::format(
        "CASE WHEN contains({0}::VARCHAR, '.') THEN rtrim(rtrim({0}::VARCHAR, '0'), '.') ELSE {0}::VARCHAR "
        "END",
        value);
  if (family == Family::floating)
    return fmt::format(
        "CASE WHEN isfinite({0}) AND {0} = trunc({0}) AND abs({0}) < 1e37 THEN {0}::HUGEINT::VARCHAR ELSE "
        "{0}::VARCHAR END",
        value);
  return value + "::VARCHAR";
}

/// What a value becomes before it is compared with one of another type.
std::string comparable(const std::string& value, Family own, Family other) {
  const auto either = [&](Family family) { return own == family || other == family; };
  if (either(Family::other)) return value + "::VARCHAR";
  if (own == Family::moment && other == Family::moment) return value + "::TIMESTAMP";
  if (either(Family::moment)) return value + "::VARCHAR";
  if (own == Family::integer && other == Family::integer) return value + "::HUGEINT";
  if (either(Family::floating) && !either(Family::integer)) return value + "::DOUBLE";
  return exact_text(value, own);
}

/// By their places in the old table: those that stay when as few as can be are said to have moved. What is
/// left is the longest part of `shared` whose old places rise.
std::set<std::string> moved_names(const std::vector<SharedColumn>& shared) {
  std::vector<std::size_t> ends;  // The last one of the best rising part of each length.
  std::vector<std::size_t> previous(shared.size());
  for (std::size_t i = 0; i < shared.size(); ++i) {
    const auto length = std::lower_bound(ends.begin(), ends.end(), i, [&](std::size_t a, std::size_t b) {
      return shared[a].before < shared[b].before;
    });
    previous[i] = length == ends.begin() ? i : *(length - 1);
    if (length == ends.end()) ends.push_back(i);
    else *length = i;
  }
  std::set<std::string> moved;
  for (const SharedColumn& column : shared) moved.insert(column.name);
  for (std::size_t i = ends.empty() ? 0 : ends.back(); !ends.empty(); i = previous[i]) {
    moved.erase(shared[i].name);
    if (previous[i] == i) break;
  }
  return moved;
}

}  // namespace

std::vector<SharedColumn> shared_columns(const std::vector<Column>& before,
                                         const std::vector<Column>& after) {
  std::map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < before.size(); ++i) places.emplace(before[i].name, i);
  std::vector<SharedColumn> out;
  for (std::size_t i = 0; i < after.size(); ++i) {
    const auto found = places.find(after[i].name);
    if (found == places.end()) continue;
    const Column& was = before[found->second];
    const std::string value = table::identifier(was.name);
    SharedColumn& shared = out.emplace_back(SharedColumn{.name = was.name,
                                                         .before = found->second,
                                                         .after = i,
                                                         .pii = was.pii || after[i].pii,
                                                         .comparable_before = value,
                                                         .comparable_after = value});
    shared.retyped = was.type != after[i].type;
    if (!shared.retyped) continue;
    shared.comparable_before = comparable(value, family_of(was.type), family_of(after[i].type));
    shared.comparable_after = comparable(value, family_of(after[i].type), family_of(was.type));
  }
  return out;
}

std::vector<ColumnDiff> schema_diff(const std::vector<Column>& before, const std::vector<Column>& after) {
  const std::vector<SharedColumn> shared = shared_columns(before, after);
  const std::set<std::string> moved = moved_names(shared);
  std::map<std::string_view, const SharedColumn*> by_name;
  for (const SharedColumn& column : shared) by_name.emplace(column.name, &column);
  std::vector<ColumnDiff> out;
  for (std::size_t i = 0; i < after.size(); ++i) {
    ColumnDiff told{.column = after[i].name, .type_after = after[i].type, .place_after = i + 1};
    if (const auto found = by_name.find(after[i].name); found != by_name.end()) {
      const Column& was = before[found->second->before];
      const bool retyped = was.type != after[i].type;
      if (!retyped && !moved.contains(was.name)) continue;
      told.state = retyped ? ColumnState::retyped : ColumnState::moved;
      told.type_before = was.type;
      told.place_before = found->second->before + 1;
    }
    out.push_back(std::move(told));
  }
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (by_name.contains(before[i].name)) continue;
    out.push_back({.column = before[i].name,
                   .state = ColumnState::removed,
                   .type_before = before[i].type,
                   .place_before = i + 1});
  }
  return out;
}

}  // namespace mlops::dataset
