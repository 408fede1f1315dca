#include "src/structured.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <fstream>

#include <mlops/dataset/cells.hpp>
#include "src/csv.hpp"
#include "src/json_file.hpp"
#include "src/json_lines.hpp"
#include "src/sql_types.hpp"
#include "src/unknown_column.hpp"

namespace mlops::dataset {
namespace {

/// The engine takes hours over thousands of levels.
void refuse_deep(const StagedFile& file, bool lines) {
  constexpr int most = 100;
  std::ifstream in(file.path, std::ios::binary);
  std::string block(1 << 20, '\0');
  int depth = 0;
  bool text = false;
  bool escaped = false;
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())), in.gcount() > 0) {
    for (const char c : std::string_view(block).substr(0, static_cast<std::size_t>(in.gcount()))) {
      if (escaped) escaped = false;
      else if (text && c == '\\') escaped = true;
      else if (c == '"') text = !text;
      else if (text && c == '\n') text = false;  // no JSON text goes over a line end: a broken line ends here
      else if (!text && (c == '{' || c == '[')) ++depth;
      else if (!text && (c == '}' || c == ']')) --depth;
      else if (c == '\n' && lines) depth = 0;
      if (depth <= most) continue;
      throw error(Code::corrupt, "'{}' is nested more than {} levels deep", file.name, most);
    }
  }
}

bool names_a_file(const Error& fault, const Staged& staged) {
  return std::any_of(staged.files.begin(), staged.files.end(), [&](const StagedFile& file) {
    return fault.message().find(file.path.string()) != std::string::npos;
  });
}

/// What fails over damaged Parquet tells neither the file nor that it is to blame. It is when reading it and
/// nothing else fails too.
[[noreturn]] void refuse_damaged(table::Engine& engine, const Staged& staged, const Error& fault) {
  const auto may_be_damage = [](const Error& e) {
    return (e.code() == Code::failed || e.code() == Code::corrupt) && e.hint().empty();
  };
  if (staged.format != Format::parquet || !may_be_damage(fault) || names_a_file(fault, staged)) throw fault;
  for (const StagedFile& file : staged.files) {
    try {
      engine.execute(fmt::format("SELECT max(hash(COLUMNS(*))) FROM read_parquet({})",
                                 table::literal(file.path.string())));
    } catch (const Error& e) {
      if (!may_be_damage(e)) throw;
      throw error(Code::corrupt, "'{}' cannot be read as Parquet: {}", file.name, e.message());
    }
  }
  throw fault;
}

/// What `read` gives; damaged files are named.
template <typename Read>
auto reading(table::Engine& engine, const Staged& staged, Read read) {
  try {
    return read();
  } catch (const Error& fault) {
    if (staged.format == Format::json && fault.message().find("non-record JSON") != std::string::npos) {
      refuse_other_values(staged);
    }
    refuse_damaged(engine, staged, fault);
  }
}

/// Times of day that are "adjusted to UTC", as Arrow writes all of them, are times of day: there is no other
/// zone.
std::string parquet_relation(table::Engine& engine, const Staged& staged) {
  const std::string relation = fmt::format("read_parquet({})", file_list(staged.files));
  const Columns found = engine.query(fmt::format(
      "SELECT column_name FROM (DESCRIBE SELECT * FROM {}) WHERE column_type = 'TIME WITH TIME ZONE'",
      relation));
  std::string casts;
  for (std::size_t row = 0; row < found.rows(); ++row) {
    const std::string name = table::identifier(found.column(0).text(row));
    casts += fmt::format("{}CAST({} AS TIME) AS {}", casts.empty() ? "" : ", ", name, name);
  }
  return casts.empty() ? relation : fmt::format("(SELECT * REPLACE ({}) FROM {})", casts, relation);
}

/// A value as one of another type; null where it is none.
std::string cast(const std::string& source, const std::string& type) {
  const std::string plain = fmt::format("TRY_CAST({} AS {})", source, type);
  return type == "DATE" ? fmt::format("coalesce({}, {})", plain, date_of_name(source + "::VARCHAR")) : plain;
}

