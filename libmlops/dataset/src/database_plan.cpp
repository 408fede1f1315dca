#include "src/database_plan.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>
#include <set>

#include "src/csv.hpp"
#include "src/row_file.hpp"
#include "src/structured.hpp"

namespace mlops::dataset {
namespace {

constexpr std::uint64_t usual_row_bytes = 16 << 20;

bool says(const std::string& declared, std::initializer_list<std::string_view> words) {
  const std::string small = lowered(declared);
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return small.find(word) != std::string::npos; });
}

/// SQLite's own reading of a declared type (its "affinity"), as far as it goes.
bool is_declared_number(const std::string& declared) {
  if (says(declared, {"char", "clob", "text", "date", "time"})) return false;
  return says(declared, {"int", "real", "floa", "doub", "num", "dec", "bool"});
}

struct Choice {
  std::string type;
  std::string note = {};
  bool open = false;
};

Choice without_values(const std::string& declared) {
  if (says(declared, {"int"})) return {"BIGINT", "", true};
  if (is_declared_number(declared)) return {"DOUBLE", "", true};
  return {"VARCHAR", "", true};
}

Choice number(const ColumnTally& column) {
  if (column.reals == 0 && column.flags && says(column.declared, {"bool"})) return {"BOOLEAN"};
  if (column.reals == 0) return {"BIGINT"};
  if (!column.wide) return {"DOUBLE"};
  return {"VARCHAR", "numbers of more digits than one type keeps: kept as text"};
}

/// Texts in a column of numbers are misfits where they are few, or where the table says that it is one of
/// numbers.
Choice mixed(const ColumnTally& column) {
  const std::uint64_t numbers = column.integers + column.reals;
  const auto share = static_cast<double>(column.texts) / static_cast<double>(column.values());
  if (share <= tolerated_share || (is_declared_number(column.declared) && numbers > column.texts))
    return number(column);
  return {"VARCHAR", fmt::format("{} beside {}: kept as text", count_of(column.texts, "text"),
                                 count_of(numbers, "number"))};
}

Choice choose(const ColumnTally& column) {
  if (column.values() == 0) return without_values(column.declared);
  if (column.blobs == column.values()) return {"BLOB"};
  if (column.blobs > 0) return {"VARCHAR", "bytes beside other values: kept as hex text"};
  if (column.texts == column.values()) return {"VARCHAR"};
  return column.texts == 0 ? number(column) : mixed(column);
}

std::string typed(const std::string& type, const std::string& source) {
  if (type == "VARCHAR") return source;
  if (type == "BLOB") return fmt::format("TRY(unhex({}))", source);
  // The engine would round 1.5 to a whole number.
  const std::string whole =
      type == "BIGINT" ? fmt::format("is_plain_integer({0}) OR regexp_full_match({0}, '[+-]?[0-9]+')", source)
                       : "true";
  return fmt::format("CASE WHEN {} THEN TRY_CAST({} AS {}) END", whole, source, type);
}

std::string relation(const Staged& staged, std::size_t width) {
  std::string columns = "'n': 'BIGINT'";
  for (std::size_t i = 0; i < width; ++i) columns += fmt::format(", 'c{}': 'VARCHAR'", i);
  std::uint64_t longest = 0;
  for (const StagedFile& file : staged.files) longest = std::max(longest, file.longest_line);
  const std::uint64_t room = longest < usual_row_bytes / 2 ? usual_row_bytes : longest + usual_row_bytes;
  return fmt::format(
      "read_csv({}, auto_detect=false, columns={{{}}}, header=true, delim=',', quote='\"', escape='\"', "
      "nullstr={}, "
      "allow_quoted_nulls=false, max_line_size={}, buffer_size={})",
      file_list(staged.files), columns, table::literal(std::string(null_value)), room, 2 * room);
}

/// Names may differ in case only, which Parquet's readers would not forgive.
std::string told_apart(const std::string& name, std::set<std::string>& taken) {
  std::string out = name.empty() ? "column" : name;
  for (int n = 2; !taken.insert(lowered(out)).second; ++n) out = fmt::format("{}_{}", name, n);
  return out;
}

}  // namespace

Plan plan_rows(table::Engine& engine, const Staged& staged, const DatabaseRows& rows,
               const manifest::ReadOptions& wishes, const std::optional<json::Object>& pinned) {
  const json::Value entry = pinned ? json::Value(*pinned) : json::Value();
  const auto pins = texts_by_name(entry["columns"]);
  Plan plan;
  plan.relation = relation(staged, rows.columns.size());
  plan.line = "n";
  std::set<std::string> taken;
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    const ColumnTally& tally = rows.columns[i];
    ColumnPlan column{.source = fmt::format("c{}", i)};
    column.column.name = told_apart(readable_text(tally.name), taken);
    column.column.original = readable_text(tally.name);
    const auto pin = pins.find(column.column.name);
    const Choice choice = pin != pins.end() ? Choice{*pin->second} : choose(tally);
    column.given = pin != pins.end();
    column.column.type = choice.type;
    column.column.open = choice.open;
    column.note = choice.note;
    column.typed = typed(choice.type, column.source);
    if (column.typed != column.source) {
      column.misfit = fmt::format("{} IS NOT NULL AND {} IS NULL", aliases(i).source, aliases(i).value);
    }
    plan.columns.push_back(std::move(column));
  }
  find_dates(engine, plan);
  apply_wishes(plan, wishes);
  plan.read = json::Object{{"format", format_name(staged.format)}, {"encoding", "utf-8"}};
  return plan;
}

}  // namespace mlops::dataset
