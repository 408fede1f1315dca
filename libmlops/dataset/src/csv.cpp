#include "src/csv.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>

#include "src/cells.hpp"
#include "src/csv_faults.hpp"

namespace mlops::dataset {
namespace {

constexpr std::size_t head_bytes = 1 << 20;
constexpr std::size_t stretch_bytes = 64 * 1024;
constexpr std::uint64_t stretches = 16;
constexpr std::size_t max_line_bytes = 16 * 1024 * 1024;

// ---- samples
// ----------------------------------------------------------------------------------------------------

std::string read_at(std::ifstream& in, std::uint64_t offset, std::size_t size) {
  std::string text(size, '\0');
  in.clear();
  in.seekg(static_cast<std::streamoff>(offset));
  in.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

/// Stretches spread over the rest of a large file, without their first and last, cut lines.
std::vector<std::string> further_stretches(const StagedFile& file) {
  std::vector<std::string> out;
  if (file.size < head_bytes + 4 * stretch_bytes) return out;
  std::ifstream in(file.path, std::ios::binary);
  const std::uint64_t rest = file.size - head_bytes - stretch_bytes;
  const std::uint64_t count = std::min<std::uint64_t>(stretches, rest / stretch_bytes);
  for (std::uint64_t i = 1; i <= count; ++i) {
    const std::string text = read_at(in, head_bytes + rest * i / count, stretch_bytes);
    const std::size_t first = text.find('\n');
    const std::size_t last = text.rfind('\n');
    if (first != std::string::npos && last > first) out.push_back(text.substr(first + 1, last - first));
  }
  return out;
}

// ---- pins
// -------------------------------------------------------------------------------------------------------

std::vector<std::string> texts_in(const json::Value& list) {
  std::vector<std::string> out;
  if (const json::Array* items = list.as_array()) {
    for (const json::Value& item : *items) out.push_back(item.text_or(""));
  }
  return out;
}

/// What was pinned, as wishes; what is wished for now wins.
manifest::ReadOptions with_pins(const manifest::ReadOptions& wishes, const json::Value& pinned) {
  manifest::ReadOptions out = wishes;
  const json::Value& read = pinned["read"];
  const auto text = [&read](std::optional<std::string>& wish, std::string_view key) {
    if (!wish && read[key].as_string() != nullptr) wish = *read[key].as_string();
  };
  text(out.delimiter, "delimiter");
  text(out.quote, "quote");
  text(out.decimal, "decimal");
  if (!out.header && read["header"].as_bool() != nullptr) out.header = *read["header"].as_bool();
  if (!out.null && read["null"].as_array() != nullptr) out.null = texts_in(read["null"]);
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

/// Takes over what was pinned beyond wishes, and throws when the columns are not the pinned ones.
void apply_pins(Sniffed& sniffed, const manifest::ReadOptions& wishes, const json::Value& pinned) {
  const json::Value& read = pinned["read"];
  if (read["format"].text_or("") != "csv") return;
  if (!wishes.delimiter && !wishes.quote && read["escape"].as_string() != nullptr) {
    const std::string& escape = *read["escape"].as_string();
    sniffed.dialect.escape = escape.empty() ? '\0' : escape[0];
  }
  sniffed.notation.date_format = read["dates"].text_or("");
  sniffed.trim = read["trim"].bool_or(false);
  if (!wishes.null) sniffed.typed_nulls = texts_in(read["typed_null"]);
  const auto keeping = texts_in(read["keep_null"]);
  for (SniffedColumn& column : sniffed.columns) {
    const json::Value& type = pinned["columns"][column.name];
    if (type.as_string() != nullptr && !column.given) {
      column.type = *type.as_string();
      column.given = true;
      column.open = false;
      column.note.clear();
    }
    column.keeps_null_texts = std::find(keeping.begin(), keeping.end(), column.name) != keeping.end();
  }
}

void require_same_columns(const Sniffed& first, const Sniffed& other, const StagedFile& a,
                          const StagedFile& b) {
  const auto names = [](const Sniffed& sniffed) {
    std::vector<std::string> out;
    for (const SniffedColumn& column : sniffed.columns) out.push_back(lower(column.name));
    return out;
  };
  if (names(first) == names(other)) return;
  std::string detail;
  for (const auto* side : {&first, &other}) {
    detail += fmt::format("  {}:", side == &first ? a.name : b.name);
    for (const SniffedColumn& column : side->columns) detail += " " + column.name;
    detail += "\n";
  }
  throw error(Code::conflict, "'{}' does not have the columns of '{}'", b.name, a.name)
      .with_detail(detail)
      .with_hint("files that are read as one table need the same columns in the same order");
}

// ---- SQL
// --------------------------------------------------------------------------------------------------------

std::string text_list(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + table::literal(text);
  return out;
}

std::string one(char c) { return c == 0 ? std::string() : std::string(1, c); }

/// The null texts of a column that is not text, the empty one first.
std::vector<std::string> typed_nulls(const Sniffed& sniffed) {
  std::vector<std::string> nulls = {""};
  nulls.insert(nulls.end(), sniffed.nulls.begin(), sniffed.nulls.end());
  nulls.insert(nulls.end(), sniffed.typed_nulls.begin(), sniffed.typed_nulls.end());
  return nulls;
}

bool is_text(const std::string& type) {
  return type == "VARCHAR" || type == "TEXT" || type == "STRING" || type == "CHAR";
}

bool is_integer(const std::string& type) {
  static const std::set<std::string> types = {
      "BIGINT",   "INTEGER", "INT",  "SMALLINT", "TINYINT", "HUGEINT", "UBIGINT", "UINTEGER", "USMALLINT",
      "UTINYINT", "INT1",    "INT2", "INT4",     "INT8",    "SIGNED",  "LONG",    "SHORT",    "UHUGEINT"};
  return types.contains(type);
}

bool is_floating(const std::string& type) {
  static const std::set<std::string> types = {"DOUBLE", "FLOAT", "REAL", "FLOAT4", "FLOAT8"};
  return types.contains(type);
}

struct Conversion {
  std::string typed;   ///< of {0}
  std::string misfit;  ///< of {0} and {1}, for a source that is neither null nor a null text
  std::string maybe;   ///< the cheap test that comes before it
};

/// Casts that DuckDB makes too willingly are looked at again: '1.5', '0x1F', '1_000' and '007' are no
/// integers, a time of day is not dropped from a date, an offset not from a timestamp.
Conversion conversion(const std::string& type, const Notation& notation) {
  if (is_integer(type)) {
    return {.typed = fmt::format("TRY_CAST({{0}} AS {})", type),
            .misfit = "({1} IS NULL OR NOT regexp_full_match(trim({0}), '[+-]?(0|[1-9][0-9]*)'))",
            .maybe = "({1} IS NULL OR {1}::VARCHAR <> {0})"};
  }
  const bool comma = notation.decimal == ',';
  if (is_floating(type) || type.starts_with("DECIMAL") || type.starts_with("NUMERIC")) {
    const std::string number = comma ? "replace({0}, ',', '.')" : "{0}";
    const std::string cast = fmt::format("TRY_CAST({} AS {})", number, type);
    const std::string kept = is_floating(type) ? fmt::format("nullif({}, 'nan'::{})", cast, type) : cast;
    const std::string not_nan = is_floating(type) ? "lower(trim({0})) <> 'nan'" : "true";
    const std::string test = comma ? "({1} IS NULL OR contains({0}, '.'))" : "{1} IS NULL";
    return {.typed = kept, .misfit = not_nan, .maybe = test};
  }
  if (type == "DATE") {
    const std::string& format = notation.date_format;
    if (!format.empty()) {
      return {.typed = fmt::format("TRY_STRPTIME(trim({{0}}), {})::DATE", table::literal(format)),
              .misfit = "true",
              .maybe = "{1} IS NULL"};
    }
    return {.typed = "TRY_CAST({0} AS DATE)",
            .misfit = "({1} IS NULL OR strlen(trim({0})) > 10)",
            .maybe = "({1} IS NULL OR strlen({0}) > 10)"};
  }
  if (type == "TIMESTAMP" || type == "DATETIME") {
    return {.typed = fmt::format("TRY_CAST({{0}} AS {})", type),
            .misfit = "({1} IS NULL OR regexp_matches({0}, ':[0-9.]+ ?[+-][0-9:]+ *$'))",
            .maybe = "({1} IS NULL OR strlen({0}) > 19)"};
  }
  return {.typed = fmt::format("TRY_CAST({{0}} AS {})", type), .misfit = "true", .maybe = "{1} IS NULL"};
}

void plan_text(const Sniffed& sniffed, const SniffedColumn& from, ColumnPlan& plan) {
  std::vector<std::string> nulls = from.keeps_null_texts ? std::vector<std::string>() : sniffed.nulls;
  const std::string value = sniffed.trim ? "ltrim({0})" : "{0}";
  if (sniffed.trim) nulls.insert(nulls.begin(), "");
  plan.typed = nulls.empty() ? value
                             : fmt::format("CASE WHEN {} IN ({}) THEN NULL ELSE {} END", value,
                                           text_list(nulls), value);
}

ColumnPlan plan_column(const Sniffed& sniffed, std::size_t i) {
  const SniffedColumn& from = sniffed.columns[i];
  ColumnPlan plan{
      .column = {.name = from.name, .original = from.original, .type = from.type, .open = from.open},
      .given = from.given,
      .note = from.note,
      .source = fmt::format("c{}", i)};
  if (is_text(from.type)) {
    plan_text(sniffed, from, plan);
    return plan;
  }
  const Conversion how = conversion(from.type, sniffed.notation);
  plan.typed = how.typed;
  plan.misfit = fmt::format("{{0}} IS NOT NULL AND {} AND trim({{0}}) NOT IN ({}) AND {}", how.maybe,
                            text_list(typed_nulls(sniffed)), how.misfit);
  return plan;
}

json::Object read_of(const Sniffed& sniffed, Encoding encoding) {
  json::Array nulls(sniffed.nulls.begin(), sniffed.nulls.end());
  json::Object read{{"format", "csv"},
                    {"encoding", encoding_name(encoding)},
                    {"delimiter", one(sniffed.dialect.delimiter)},
                    {"quote", one(sniffed.dialect.quote)},
                    {"escape", one(sniffed.dialect.escape)},
                    {"header", sniffed.dialect.header},
                    {"decimal", one(sniffed.notation.decimal)},
                    {"dates", sniffed.notation.date_format},
                    {"trim", sniffed.trim},
                    {"null", std::move(nulls)},
                    {"typed_null", json::Array(sniffed.typed_nulls.begin(), sniffed.typed_nulls.end())}};
  json::Array keeping;
  for (const SniffedColumn& column : sniffed.columns) {
    if (column.keeps_null_texts) keeping.push_back(column.name);
  }
  read.set("keep_null", std::move(keeping));
  return read;
}

// ---- second thoughts
// --------------------------------------------------------------------------------------------

/// What else a column may be when values further on do not fit what the sample said.
std::vector<std::string> wider(const SniffedColumn& column) {
  if (column.open) return {"DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIME"};
  if (column.type == "BIGINT") return {"DOUBLE"};
  if (column.type == "DATE") return {"TIMESTAMP", "TIMESTAMP WITH TIME ZONE"};
  if (column.type == "TIMESTAMP") return {"TIMESTAMP WITH TIME ZONE"};
  return {};
}

struct Doubt {
  std::size_t column = 0;
  std::string type;              ///< The type under test.
  std::uint64_t misfits = 0;     ///< Values that do not fit it.
  std::uint64_t null_texts = 0;  ///< Of those, customary null texts.
  std::uint64_t codes = 0;  ///< Of those, digits that a number would change: leading zeros, too many of them.
  std::uint64_t values = 0;
};

/// An aggregate of every column: DuckDB 1.4 fails on a ragged row when the reader is asked for some columns
/// only.
std::string every_column(const Sniffed& sniffed) {
  std::string out;
  for (std::size_t i = 0; i < sniffed.columns.size(); ++i)
    out += fmt::format("{}count(c{})", i == 0 ? "" : ", ", i);
  return out;
}

/// Counts, in one pass over the data, how every inferred type and its wider ones fare.
std::vector<Doubt> examine(table::Engine& engine, const Staged& staged, const Sniffed& sniffed) {
  std::vector<Doubt> doubts;
  std::string sql;
  for (std::size_t i = 0; i < sniffed.columns.size(); ++i) {
    if (sniffed.columns[i].given || is_text(sniffed.columns[i].type)) continue;
    std::vector<std::string> types = wider(sniffed.columns[i]);
    types.insert(types.begin(), sniffed.columns[i].type);
    for (const std::string& type : types) {
      Sniffed other = sniffed;
      other.columns[i].type = type;
      const ColumnPlan plan = plan_column(other, i);
      const std::string misfit = fill(plan.misfit, plan.source, fill(plan.typed, plan.source));
      sql += fmt::format(
          "{0}count(*) FILTER ({1}), count(*) FILTER ({1} AND trim({2}) IN ({3})), "
          "count(*) FILTER ({1} AND regexp_full_match(trim({2}), '[+-]?(0[0-9]+|[0-9]{{19,}})')), count({2})",
          sql.empty() ? "SELECT " : ", ", misfit, plan.source, text_list(customary_nulls()));
      doubts.push_back({.column = i, .type = type});
    }
  }
  if (doubts.empty()) return doubts;
  const Columns counts = engine.query(
      fmt::format("{}, {} FROM {}", sql, every_column(sniffed), plan_csv(staged, sniffed).relation));
  for (std::size_t d = 0; d < doubts.size(); ++d) {
    const auto count = [&](std::size_t i) {
      return static_cast<std::uint64_t>(integer_at(counts, 4 * d + i));
    };
    doubts[d].misfits = count(0);
    doubts[d].null_texts = count(1);
    doubts[d].codes = count(2);
    doubts[d].values = count(3);
  }
  return doubts;
}

bool tolerable(std::uint64_t misfits, std::uint64_t values) {
  return static_cast<double>(misfits) <= tolerated_share * static_cast<double>(values);
}

/// The null texts that turn up among the misfits of a column.
void adopt_null_texts(table::Engine& engine, const Staged& staged, Sniffed& sniffed, std::size_t i) {
  const ColumnPlan plan = plan_column(sniffed, i);
  const Columns found = engine.query(fmt::format(
      "SELECT list_sort(list(DISTINCT trim({0})) FILTER (trim({0}) IN ({1}))), {2} FROM {3}", plan.source,
      text_list(customary_nulls()), every_column(sniffed), plan_csv(staged, sniffed).relation));
  const json::Value texts = cell(found.column(0), 0);
  for (const std::string& text : texts_in(texts)) {
    const auto known = typed_nulls(sniffed);
    if (std::find(known.begin(), known.end(), text) == known.end()) sniffed.typed_nulls.push_back(text);
  }
}

/// Mends what the sample got wrong; true when anything changed. Small shares of misfits stay: they are bad
/// rows.
bool think_again(table::Engine& engine, const Staged& staged, Sniffed& sniffed) {
  bool changed = false;
  const std::vector<Doubt> doubts = examine(engine, staged, sniffed);
  for (std::size_t d = 0; d < doubts.size();) {
    const std::size_t i = doubts[d].column;
    std::size_t end = d;
    while (end < doubts.size() && doubts[end].column == i) ++end;
    const bool null_texts = doubts[d].null_texts > 0 && !sniffed.nulls_given;
    const auto left = [&](const Doubt& doubt) { return doubt.misfits - (null_texts ? doubt.null_texts : 0); };
    if (null_texts) {
      adopt_null_texts(engine, staged, sniffed, i);
      changed = true;
    }
    std::size_t best = d;
    for (std::size_t k = d; k < end; ++k) {
      if (left(doubts[k]) < left(doubts[best])) best = k;
    }
    SniffedColumn& column = sniffed.columns[i];
    const std::string before = column.type;
    const bool code = before == "BIGINT" && doubts[d].codes > 0;
    column.type = code || !tolerable(left(doubts[best]), doubts[best].values) ? "VARCHAR" : doubts[best].type;
    if (column.open || code) {
      changed = true;
      column.open = false;
      column.note = code ? "leading zeros or more digits than a number keeps: kept as text" : "";
    } else if (column.type != before) {
      column.note = fmt::format("{} of {} values are no {}", count_text(left(doubts[d])),
                                count_text(doubts[d].values), before);
      changed = true;
    }
    d = end;
  }
  return changed;
}

/// Columns without a value in the sample that have some further on are doubted: as integers, to begin with.
bool doubt_open_columns(table::Engine& engine, const std::filesystem::path& parquet, Sniffed& sniffed) {
  std::string sql;
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < sniffed.columns.size(); ++i) {
    if (!sniffed.columns[i].open) continue;
    sql += fmt::format("{}count({})", open.empty() ? "SELECT " : ", ",
                       table::identifier(sniffed.columns[i].name));
    open.push_back(i);
  }
  if (open.empty()) return false;
  const Columns counts = engine.query(sql + " FROM read_parquet(" + table::literal(parquet.string()) + ")");
  bool found = false;
  for (std::size_t k = 0; k < open.size(); ++k) {
    if (integer_at(counts, k) == 0) continue;
    sniffed.columns[open[k]].type = "BIGINT";
    found = true;
  }
  return found;
}

std::uint64_t count_rejects(table::Engine& engine) {
  return static_cast<std::uint64_t>(
      integer_at(engine.query("SELECT count(*) FROM (SELECT DISTINCT file_id, line FROM reject_errors)"), 0));
}

}  // namespace

Sniffed decide_csv(const Staged& staged, const manifest::ReadOptions& wishes,
                   const std::optional<json::Object>& pinned) {
  const json::Value pins = pinned ? json::Value(*pinned) : json::Value();
  manifest::ReadOptions how = with_pins(wishes, pins);
  std::vector<std::string> more = further_stretches(staged.files.front());
  const auto look = [](const StagedFile& file, const manifest::ReadOptions& options,
                       const std::vector<std::string>& rest) {
    try {
      return sniff(read_head(file.path, head_bytes), file.size <= head_bytes, options, rest);
    } catch (const Error& e) {
      if (e.code() != Code::corrupt) throw;
      throw error(Code::corrupt, "'{}' has no record: {}", file.name, e.message());
    }
  };
  Sniffed first = look(staged.files.front(), how, more);
  if (staged.files.size() > 1) {
    manifest::ReadOptions same = how;
    same.delimiter = one(first.dialect.delimiter);
    same.quote = one(first.dialect.quote);
    same.header = first.dialect.header;
    for (std::size_t i = 1; i < staged.files.size(); ++i) {
      const StagedFile& file = staged.files[i];
      require_same_columns(first, look(file, same, {}), staged.files.front(), file);
      std::string text = read_head(file.path, stretch_bytes);
      const std::size_t body = first.dialect.header ? text.find('\n') + 1 : 0;
      const std::size_t last = text.rfind('\n');
      if (last != std::string::npos && last >= body) more.push_back(text.substr(body, last + 1 - body));
    }
    first = look(staged.files.front(), same, more);
  }
  apply_pins(first, wishes, pins);
  return first;
}

void refuse_ragged(const Staged& staged, const Sniffed& sniffed, const Limit& limit) {
  const std::uint64_t bad = sniffed.ragged.size();
  if (bad <= 100 || limit.allows(bad / 2, sniffed.rows)) return;
  std::vector<BadRow> first;
  for (std::size_t i = 0; i < 5; ++i) {
    first.push_back({.file = staged.files.front().name,
                     .line = sniffed.ragged[i],
                     .column = "",
                     .reason = fmt::format("not {}", count_of(sniffed.columns.size(), "field")),
                     .raw = ""});
  }
  enforce(limit, bad, sniffed.rows, first);
}

Plan plan_csv(const Staged& staged, const Sniffed& sniffed) {
  std::string files;
  for (const StagedFile& file : staged.files)
    files += (files.empty() ? "" : ", ") + table::literal(file.path.string());
  std::string columns;
  for (std::size_t i = 0; i < sniffed.columns.size(); ++i) {
    columns += fmt::format("{}'c{}': 'VARCHAR'", i == 0 ? "" : ", ", i);
  }
  const Dialect& dialect = sniffed.dialect;
  Plan plan;
  plan.relation = fmt::format(
      "read_csv([{}], auto_detect=false, columns={{{}}}, header={}, delim={}, quote={}, escape={}, "
      "nullstr='', "
      "store_rejects=true, max_line_size={}, buffer_size={})",
      files, columns, dialect.header, table::literal(one(dialect.delimiter)),
      table::literal(one(dialect.quote)), table::literal(one(dialect.escape)), max_line_bytes,
      2 * max_line_bytes);
  for (std::size_t i = 0; i < sniffed.columns.size(); ++i) plan.columns.push_back(plan_column(sniffed, i));
  plan.read = read_of(sniffed, staged.files.front().encoding);
  return plan;
}

LoadedTable load_csv(table::Engine& engine, store::Objects& objects, const Staged& staged, Sniffed sniffed,
                     const Limit& limit) {
  const auto attempt = [&] {
    engine.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans");
    return load(engine, objects, plan_csv(staged, sniffed));
  };
  Loaded loaded = attempt();
  const bool late_values = doubt_open_columns(engine, loaded.data.path(), sniffed);
  if ((loaded.misfits > 0 || late_values) && think_again(engine, staged, sniffed)) loaded = attempt();
  const std::uint64_t bad = loaded.misfits + count_rejects(engine);
  LoadedTable result{
      .data = std::move(loaded.data), .plan = plan_csv(staged, sniffed), .bad = bad, .bad_rows = {}};
  if (bad == 0) return result;
  const std::size_t most = limit.allows(bad, bad + count_rows(engine, result.data.path())) ? bad : 100;
  result.bad_rows = find_bad_rows(engine, staged, sniffed, result.plan, most);
  return result;
}

}  // namespace mlops::dataset
