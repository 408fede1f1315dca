#include "src/diff_rows.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/cells.hpp>

#include <algorithm>
#include <functional>
#include <set>

namespace mlops::dataset {
namespace {

using RowDiff = TableDiff::RowDiff;
using RowState = TableDiff::RowState;

std::string joined(std::size_t count, std::string_view between,
                   const std::function<std::string(std::size_t)>& part) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += between;
    out += part(i);
  }
  return out;
}

/// What is shown of a value: nothing of personal data but whether there is any.
std::string shown(const std::string& value, bool pii) {
  return pii ? fmt::format("CASE WHEN {} IS NULL THEN NULL ELSE {} END", value, table::literal(mask)) : value;
}

std::uint64_t count_at(const Columns& table, std::size_t column) {
  return static_cast<std::uint64_t>(integer_at(table, column));
}

/// Any text can be a column's name: in SQL they are v0, v1, ... as they are shown, k0, ... of the key and c0,
/// ... of the other shared ones as they are compared.
class Comparison {
 public:
  Comparison(const RowComparison& compared, TableDiff& out) : in_(compared), out_(out) {
    for (const SharedColumn& column : in_.key) masked(column);
    for (const SharedColumn& column : in_.values) masked(column);
    define("old_rows", in_.before, false, masked_before_);
    define("new_rows", in_.after, true, masked_after_);
  }

  void by_key() {
    for (const bool after : {false, true}) check_key(after);
    count_by_key();
    if (in_.rows == 0) return;
    if (out_.changed > 0) tell_changed();
    if (out_.removed > 0) tell_alone(RowState::removed);
    if (out_.added > 0) tell_alone(RowState::added);
  }

  void as_they_are() {
    const std::size_t width = in_.values.size();
    const std::string list = joined(width, ", ", [](std::size_t i) { return fmt::format("c{}", i); });
    in_.engine.execute(
        fmt::format("CREATE TEMP TABLE difference AS SELECT {0}, CAST(sum(side) AS BIGINT) AS copies FROM "
                    "(SELECT {0}, 1 AS side FROM new_rows UNION ALL SELECT {0}, -1 FROM old_rows) GROUP BY "
                    "{0} HAVING sum(side) <> 0",
                    list));
    const Columns counts = in_.engine.query(
        "SELECT CAST(coalesce(sum(copies) FILTER (copies > 0), 0) AS BIGINT), "
        "CAST(coalesce(-sum(copies) FILTER (copies < 0), 0) AS BIGINT) FROM difference");
    out_.added = count_at(counts, 0);
    out_.removed = count_at(counts, 1);
    if (in_.rows == 0) return;
    tell_copies(RowState::removed, list);
    tell_copies(RowState::added, list);
  }

 private:
  void masked(const SharedColumn& column) {
    if (!column.pii) return;
    masked_before_.insert(column.before);
    masked_after_.insert(column.after);
  }

  void define(const std::string& view, const TableSide& side, bool after,
              const std::set<std::size_t>& masks) {
    std::string sql = joined(side.columns.size(), ", ", [&](std::size_t i) {
      const bool pii = side.columns[i].pii || masks.contains(i);
      return fmt::format("{} AS v{}", shown(table::identifier(side.columns[i].name), pii), i);
    });
    const auto add = [&](const std::vector<SharedColumn>& columns, char letter) {
      for (std::size_t i = 0; i < columns.size(); ++i)
        sql += fmt::format(", {} AS {}{}", after ? columns[i].comparable_after : columns[i].comparable_before,
                           letter, i);
    };
    add(in_.key, 'k');
    add(in_.values, 'c');
    in_.engine.execute(fmt::format("CREATE VIEW {} AS SELECT {} FROM read_parquet({})", view, sql,
                                   table::literal(side.parquet().string())));
  }

  // ---- by key