/// A text column, and what it may be instead.
struct Guise {
  std::size_t column = 0;
  std::string type;
  std::string value;    ///< As an SQL expression; null where a text is none.
  std::string pattern;  ///< Of the texts that are meant.
};

/// The guises that every value of their column in `rows` has; a column needs a value.
std::vector<Guise> holding(table::Engine& engine, const Plan& plan, const std::vector<Guise>& guises,
                           const std::string& rows) {
  std::vector<Guise> out;
  if (guises.empty()) return out;
  std::string sql;
  for (const Guise& guise : guises) {
    sql += fmt::format(
        "{}coalesce(bool_and(regexp_full_match({}, {}) AND {} IS NOT NULL) FILTER ({} IS NOT NULL), false)",
        sql.empty() ? "SELECT " : ", ", plan.columns[guise.column].source, table::literal(guise.pattern),
        guise.value, plan.columns[guise.column].source);
  }
  const Columns found = engine.query(sql + " FROM " + rows);
  for (std::size_t i = 0; i < guises.size(); ++i) {
    if (found.column(i).boolean(0)) out.push_back(guises[i]);
  }
  return out;
}

void convert(Plan& plan, std::size_t i, const std::string& wanted) {
  ColumnPlan& column = plan.columns[i];
  column.given = true;
  if (column.column.type == wanted) return;
  const std::string type = scalar_type(wanted, column.column.name);
  if (column.column.type == type) return;
  column.column.type = type;
  column.typed = cast(column.source, type);
  column.misfit = fmt::format("{} IS NOT NULL AND {} IS NULL", aliases(i).source, aliases(i).value);
}

/// Scalars take the pinned type; that nested types are the pinned ones is checked with the rest of the
/// schema.
void apply_pins(Plan& plan, const json::Object& pinned) {
  const json::Value entry(pinned);
  const auto types = texts_by_name(entry["columns"]);
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    const Column& column = plan.columns[i].column;
    const auto type = types.find(column.name);
    if (type == types.end() || plan.columns[i].given || is_nested(*type->second) || is_nested(column.type))
      continue;
    convert(plan, i, *type->second);
  }
}

/// Rows of JSON or Parquet in which a value does not fit its wished or pinned type.
void find_misfits(table::Engine& engine, const Plan& plan, const Staged& staged, std::size_t most,
                  std::vector<BadRow>& rows) {
  std::string any;
  for (const ColumnPlan& column : plan.columns) {
    if (!column.misfit.empty()) any += fmt::format("{}({})", any.empty() ? "" : " OR ", column.misfit);
  }
  if (any.empty()) return;
  const std::string line = plan.line.empty() ? "NULL::BIGINT" : plan.line;
  const std::string sql = fmt::format("SELECT * FROM (SELECT {}, {} AS line FROM {}) WHERE {} LIMIT {}",
                                      aliased_columns(plan), line, plan.relation, any, most);
  engine.stream(sql, [&](const Columns& batch) {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      BadRow bad{.file = staged.files.front().name};
      const std::int64_t number = cell(batch.column(2 * plan.columns.size()), row).int_or(0);
      if (number > 0) bad.line = static_cast<std::uint64_t>(number);
      json::Object raw;
      for (std::size_t i = 0; i < plan.columns.size(); ++i) {
        const Column& column = plan.columns[i].column;
        const json::Value source = cell(batch.column(2 * i + 1), row);
        raw.set(column.name, source);
        if (plan.columns[i].misfit.empty() || source.is_null() || batch.column(2 * i).valid(row)) continue;
        if (bad.column.empty()) bad.column = column.name;
        bad.reason +=
            fmt::format("{}{} is no {}", bad.reason.empty() ? "" : "; ", json::dump(source), column.type);
      }
      bad.raw = json::dump(raw);
      rows.push_back(std::move(bad));
    }
    return true;
  });
}

}  // namespace

