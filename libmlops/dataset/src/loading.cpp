#include "src/loading.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/json/value.hpp>

#include <charconv>
#include <fstream>

#include <mlops/dataset/cells.hpp>

namespace mlops::dataset {
namespace {

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += separator;
    out += part;
  }
  return out;
}

/// Counts the rows that it turns down: DuckDB evaluates the THEN branch for those rows only, and a sequence
/// keeps the count. So one pass over the data both writes the good rows and tells whether there is another
/// pass to make.
std::string guard(const std::vector<std::string>& misfits) {
  if (misfits.empty()) return "";
  return fmt::format(" WHERE CASE WHEN ({}) THEN nextval('misfits') < 0 ELSE true END",
                     joined(misfits, ") OR ("));
}

}  // namespace

void throw_named(const Error& fault, const Staged& staged) {
  std::string message = fault.message();
  bool engine_says = false;
  for (const StagedFile& file : staged.files) {
    const std::size_t at = message.find(file.path.string());
    if (at == std::string::npos) continue;
    message.replace(at, file.path.string().size(), file.name);
    engine_says = true;
  }
  if (!engine_says) throw fault;
  throw Error(fault.code() == Code::failed ? Code::corrupt : fault.code(), message);
}

Aliases aliases(std::size_t column) { return {fmt::format("s{}", column), fmt::format("v{}", column)}; }

std::vector<Column> describe(table::Engine& engine, const std::string& relation) {
  std::vector<Column> columns;
  engine.stream(fmt::format("SELECT * FROM {} LIMIT 0", relation), [&](const Columns& batch) {
    for (const Field& field : batch.fields())
      columns.push_back({.name = field.name, .original = field.name, .type = field.sql});
    return false;
  });
  return columns;
}

std::string file_list(const std::vector<StagedFile>& files) {
  std::vector<std::string> paths;
  for (const StagedFile& file : files) paths.push_back(file.path.string());
  return table::literal_list(paths);
}

std::string text_list(const std::vector<std::string>& texts) {
  std::vector<std::string> literals;
  for (const std::string& text : texts) literals.push_back(table::literal(text));
  return joined(literals, ", ");
}

std::string aliased_columns(const Plan& plan) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    const ColumnPlan& column = plan.columns[i];
    const Aliases names = aliases(i);
    out.push_back(fmt::format("{} AS {}, {} AS {}", column.typed, names.value, column.source, names.source));
  }
  return joined(out, ", ");
}

std::string parquet_options() {
  return "(FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 1)";
}

std::string parquet_options_in_place() {
  const std::string all = parquet_options();
  return all.substr(1, all.size() - 2) + ", USE_TMP_FILE false";
}

Loaded load(table::Engine& engine, store::Objects& objects, const Plan& plan) {
  std::vector<std::string> kept;
  std::vector<std::string> misfits;
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    const ColumnPlan& column = plan.columns[i];
    kept.push_back(fmt::format("{} AS {}", aliases(i).value, table::identifier(column.column.name)));
    if (!column.misfit.empty()) misfits.push_back(column.misfit);
  }
  Loaded loaded{.data = TemporaryFile(objects.temporary_path(".parquet"))};
  engine.execute("DROP SEQUENCE IF EXISTS misfits; CREATE SEQUENCE misfits");
  engine.execute(fmt::format("COPY (SELECT {} FROM (SELECT {} FROM {}){}) TO {} {}", joined(kept, ", "),
                             aliased_columns(plan), plan.relation, guard(misfits),
                             table::literal(loaded.data.path().string()), parquet_options()));
  const Columns count = engine.query(
      "SELECT coalesce(last_value, 0)::BIGINT FROM duckdb_sequences() WHERE sequence_name = 'misfits'");
  loaded.misfits = static_cast<std::uint64_t>(integer_at(count, 0));
  return loaded;
}