  std::string keys(std::string_view prefix = "") const {
    return joined(in_.key.size(), ", ", [&](std::size_t i) { return fmt::format("{}k{}", prefix, i); });
  }
  std::string same_key() const {
    return joined(in_.key.size(), " AND ", [](std::size_t i) { return fmt::format("o.k{0} = n.k{0}", i); });
  }
  std::string differs(std::size_t i) const { return fmt::format("o.c{0} IS DISTINCT FROM n.c{0}", i); }
  std::string any_differs() const {
    if (in_.values.empty()) return "false";
    return joined(in_.values.size(), " OR ", [&](std::size_t i) { return differs(i); });
  }

  /// It has a value in every row, and another one in each.
  void check_key(bool after) {
    const TableSide& side = after ? in_.after : in_.before;
    const char* const view = after ? "new_rows" : "old_rows";
    const Columns nulls = in_.engine.query(fmt::format(
        "SELECT {} FROM {}",
        joined(in_.key.size(), ", ", [](std::size_t i) { return fmt::format("count(*) - count(k{})", i); }),
        view));
    for (std::size_t i = 0; i < in_.key.size(); ++i) {
      if (const std::uint64_t count = count_at(nulls, i); count > 0) {
        throw error(Code::usage, "'{}' cannot be a key: it is null in {} of {}", in_.key[i].name,
                    count_of(count, "row"), side.name)
            .with_id("diff.key")
            .with_hint("a key has a value in every row; without `--key` whole rows are compared");
      }
    }
    const Columns twice = in_.engine.query(fmt::format(
        "SELECT count(*), {} FROM {} GROUP BY {} HAVING count(*) > 1 ORDER BY {} LIMIT 1",
        joined(in_.key.size(), ", ",
               [&](std::size_t i) {
                 return fmt::format("any_value(v{})", after ? in_.key[i].after : in_.key[i].before);
               }),
        view, keys(), keys()));
    if (twice.rows() == 0) return;
    const std::string value = joined(in_.key.size(), ", ", [&](std::size_t i) {
      const json::Value part = cell(twice.column(i + 1), 0);
      return fmt::format("{} {}", in_.key[i].name, part.text_or(json::dump(part)));
    });
    throw error(Code::usage, "the key does not name one row: {} stands in {} of {}", value,
                count_of(count_at(twice, 0), "row"), side.name)
        .with_id("diff.key")
        .with_hint("more columns may: `--key A,B`; without `--key` whole rows are compared");
  }

  void count_by_key() {
    const std::string both = "o.k0 IS NOT NULL AND n.k0 IS NOT NULL";
    std::string sql = fmt::format(
        "SELECT count(*) FILTER (o.k0 IS NULL), count(*) FILTER (n.k0 IS NULL), count(*) FILTER ({} AND "
        "({}))",
        both, any_differs());
    for (std::size_t i = 0; i < in_.values.size(); ++i)
      sql += fmt::format(", count(*) FILTER ({} AND {})", both, differs(i));
    const Columns counts =
        in_.engine.query(fmt::format("{} FROM old_rows o FULL JOIN new_rows n ON {}", sql, same_key()));
    out_.added = count_at(counts, 0);
    out_.removed = count_at(counts, 1);
    out_.changed = count_at(counts, 2);
    for (std::size_t i = 0; i < in_.values.size(); ++i) {
      if (const std::uint64_t count = count_at(counts, i + 3); count > 0)
        out_.columns.push_back({in_.values[i].name, count});
    }
    std::stable_sort(out_.columns.begin(), out_.columns.end(),
                     [](const auto& a, const auto& b) { return a.rows > b.rows; });
  }

  json::Object key_of(const Columns& found, std::size_t row, std::size_t first) const {
    json::Object key;
    for (std::size_t i = 0; i < in_.key.size(); ++i)
      key.append(in_.key[i].name, cell(found.column(first + i), row));
    return key;
  }

  /// What is compared stands for what is shown where it can: a column that is asked for twice is held twice.
  std::string shown_of(std::string_view side, std::size_t i, std::size_t place) const {
    const SharedColumn& column = in_.values[i];
    return column.retyped ? fmt::format("{}.v{}", side, place)
                          : shown(fmt::format("{}.c{}", side, i), column.pii);
  }

