#include <mlops/dataset/write.hpp>

#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/table/engine.hpp>

#include <fmt/core.h>

#include <optional>

#include "src/sql_types.hpp"

namespace mlops::dataset {
namespace {

std::string relation_beside(const std::filesystem::path& parquet, const RowsBeside* beside) {
  std::string rows = fmt::format("read_parquet({})", table::literal(parquet.string()));
  if (beside == nullptr) return rows;
  std::string types;
  for (const auto& [name, type] : beside->columns) {
    types += fmt::format("{}{}: {}", types.empty() ? "" : ", ", table::literal(name), table::literal(type));
  }
  // Both sides are read in their order, row by row.
  return fmt::format(
      "{} POSITIONAL JOIN read_csv({}, auto_detect=false, columns={{{}}}, header=false, delim=',', "
      "quote='\"', escape='\"', nullstr='', allow_quoted_nulls=false)",
      rows, table::literal(beside->csv.string()), types);
}

std::vector<Field> fields_of_relation(table::Engine& engine, const std::string& relation) {
  std::vector<Field> fields;
  engine.stream(fmt::format("SELECT * FROM {} LIMIT 0", relation), [&](const Columns& batch) {
    fields = batch.fields();
    return false;
  });
  return fields;
}

/// Nested values as JSON text, for a format that has none.
std::string flat_value(const std::string& name, const std::string& type) {
  return is_nested(type) ? fmt::format("to_json({0})::VARCHAR AS {0}", name) : name;
}

/// JSON has no number for what is not finite: the texts that queries answer with, too.
std::string json_number(const std::string& name, const std::string& type) {
  if (type != "DOUBLE" && type != "FLOAT") return name;
  return fmt::format(
      "CASE WHEN {0} IS NULL OR isfinite({0}) THEN to_json({0}) WHEN isnan({0}) THEN to_json('NaN') WHEN {0} "
      "> 0 THEN to_json('Infinity') ELSE to_json('-Infinity') END AS {0}",
      name);
}

using ColumnCast = std::string (*)(const std::string& name, const std::string& type);

struct Form {
  std::string options;
  ColumnCast spelled = nullptr;  ///< Of each column; null: as it is.
};

Form form_of(const std::string& format) {
  if (format == "csv") return {"FORMAT csv, HEADER", flat_value};
  if (format == "json") return {"FORMAT json, ARRAY true", json_number};
  if (format == "jsonl") return {"FORMAT json", json_number};
  if (format == "parquet") return {"FORMAT parquet, COMPRESSION zstd"};
  throw error(Code::usage, "unknown format '{}': csv, json, jsonl or parquet is wanted", format);
}

std::string columns_as(table::Engine& engine, const std::string& relation, ColumnCast spelled) {
  if (spelled == nullptr) return "*";
  std::string out;
  for (const Field& field : fields_of_relation(engine, relation))
    out += (out.empty() ? "" : ", ") + spelled(table::identifier(field.name), field.sql);
  return out;
}

}  // namespace

void write_rows(table::Engine& engine, const std::filesystem::path& parquet, const RowsBeside* beside,
                const std::string& format, const std::filesystem::path& file) {
  const Form form = form_of(format);
  const std::string relation = relation_beside(parquet, beside);
  const std::string columns = columns_as(engine, relation, form.spelled);
  // Open while the engine writes: on NFS a full disk is told when the file is closed, which the engine does
  // not hear, and then to those who had it open.
  std::error_code fault;
  const bool plain = !std::filesystem::exists(file, fault) || std::filesystem::is_regular_file(file, fault);
  auto held = plain ? std::optional<fs::File>(std::in_place, file, fs::File::Mode::append) : std::nullopt;
  engine.execute(fmt::format("COPY (SELECT {} FROM {}) TO {} ({}, USE_TMP_FILE false)", columns, relation,
                             table::literal(file.string()), form.options));
  if (held) held->sync();
}

void each_row(table::Engine& engine, const std::filesystem::path& parquet, const RowsBeside* beside,
              const std::function<bool(const Columns& batch)>& take) {
  engine.stream(fmt::format("SELECT * FROM {}", relation_beside(parquet, beside)), take);
}

}  // namespace mlops::dataset