void find_dates(table::Engine& engine, Plan& plan) {
  const std::string date = R"(\d{4}-\d\d-\d\d)";
  const std::string time = R"([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)";
  std::vector<Guise> guises;
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    const ColumnPlan& column = plan.columns[i];
    if (column.given || column.column.type != "VARCHAR" || column.typed != column.source) continue;
    const auto add = [&](const std::string& type, const std::string& pattern) {
      guises.push_back({i, type, cast(column.source, type), pattern});
    };
    add("DATE", fmt::format("{}|{}", date, named_dates));
    add("TIMESTAMP", date + time);
    add("TIMESTAMP WITH TIME ZONE", date + time + R"( ?(Z|[+-]\d\d(:?\d\d)?))");
  }
  // A look at the beginning spares most columns the look at all of it.
  guises = holding(engine, plan, guises, fmt::format("(SELECT * FROM {} LIMIT 1000)", plan.relation));
  for (const Guise& guise : holding(engine, plan, guises, plan.relation)) {
    plan.columns[guise.column].column.type = guise.type;
    plan.columns[guise.column].typed = guise.value;
  }
}

void apply_wishes(Plan& plan, const manifest::ReadOptions& wishes) {
  for (const auto& [name, type] : wishes.types) {
    const auto found =
        std::find_if(plan.columns.begin(), plan.columns.end(),
                     [&name = name](const ColumnPlan& c) { return lowered(c.column.name) == lowered(name); });
    if (found == plan.columns.end()) {
      fail_unknown_column(fmt::format("a type is given for the column '{}', which is not there", name), name,
                          plan.columns, [](const auto& c) { return c.column.name; });
    }
    convert(plan, static_cast<std::size_t>(found - plan.columns.begin()), type);
  }
}

Plan plan_structured(table::Engine& engine, store::Objects& objects, Staged& staged,
                     const manifest::ReadOptions& wishes, const std::optional<json::Object>& pinned) {
  Plan plan;
  for (const StagedFile& file : staged.files) {
    if (staged.format != Format::parquet) refuse_deep(file, staged.format == Format::jsonl);
  }
  if (staged.format == Format::jsonl) {
    for (StagedFile& file : staged.files) {
      if (file.ill_formed || file.mixes_line_ends) clean_lines(objects, file);
    }
    plan.relation = line_relation(engine, staged);
  } else if (staged.format == Format::json) {
    plan.relation = reading(engine, staged, [&] { return json_relation(engine, staged); });
  } else {
    plan.relation = reading(engine, staged, [&] { return parquet_relation(engine, staged); });
  }
  for (Column& column : reading(engine, staged, [&] { return describe(engine, plan.relation); })) {
    ColumnPlan one{.column = std::move(column), .source = "", .typed = "", .misfit = ""};
    one.source = table::identifier(one.column.name);
    one.typed = one.source;
    if (one.column.type == "JSON") {
      one.column.type = "VARCHAR";
      one.typed = fmt::format("json_extract_string({}, '$')", one.source);
      one.note = "values of several kinds: kept as text";
    }
    plan.columns.push_back(std::move(one));
  }
  if (staged.format != Format::parquet) find_dates(engine, plan);
  apply_wishes(plan, wishes);
  if (pinned) apply_pins(plan, *pinned);
  plan.read = json::Object{{"format", format_name(staged.format)},
                           {"encoding", encoding_name(staged.files.front().encoding)}};
  return plan;
}

LoadedTable load_structured(table::Engine& engine, store::Objects& objects, const Staged& staged, Plan plan,
                            const Limit& limit) {
  Loaded loaded = reading(engine, staged, [&] { return load(engine, objects, plan); });
  const std::uint64_t bad_lines = staged.format == Format::jsonl ? count_bad_lines(engine, staged) : 0;
  LoadedTable result{.data = std::move(loaded.data),
                     .plan = std::move(plan),
                     .bad = loaded.misfits + bad_lines,
                     .bad_rows = {}};
  if (result.bad == 0) return result;
  const std::size_t most =
      limit.allows(result.bad, result.bad + count_rows(engine, result.data.path())) ? result.bad : 100;
  if (bad_lines > 0) find_bad_lines(engine, staged, most, result.bad_rows);
  if (loaded.misfits > 0) find_misfits(engine, result.plan, staged, most, result.bad_rows);
  return result;
}

}  // namespace mlops::dataset
