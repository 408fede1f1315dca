#include "src/column_counts.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>

#include <algorithm>
#include <map>

#include "src/assertion_sql.hpp"
#include "src/sql_types.hpp"

namespace mlops::dataset {
namespace {

constexpr std::uint64_t enough_to_number = 100;

struct CountedValue {
  double value = 0;
  std::uint64_t reference = 0;
  std::uint64_t current = 0;
};

/// A column as what is counted.
std::string counted_value(const Column& column) {
  const std::string name = table::identifier(column.name);
  const expect::Sort sort = assertion_type(column.type).sort;
  if (sort == expect::Sort::time)
    return fmt::format("CAST(CASE WHEN isfinite({0}) THEN epoch_us({0}) END AS DOUBLE)", name);
  if (sort != expect::Sort::number) return fmt::format("CAST({} AS VARCHAR)", name);
  if (!is_floating(column.type)) return fmt::format("CAST({} AS DOUBLE)", name);
  return fmt::format("CASE WHEN NOT isnan({0}) THEN CAST({0} AS DOUBLE) END", name);
}

bool is_counted_as_number(const Column& column) {
  const expect::Sort sort = assertion_type(column.type).sort;
  return sort == expect::Sort::number || sort == expect::Sort::time;
}

/// Value, count in the reference, count in the other table.
Columns counted_values(table::Engine& engine, Relations& relations, const std::string& reference,
                       const std::string& current, const Column& column) {
  const auto side = [&](const std::string& table, std::string_view first) {
    const Column& own = *relations.version(table)->find(column.name);
    return fmt::format("SELECT {} AS x, {} AS first FROM {}", counted_value(own), first,
                       relations.sql(table));
  };
  // Of texts only those that get a bin of their own.
  const std::string having = is_counted_as_number(column)
                                 ? ""
                                 : fmt::format(" HAVING x IS NULL OR count(*) FILTER (first) >= {}",
                                               stats::rare * static_cast<double>(relations.rows(reference)));
  return engine.query(fmt::format(
      "SELECT x, count(*) FILTER (first), count(*) FILTER (NOT first) FROM ({} UNION ALL {}) GROUP BY x{}",
      side(reference, "true"), side(current, "false"), having));
}

void take_numbers(const Columns& found, ColumnCounts& out) {
  const mlops::Column values = found.column(0);
  const auto numbers = values.values<double>();
  const auto first = found.column(1).values<std::int64_t>();
  const auto second = found.column(2).values<std::int64_t>();
  std::vector<CountedValue> all;
  all.reserve(found.rows());
  for (std::size_t row = 0; row < found.rows(); ++row) {
    const auto r = static_cast<std::uint64_t>(first[row]);
    const auto c = static_cast<std::uint64_t>(second[row]);
    if (values.valid(row)) all.push_back({numbers[row], r, c});
    else out.reference.nulls = r, out.current.nulls = c;
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
  for (const CountedValue& one : all) {
    if (one.reference > 0) out.reference.numbers.push_back({one.value, one.reference});
    if (one.current > 0) out.current.numbers.push_back({one.value, one.current});
  }
}

void take_texts(const Columns& found, ColumnCounts& out) {
  const mlops::Column values = found.column(0);
  const auto first = found.column(1).values<std::int64_t>();
  const auto second = found.column(2).values<std::int64_t>();
  for (std::size_t row = 0; row < found.rows(); ++row) {
    const auto r = static_cast<std::uint64_t>(first[row]);
    const auto c = static_cast<std::uint64_t>(second[row]);
    if (!values.valid(row)) {
      out.reference.nulls = r;
      out.current.nulls = c;
      continue;
    }
    out.reference.texts.emplace_back(values.text(row), r);
    out.current.texts.emplace_back(values.text(row), c);
  }
}

bool is_numbering(const SideCounts& side, const Column& column) {
  if (!is_integer(column.type) || side.numbers.size() < enough_to_number) return false;
  if (side.numbers.size() + side.nulls != side.rows) return false;
  const double reach = side.numbers.back().value - side.numbers.front().value + 1;
  return reach <= 4 * static_cast<double>(side.numbers.size());
}

/// Both sides over all values that either has, ascending.
double greatest_difference(const ColumnCounts& counts) {
  std::vector<std::uint64_t> first, second;
  auto a = counts.reference.numbers.begin();
  auto b = counts.current.numbers.begin();
  const auto a_end = counts.reference.numbers.end();
  const auto b_end = counts.current.numbers.end();
  while (a != a_end || b != b_end) {
    const double value = b == b_end || (a != a_end && a->value <= b->value) ? a->value : b->value;
    first.push_back(a != a_end && a->value == value ? (a++)->count : 0);
    second.push_back(b != b_end && b->value == value ? (b++)->count : 0);
  }
  return stats::kolmogorov_smirnov(first, second);
}

std::vector<std::uint64_t> binned(const stats::Bins& bins, const SideCounts& side, bool of_numbers) {
  if (of_numbers) return stats::counts_in(bins, side.numbers, side.nulls);
  return stats::counts_in(bins, side.texts, side.nulls, side.rows);
}

}  // namespace

ColumnCounts count_column(table::Engine& engine, Relations& relations, const std::string& reference,
                          const std::string& current, const Column& column) {
  ColumnCounts out{.of_numbers = is_counted_as_number(column)};
  out.reference.rows = relations.rows(reference);
  out.current.rows = relations.rows(current);
  const Columns found = counted_values(engine, relations, reference, current, column);
  if (out.of_numbers) take_numbers(found, out);
  else take_texts(found, out);
  out.numbers_rows = is_numbering(out.reference, column);
  return out;
}

double distance(std::string_view function, const ColumnCounts& counts) {
  if (function == "ks") return greatest_difference(counts);
  const auto& [reference, current, of_numbers, numbers_rows] = counts;
  const stats::Bins bins = of_numbers ? stats::bins_of_numbers(reference.numbers, reference.rows)
                                      : stats::bins_of_texts(reference.texts, reference.rows);
  const auto before = binned(bins, reference, of_numbers);
  const auto now = binned(bins, current, of_numbers);
  if (function == "psi") return stats::psi(before, now);
  if (function == "drift") return stats::jensen_shannon(before, now);
  throw error(Code::internal, "nobody evaluates '{}'", function);
}

}  // namespace mlops::dataset