  void tell_changed() {
    std::string sql =
        joined(in_.key.size(), ", ", [&](std::size_t i) { return fmt::format("n.v{}", in_.key[i].after); });
    for (std::size_t i = 0; i < in_.values.size(); ++i) {
      sql += fmt::format(", {}, {}, {}", differs(i), shown_of("o", i, in_.values[i].before),
                         shown_of("n", i, in_.values[i].after));
    }
    const Columns found = in_.engine.query(
        fmt::format("SELECT {} FROM old_rows o JOIN new_rows n ON {} WHERE {} ORDER BY {} LIMIT {}", sql,
                    same_key(), any_differs(), keys("n."), in_.rows));
    for (std::size_t row = 0; row < found.rows(); ++row) {
      RowDiff told{.state = RowState::changed, .key = key_of(found, row, 0)};
      for (std::size_t i = 0; i < in_.values.size(); ++i) {
        const std::size_t at = in_.key.size() + 3 * i;
        if (!found.column(at).boolean(row)) continue;
        told.before.append(in_.values[i].name, cell(found.column(at + 1), row));
        told.after.append(in_.values[i].name, cell(found.column(at + 2), row));
      }
      out_.rows.push_back(std::move(told));
    }
  }

  /// Rows whose key the other table has not.
  void tell_alone(RowState state) {
    const bool added = state == RowState::added;
    const TableSide& side = added ? in_.after : in_.before;
    const char* const own = added ? "n" : "o";
    std::string sql = joined(in_.key.size(), ", ", [&](std::size_t i) {
      return fmt::format("{}.v{}", own, added ? in_.key[i].after : in_.key[i].before);
    });
    for (std::size_t i = 0; i < side.columns.size(); ++i) sql += fmt::format(", {}.v{}", own, i);
    const Columns found = in_.engine.query(fmt::format(
        "SELECT {} FROM {} ANTI JOIN {} ON {} ORDER BY {} LIMIT {}", sql, added ? "new_rows n" : "old_rows o",
        added ? "old_rows o" : "new_rows n", same_key(), keys(fmt::format("{}.", own)), in_.rows));
    for (std::size_t row = 0; row < found.rows(); ++row) {
      RowDiff told{.state = state, .key = key_of(found, row, 0)};
      json::Object& values = added ? told.after : told.before;
      for (std::size_t i = 0; i < side.columns.size(); ++i)
        values.append(side.columns[i].name, cell(found.column(in_.key.size() + i), row));
      out_.rows.push_back(std::move(told));
    }
  }

  // ---- as they are

  void tell_copies(RowState state, const std::string& order) {
    const bool added = state == RowState::added;
    const std::string values = joined(in_.values.size(), ", ", [&](std::size_t i) {
      return shown(fmt::format("c{}", i), in_.values[i].pii);
    });
    const Columns found = in_.engine.query(
        fmt::format("SELECT abs(copies), {} FROM difference WHERE copies {} 0 ORDER BY {} LIMIT {}", values,
                    added ? ">" : "<", order, in_.rows));
    for (std::size_t row = 0; row < found.rows(); ++row) {
      RowDiff told{.state = state, .count = static_cast<std::uint64_t>(cell(found.column(0), row).int_or(0))};
      json::Object& values_of = added ? told.after : told.before;
      for (std::size_t i = 0; i < in_.values.size(); ++i)
        values_of.append(in_.values[i].name, cell(found.column(i + 1), row));
      out_.rows.push_back(std::move(told));
    }
  }

  const RowComparison& in_;
  TableDiff& out_;
  std::set<std::size_t> masked_before_;  ///< Places of columns that are personal data in either table.
  std::set<std::size_t> masked_after_;
};

}  // namespace

void compare_by_key(const RowComparison& compared, TableDiff& out) { Comparison(compared, out).by_key(); }

void compare_as_they_are(const RowComparison& compared, TableDiff& out) {
  Comparison(compared, out).as_they_are();
}

}  // namespace mlops::dataset