void fail_unwritten(const std::filesystem::path& parquet, const Error& fault) {
  if (fault.code() != Code::corrupt) throw fault;
  throw error(Code::busy, "cannot write '{}': it could not be read back ({})", parquet.native(),
              fault.message())
      .with_hint("the disk is full, a quota is reached, or the disk is broken");
}

std::uint64_t count_rows(table::Engine& engine, const std::filesystem::path& parquet) {
  const std::string file = table::literal(parquet.string());
  try {
    return static_cast<std::uint64_t>(
        integer_at(engine.query(fmt::format("SELECT count(*) FROM read_parquet({})", file)), 0));
  } catch (const Error& e) {
    fail_unwritten(parquet, e);
  }
}

TemporaryFile write_quarantine(table::Engine& engine, store::Objects& objects,
                               const std::vector<BadRow>& rows) {
  TemporaryFile lines(objects.temporary_path(".jsonl"));
  {
    std::ofstream out(lines.path(), std::ios::binary);
    for (const BadRow& row : rows) {
      out << json::dump(
                 json::Object{{"file", row.file},
                              {"line", row.line == 0 ? json::Value() : json::Value(row.line)},
                              {"column_name", row.column.empty() ? json::Value() : json::Value(row.column)},
                              {"reason", row.reason},
                              {"raw", row.raw}})
          << '\n';
    }
    out.close();
    if (!out) throw system_error(errno, fmt::format("cannot write '{}'", lines.path().string()));
  }
  TemporaryFile file(objects.temporary_path(".parquet"));
  engine.execute(fmt::format(
      "COPY (SELECT * FROM read_json({}, format='newline_delimited', maximum_object_size=67108864, "
      "columns={{file: "
      "'VARCHAR', line: 'BIGINT', column_name: 'VARCHAR', reason: 'VARCHAR', raw: 'VARCHAR'}})) TO {} {}",
      table::literal(lines.path().string()), table::literal(file.path().string()), parquet_options()));
  return file;
}

bool Limit::allows(std::uint64_t bad, std::uint64_t rows) const {
  if (bad <= count) return true;
  return share >= 0 && static_cast<double>(bad) <= share * static_cast<double>(rows);
}

Limit limit_of(const manifest::ReadOptions& wishes) {
  if (!wishes.quarantine) return {.text = "1% or 10 rows", .share = 0.01, .count = 10};
  const std::string& text = *wishes.quarantine;
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const bool percent = unit == "%" && value <= 100;
  const bool count = unit.empty() && value == static_cast<double>(static_cast<std::uint64_t>(value));
  if (fault != std::errc() || value < 0 || (!percent && !count)) {
    throw error(Code::usage, "the quarantine limit '{}' is neither a count nor a share", text)
        .with_hint("`100` (rows) or `1%` (of the rows) is wanted");
  }
  if (percent) return {.text = text, .share = value / 100, .count = 0};
  return {.text = text, .share = -1, .count = static_cast<std::uint64_t>(value)};
}

void enforce(const Limit& limit, std::uint64_t bad, std::uint64_t rows, const std::vector<BadRow>& first) {
  if (limit.allows(bad, rows) && (bad == 0 || bad < rows)) return;
  std::string detail;
  for (std::size_t i = 0; i < first.size() && i < 5; ++i) {
    const BadRow& row = first[i];
    detail += fmt::format("  {}:{}: {}{}\n", row.file, row.line, row.column.empty() ? "" : row.column + ": ",
                          row.reason);
  }
  throw error(Code::negative, "{} of {} {} bad; {} allowed", count_text(bad), count_of(rows, "row"),
              bad == 1 ? "is" : "are", limit.text == "0" ? "none is" : limit.text + " is")
      .with_id("ingest.too_many_bad_rows")
      .with_detail(detail)
      .with_hint(
          "mend the data, say how to read them (`mlops help ingest`), or allow more with `--quarantine 5%`");
}

}  // namespace mlops::dataset
