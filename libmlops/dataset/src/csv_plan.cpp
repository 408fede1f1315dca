/// From the decisions on delimited text to SQL.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>

#include "src/csv.hpp"
#include "src/sql_types.hpp"

namespace mlops::dataset {
namespace {

constexpr std::uint64_t usual_line_bytes = 16 << 20;
constexpr std::uint64_t most_line_bytes = 256 << 20;

/// Room for the longest line: the engine leaves out what is longer without a word.
std::uint64_t line_bytes(const Staged& staged) {
  std::uint64_t longest = 0;
  for (const StagedFile& file : staged.files) {
    longest = std::max(longest, file.longest_line);
    if (file.longest_line <= most_line_bytes) continue;
    throw error(Code::corrupt, "'{}' has a line of {}: up to {} are read", file.name,
                size_text(file.longest_line), size_text(most_line_bytes));
  }
  return longest < usual_line_bytes / 2 ? usual_line_bytes : longest + usual_line_bytes;
}

/// The value of a text column.
std::string text_value(const Sniffed& sniffed, const SniffedColumn& column, const std::string& source) {
  std::vector<std::string> nulls = column.keeps_null_texts ? std::vector<std::string>() : sniffed.nulls;
  std::string value = sniffed.trim ? fmt::format("ltrim({})", source) : source;
  if (sniffed.trim) nulls.insert(nulls.begin(), "");
  if (nulls.empty()) return value;
  return fmt::format("CASE WHEN {} IN ({}) THEN NULL ELSE {} END", value, text_list(nulls), value);
}

/// The value of a column of another type: null where it does not fit.
std::string cast(const std::string& type, const Notation& notation, const std::string& source) {
  if (type == "DATE") {
    const std::string named = date_of_name(source);
    if (notation.date_format.empty()) return fmt::format("coalesce(TRY_CAST({} AS DATE), {})", source, named);
    // The year in front is the year, whatever the order of the others.
    return fmt::format(
        "coalesce(TRY_STRPTIME(trim({0}), {1})::DATE, CASE WHEN regexp_full_match(trim({0}), "
        "'[0-9]{{4}}[-/][0-9]{{1,2}}[-/][0-9]{{1,2}}') THEN TRY_CAST({0} AS DATE) END, {2})",
        source, table::literal(notation.date_format), named);
  }
  const bool comma = notation.decimal == ',' && (is_floating(type) || is_decimal(type));
  const std::string number = comma ? fmt::format("replace({}, ',', '.')", source) : source;
  const std::string value = fmt::format("TRY_CAST({} AS {})", number, type);
  return is_floating(type) ? fmt::format("nullif({}, 'nan'::{})", value, type) : value;
}

/// Wished-for null texts that are values of the type too, such as -99.
std::vector<std::string> sentinels(const Sniffed& sniffed) {
  std::vector<std::string> out;
  if (!sniffed.nulls_given) return out;
  for (const std::string& text : sniffed.nulls) {
    if (fitting(text, sniffed.notation) != bit(CellType::text)) out.push_back(text);
  }
  return out;
}

/// Quick to tell, and true of nearly every value that is one of the type and written as usual.
std::string is_usual(const std::string& type, const Notation& notation, const std::string& source) {
  if (is_integer(type)) return fmt::format("is_plain_integer({})", source);
  if (is_floating(type) || is_decimal(type)) {
    return notation.decimal == ',' ? "false" : fmt::format("is_plain_number({})", source);
  }
  if (type == "DATE" && notation.date_format.empty()) return fmt::format("strlen({}) <= 10", source);
  if (type == "TIMESTAMP") return fmt::format("strlen({}) <= 19", source);
  return "true";
}

/// True for a value that the engine takes too willingly: '1.5', '0x1F', '1_000' and '007' are no integers, a
/// time of day is not dropped from a date, an offset not from a timestamp.
std::string is_misread(const std::string& type, const Notation& notation, const std::string& source) {
  if (is_integer(type)) {
    return fmt::format("NOT regexp_full_match(trim({}), '[+-]?(0|[1-9][0-9]*)')", source);
  }
  if (is_floating(type) || is_decimal(type)) {
    const std::string points = notation.decimal == ',' ? fmt::format(" OR contains({}, '.')", source) : "";
    return fmt::format("contains({}, '_'){}", source, points);
  }
  if (type == "DATE")
    return fmt::format("strlen(trim({0})) > 10 AND regexp_matches({0}, '^ *[0-9]{{4}}')", source);
  if (type == "TIMESTAMP") return fmt::format("regexp_matches({}, ':[0-9.]+ ?[+-][0-9:]+ *$')", source);
  return "false";
}

/// True for a source that is neither null nor a null text and does not fit. CASE keeps the order of the
/// tests, which the engine tries out anew where they stand in an AND.
std::string misfit(const std::string& type, const Notation& notation, const std::string& nulls,
                   const std::string& source, const std::string& value) {
  const std::string number = is_floating(type) ? fmt::format(" AND lower(trim({})) <> 'nan'", source) : "";
  return fmt::format(
      "CASE WHEN {0} IS NOT NULL AND {1} THEN false WHEN {2} IS NULL THEN false "
      "ELSE trim({2}) NOT IN ({3}) AND ({0} IS NULL OR {4}){5} END",
      value, is_usual(type, notation, source), source, nulls, is_misread(type, notation, source), number);
}

json::Object read_of(const Sniffed& sniffed, Encoding encoding) {
  json::Object read{{"format", "csv"},
                    {"encoding", encoding_name(encoding)},
                    {"delimiter", character_text(sniffed.dialect.delimiter)},
                    {"quote", character_text(sniffed.dialect.quote)},
                    {"escape", character_text(sniffed.dialect.escape)},
                    {"header", sniffed.dialect.header},
                    {"decimal", character_text(sniffed.notation.decimal)},
                    {"dates", sniffed.notation.date_format},
                    {"trim", sniffed.trim},
                    {"null", json::Array(sniffed.nulls.begin(), sniffed.nulls.end())},
                    {"typed_null", json::Array(sniffed.typed_nulls.begin(), sniffed.typed_nulls.end())}};
  json::Array keeping;
  for (const SniffedColumn& column : sniffed.columns) {
    if (column.keeps_null_texts) keeping.push_back(column.name);
  }
  read.set("keep_null", std::move(keeping));
  return read;
}

}  // namespace

std::vector<std::string> typed_nulls(const Sniffed& sniffed) {
  std::vector<std::string> nulls = {""};
  nulls.insert(nulls.end(), sniffed.nulls.begin(), sniffed.nulls.end());
  nulls.insert(nulls.end(), sniffed.typed_nulls.begin(), sniffed.typed_nulls.end());
  return nulls;
}

ColumnPlan plan_column(const Sniffed& sniffed, std::size_t i, const std::string& type, const Aliases& names) {
  const SniffedColumn& from = sniffed.columns[i];
  ColumnPlan plan{.column = {.name = from.name, .original = from.original, .type = type, .open = from.open},
                  .given = from.given,
                  .note = from.note,
                  .source = fmt::format("c{}", i)};
  if (is_text(type)) {
    plan.typed = text_value(sniffed, from, plan.source);
  } else {
    plan.typed = cast(type, sniffed.notation, plan.source);
    if (const auto nulls = sentinels(sniffed); !nulls.empty()) {
      plan.typed = fmt::format("CASE WHEN trim({}) IN ({}) THEN NULL ELSE {} END", plan.source,
                               text_list(nulls), plan.typed);
    }
    plan.misfit = misfit(type, sniffed.notation, text_list(typed_nulls(sniffed)), names.source, names.value);
  }
  return plan;
}

Plan plan_csv(const Staged& staged, const Sniffed& sniffed) {
  std::string columns;
  for (std::size_t i = 0; i < sniffed.columns.size(); ++i) {
    columns += fmt::format("{}'c{}': 'VARCHAR'", i == 0 ? "" : ", ", i);
  }
  const Dialect& dialect = sniffed.dialect;
  Plan plan;
  plan.relation = fmt::format(
      "read_csv({}, auto_detect=false, columns={{{}}}, header={}, delim={}, quote={}, escape={}, "
      "nullstr='', "
      "store_rejects=true, max_line_size={}, buffer_size={})",
      file_list(staged.files), columns, dialect.header, table::literal(character_text(dialect.delimiter)),
      table::literal(character_text(dialect.quote)), table::literal(character_text(dialect.escape)),
      line_bytes(staged), 2 * line_bytes(staged));
  for (std::size_t i = 0; i < sniffed.columns.size(); ++i) {
    plan.columns.push_back(plan_column(sniffed, i, sniffed.columns[i].type, aliases(i)));
  }
  plan.read = read_of(sniffed, staged.files.front().encoding);
  return plan;
}

}  // namespace mlops::dataset
