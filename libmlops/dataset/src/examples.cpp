#include "src/examples.hpp"

#include <fmt/format.h>
#include <mlops/base/text.hpp>

#include "src/sql_types.hpp"

namespace mlops::dataset {
namespace {

using expect::Expr;

constexpr std::size_t most_examples = 3;
constexpr std::size_t longest_example = 40;  // characters of a text

std::string_view text_at(const Columns& table, std::size_t column) {
  return table.column(column).valid(0) ? table.column(column).text(0) : std::string_view();
}

}  // namespace

std::string shown_cell(std::string_view text, const Column& column) {
  if (column.pii) return std::string(mask);
  std::string out(text.substr(0, longest_example));
  if (text.size() > longest_example) {
    while (!out.empty() && !is_utf8(out)) out.pop_back();
    out += "...";
  }
  return is_text(column.type) ? "'" + out + "'" : out;
}

expect::Truth truth_of_unique(table::Engine& engine, const std::string& relation, const Version& version,
                              const Expr& call, double given, double distinct) {
  if (given == distinct)
    return {true, fmt::format("{} different", count_text(static_cast<std::uint64_t>(distinct)))};
  std::string columns;
  std::string order;
  std::string where;
  for (const Expr& part : call.operands) {
    const std::string name = table::identifier(part.path.front().text);
    columns += fmt::format("CAST({} AS VARCHAR), ", name);
    order += fmt::format("{}CAST({} AS VARCHAR)", order.empty() ? "" : ", ", name);
    where += fmt::format("{}{} IS NOT NULL", where.empty() ? "" : " AND ", name);
  }
  const Columns found =
      engine.query(fmt::format("SELECT {}CAST(count(*) AS VARCHAR) FROM {} WHERE {} GROUP BY ALL HAVING "
                               "count(*) > 1 ORDER BY count(*) DESC, {} LIMIT 1",
                               columns, relation, where, order));
  std::string seen =
      fmt::format("{} repeat{} another", count_of(static_cast<std::uint64_t>(given - distinct), "row"),
                  given - distinct == 1 ? "s" : "");
  for (std::size_t i = 0; found.rows() > 0 && i + 1 < found.width(); ++i) {
    const Column& column = *version.find(call.operands[i].path.front().text);
    seen += fmt::format("{} {} = {}", i == 0 ? ":" : ",", column.name, shown_cell(text_at(found, i), column));
  }
  if (found.rows() > 0) seen += fmt::format(", {} times", text_at(found, found.width() - 1));
  return {false, std::move(seen)};
}

namespace {

/// What tells a row to people, as SQL.
std::string label_of_row(const std::vector<std::string>& ids) {
  if (ids.empty()) return "concat('row ', file_row_number + 1)";
  std::string out;
  for (const std::string& id : ids)
    out += fmt::format("{}{}, {}", out.empty() ? "" : ", ', ', ", table::literal(id + " "),
                       table::identifier(id));
  return fmt::format("concat({})", out);
}

}  // namespace

std::vector<std::string> failing_rows(table::Engine& engine, const std::string& relation,
                                      const Version& version, const std::vector<std::string>& ids,
                                      const std::vector<std::string>& columns, const std::string& test) {
  std::string list = label_of_row(ids);
  for (const std::string& name : columns)
    list += fmt::format(", CAST({} AS VARCHAR)", table::identifier(name));
  const Columns found = engine.query(
      fmt::format("SELECT {} FROM {} WHERE NOT {} LIMIT {}", list, relation, test, most_examples));
  std::vector<std::string> out;
  for (std::size_t row = 0; row < found.rows(); ++row) {
    std::string example = fmt::format("{}:", found.column(0).text(row));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const mlops::Column values = found.column(i + 1);
      const std::string value =
          values.valid(row) ? shown_cell(values.text(row), *version.find(columns[i])) : "null";
      example += fmt::format("{} {} = {}", i == 0 ? "" : ",", columns[i], value);
    }
    out.push_back(std::move(example));
  }
  return out;
}

}  // namespace mlops::dataset
