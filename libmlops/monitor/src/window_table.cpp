#include "src/window_table.hpp"

#include <fmt/format.h>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <limits>
#include <set>

#include "src/counting.hpp"

namespace mlops::monitor {
namespace {

/// A column of the table, and what it is in the rows of the CSV file.
struct Selected {
  std::string name;
  std::string type;
  std::string sql;
};

constexpr std::size_t first_column = 4;  ///< Behind n, request, row and time.

std::vector<std::string> csv_types(const VersionRows& rows) {
  std::vector<std::string> out = {"BIGINT", "VARCHAR", "BIGINT", "BIGINT"};
  for (const TableColumn& column : rows.columns) out.push_back(column.type_in_csv());
  return out;
}

/// Columns of the model win where they have the name of one of ours.
std::vector<Selected> columns_of_table(const VersionRows& rows, const std::optional<TruthColumn>& truth) {
  std::vector<Selected> out;
  std::set<std::string> taken;
  const auto add = [&](Selected one) {
    if (taken.insert(lowered(one.name)).second) out.push_back(std::move(one));
  };
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    const TableColumn& column = rows.columns[i];
    add({column.name, column.type_in_table(), column.from_csv("r." + csv_name(first_column + i))});
  }
  if (truth) add({"truth", truth->type, "t.truth"});
  add({"time", "TIMESTAMP", "make_timestamp(r.c3)"});
  add({"request", "VARCHAR", "r.c1"});
  add({"row", "BIGINT", "r.c2"});
  add({"model", "VARCHAR", table::literal(rows.version.address)});
  return out;
}

std::string select_of(const VersionRows& rows, const std::vector<Selected>& columns,
                      const std::optional<TruthColumn>& truth) {
  std::string list;
  for (const Selected& one : columns)
    list += fmt::format("{}{} AS {}", list.empty() ? "" : ", ", one.sql, table::identifier(one.name));
  std::string out =
      fmt::format("SELECT {} FROM {} r", list, csv_relation(rows.csv->path().string(), csv_types(rows)));
  if (truth) out += fmt::format(" LEFT JOIN {} t ON t.n = r.c0 ORDER BY r.c0", truth->relation);
  return out;
}

/// Numbers of a column, NaN for null; `others`: values that are none.
struct NumbersRead {
  std::vector<double> values = {};
  std::uint64_t others = 0;
};

std::string from(const std::filesystem::path& file) {
  return fmt::format("read_parquet({})", table::literal(file.string()));
}

/// A number that became a text, as a category that training never saw did, is looked at as a number.
NumbersRead read_numbers(table::Engine& engine, const TableColumn& column,
                         const std::filesystem::path& file) {
  const std::string name = table::identifier(column.name);
  const std::string type = column.type_in_table();
  const std::string number = is_moment(type) ? fmt::format("CAST(epoch_us({}) AS DOUBLE)", name)
                                             : fmt::format("TRY_CAST({} AS DOUBLE)", name);
  NumbersRead out;
  engine.stream(fmt::format("SELECT {}, {} IS NULL FROM {}", number, name, from(file)),
                [&](const Columns& batch) {
                  const Column values = batch.column(0);
                  const auto numbers = values.values<double>();
                  for (std::size_t row = 0; row < batch.rows(); ++row) {
                    if (values.valid(row)) out.values.push_back(numbers[row]);
                    else if (batch.column(1).boolean(row))
                      out.values.push_back(std::numeric_limits<double>::quiet_NaN());
                    else ++out.others;
                  }
                  return true;
                });
  return out;
}

stats::Shift shift_of_numbers(table::Engine& engine, const TableColumn& column,
                              const stats::Reference& reference, const std::filesystem::path& file) {
  NumbersRead read = read_numbers(engine, column, file);
  const NumbersCounted counted = count_numbers(std::move(read.values));
  return stats::shift_of(reference, counted.values, counted.nulls, read.others);
}

/// Only those that have a bin of their own are told apart.
stats::Shift shift_of_texts(table::Engine& engine, const TableColumn& column,
                            const stats::Reference& reference, const std::filesystem::path& file) {
  const std::string text = fmt::format("CAST({} AS VARCHAR)", table::identifier(column.name));
  const std::string known = reference.bins.texts.empty()
                                ? "NULL"
                                : fmt::format("CASE WHEN list_contains({}, {}) THEN {} END",
                                              table::literal_list(reference.bins.texts), text, text);
  std::vector<stats::TextCount> counts;
  std::uint64_t nulls = 0, rows = 0;
  engine.stream(fmt::format("SELECT {}, count(*), count(*) FILTER ({} IS NULL) FROM {} GROUP BY 1", known,
                            text, from(file)),
                [&](const Columns& batch) {
                  const Column values = batch.column(0);
                  for (std::size_t row = 0; row < batch.rows(); ++row) {
                    const auto count =
                        static_cast<std::uint64_t>(batch.column(1).values<std::int64_t>()[row]);
                    rows += count;
                    nulls += static_cast<std::uint64_t>(batch.column(2).values<std::int64_t>()[row]);
                    if (values.valid(row)) counts.emplace_back(values.text(row), count);
                  }
                  return true;
                });
  return stats::shift_of(reference, counts, nulls, rows);
}

}  // namespace

dataset::Version table_of(const VersionRows& rows, const std::optional<TruthColumn>& truth) {
  dataset::Version out = {.section = "monitor", .name = rows.version.address, .rows = rows.rows};
  for (const Selected& one : columns_of_table(rows, truth))
    out.columns.push_back({.name = one.name, .original = one.name, .type = one.type});
  return out;
}

dataset::Version write_table(table::Engine& engine, const VersionRows& rows,
                             const std::optional<TruthColumn>& truth, const std::filesystem::path& file) {
  const std::vector<Selected> columns = columns_of_table(rows, truth);
  engine.execute(fmt::format("COPY ({}) TO {} (FORMAT parquet)", select_of(rows, columns, truth),
                             table::literal(file.string())));
  return table_of(rows, truth);
}

std::vector<WatchedColumn> shifts_of(table::Engine& engine, const VersionRows& rows,
                                     const std::filesystem::path& file) {
  std::vector<WatchedColumn> out;
  for (const TableColumn& column : rows.columns) {
    const BaselineColumn* trained =
        rows.version.baseline ? rows.version.baseline->find(column.name) : nullptr;
    if (trained == nullptr) continue;
    const auto shift = is_counted_as_number(trained->type) ? shift_of_numbers : shift_of_texts;
    out.push_back({.name = column.name,
                   .kind = column.kind,
                   .type = column.type_in_table(),
                   .reference = trained->reference,
                   .shift = shift(engine, column, trained->reference, file)});
  }
  return out;
}

}  // namespace mlops::monitor
