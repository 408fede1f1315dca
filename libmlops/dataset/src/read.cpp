#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/crypto/random.hpp>
#include <mlops/dataset/kept.hpp>
#include <mlops/dataset/read.hpp>
#include <mlops/dataset/write.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <set>

#include <mlops/dataset/cells.hpp>
#include "src/engine.hpp"
#include "src/input.hpp"
#include "src/sql_types.hpp"
#include "src/unknown_column.hpp"

namespace mlops::dataset {
namespace {

constexpr std::uint64_t exact_rows = 10'000'000;

bool is_number(const std::string& type) { return is_integer(type) || is_floating(type) || is_decimal(type); }

bool is_listed(const std::string& type) { return type == "VARCHAR" || type == "BOOLEAN"; }

/// The columns of a version, with the masked ones replaced where they are not null.
std::string masked_columns(const Version& version) {
  std::string out;
  for (const Column& column : version.columns) {
    const std::string name = table::identifier(column.name);
    if (!out.empty()) out += ", ";
    out += column.pii ? fmt::format("CASE WHEN {} IS NULL THEN NULL ELSE '{}' END AS {}", name, mask, name)
                      : name;
  }
  return out;
}

std::vector<std::string> names_of(const Columns& batch) {
  std::vector<std::string> names;
  for (const Field& field : batch.fields()) names.push_back(field.name);
  return names;
}

/// A name that was there before gets a number, as in ingest: a reader of JSON keeps one value of each name.
std::vector<std::string> told_apart(std::vector<std::string> names) {
  std::set<std::string> taken;
  for (std::string& name : names) {
    const std::string base = name;
    for (int n = 2; !taken.insert(name).second; ++n) name = fmt::format("{}_{}", base, n);
  }
  return names;
}

std::vector<json::Value> row_of(const Columns& batch, std::size_t row) {
  std::vector<json::Value> values;
  for (std::size_t i = 0; i < batch.width(); ++i) values.push_back(cell(batch.column(i), row));
  return values;
}

Rows rows_of(const Columns& table) {
  Rows out{.columns = names_of(table), .rows = {}};
  for (std::size_t row = 0; row < table.rows(); ++row) out.rows.push_back(row_of(table, row));
  return out;
}

std::optional<double> number(const Columns& table, std::size_t column) {
  const json::Value value = cell(table.column(column), 0);
  if (value.is_null()) return std::nullopt;
  return value.number_or(0);
}

}  // namespace

std::optional<std::string> format_of_name(const std::filesystem::path& file) {
  const std::string ending = lowered(file.extension().string());
  for (const char* format : {"csv", "json", "jsonl", "parquet"}) {
    if (ending == std::string(".") + format) return format;
  }
  if (ending == ".ndjson") return "jsonl";
  if (ending == ".pq") return "parquet";
  return std::nullopt;
}

Reader::Reader(const TablePlace& place) : place_(place) {}

Reader::~Reader() = default;

table::Engine& Reader::engine() {
  if (!engine_)
    engine_ = open_engine(place_.store.objects(), place_.engines, place_.resources, place_.cancel);
  return *engine_;
}

std::string Reader::relation(const Version& version) {
  return fmt::format("read_parquet({})", table::literal(table_file(place_, version).string()));
}

Rows Reader::head(const Version& version, std::uint64_t count) {
  return rows_of(engine().query(
      fmt::format("SELECT {} FROM {} LIMIT {}", masked_columns(version), relation(version), count)));
}

Columns Reader::columns(const Version& version, const std::vector<std::string>& names) {
  std::string list = names.empty() ? "*" : "";
  for (const std::string& name : names) {
    if (version.find(name) == nullptr) {
      fail_unknown_column(fmt::format("{} has no column '{}'", version.address(), name), name,
                          version.columns, [](const Column& column) { return column.name; });
    }
    list += (list.empty() ? "" : ", ") + table::identifier(name);
  }
  std::vector<Columns> batches;
  engine().stream(fmt::format("SELECT {} FROM {}", list, relation(version)), [&](const Columns& batch) {
    batches.push_back(batch);
    return true;
  });
  return concatenate(batches);
}

Rows Reader::quarantine(const Version& version, std::uint64_t count) {
  if (!version.quarantine.data) return {{"file", "line", "column_name", "reason", "raw"}, {}};
  const std::string file = table::literal(place_.store.objects().file(*version.quarantine.data).string());
  // A reason may quote the value, and what JSON's reader says quotes what it has read.
  const std::string masked = fmt::format(
      "file, line, column_name, CASE WHEN column_name IS NOT NULL THEN {0} WHEN reason LIKE 'not valid "
      "JSON%' "
      "THEN 'not valid JSON' ELSE reason END AS reason, {1} AS raw",
      table::literal(masked_reason), table::literal(mask));
  const std::string shown = version.has_pii() ? masked : "*";
  return rows_of(engine().query(fmt::format("SELECT {} FROM read_parquet({}) LIMIT {}", shown, file, count)));
}

void Reader::query(const std::string& sql,
                   const std::function<bool(const std::vector<std::string>& columns,
                                            const std::vector<json::Value>& row)>& take) {
  std::vector<std::filesystem::path> readable;
  for (const std::string& name : engine().tables_of(sql)) {
    const Version version = resolve(place_.store, name);
    readable.push_back(table_file(place_, version));
    engine().execute(fmt::format("CREATE VIEW {} AS SELECT {} FROM {}", table::identifier(name),
                                 masked_columns(version), relation(version)));
  }
  engine().confine(readable);
  std::vector<std::string> names;
  engine().stream(sql, [&](const Columns& batch) {
    if (names.empty()) names = told_apart(names_of(batch));
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      if (!take(names, row_of(batch, row))) return false;
    }
    return true;
  });
}

std::vector<Reader::ColumnProfile> Reader::profile(const Version& version) {
  std::vector<ColumnProfile> profiles;
  const bool exact = version.rows <= exact_rows;
  for (const Column& column : version.columns) {
    ColumnProfile profile{.name = column.name, .type = column.type, .masked = column.pii};
    const std::string name = table::identifier(column.name);
    const bool nested = is_nested(column.type);
    const bool numeric = is_number(column.type);
    std::string sql = fmt::format("SELECT count(*) - count({}), ", name);
    sql +=
        fmt::format("{}({})", exact ? "count" : "approx_count_distinct", (exact ? "DISTINCT " : "") + name);
    if (!nested) sql += fmt::format(", min({0}), max({0})", name);
    if (numeric) {
      const std::string quantile = exact ? "quantile_cont" : "approx_quantile";
      // An infinite value has no mean with a finite one: it is left out of the moments.
      sql += fmt::format(
          ", avg({0}) FILTER (isfinite({0}::DOUBLE)), stddev_samp({0}) FILTER (isfinite({0}::DOUBLE))", name);
      for (const char* p : {"0.25", "0.5", "0.75"})
        sql += fmt::format(", {}({}::DOUBLE, {})", quantile, name, p);
    }
    const Columns found = engine().query(fmt::format("{} FROM {}", sql, relation(version)));
    profile.nulls = static_cast<std::uint64_t>(integer_at(found, 0));
    profile.distinct = static_cast<std::uint64_t>(integer_at(found, 1));
    if (!column.pii && !nested) {
      profile.min = cell(found.column(2), 0);
      profile.max = cell(found.column(3), 0);
    }
    if (!column.pii && numeric) {
      profile.mean = number(found, 4);
      profile.deviation = number(found, 5);
      profile.q25 = number(found, 6);
      profile.median = number(found, 7);
      profile.q75 = number(found, 8);
    }
    if (!column.pii && is_listed(column.type)) {
      const Columns top = engine().query(fmt::format(
          "SELECT {0}, count(*) FROM {1} WHERE {0} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3", name,
          relation(version)));
      for (std::size_t row = 0; row < top.rows(); ++row) {
        profile.top.emplace_back(cell(top.column(0), row),
                                 static_cast<std::uint64_t>(cell(top.column(1), row).int_or(0)));
      }
    }
    profiles.push_back(std::move(profile));
  }
  return profiles;
}

void Reader::write(const Version& version, const std::string& format,
                   const std::function<void(std::string_view bytes)>& out) {
  const TemporaryFile file(scratch_path(place_.store.objects(), "." + format));
  copy_to(version, format, file.path());
  std::ifstream in(file.path(), std::ios::binary);
  std::string block(1 << 20, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())), in.gcount() > 0) {
    if (place_.cancel != nullptr) place_.cancel->check();
    out({block.data(), static_cast<std::size_t>(in.gcount())});
  }
}

void Reader::write_file(const Version& version, const std::string& format,
                        const std::filesystem::path& file) {
  if (std::filesystem::is_directory(file)) throw error(Code::usage, "'{}' is a folder", file.string());
  if (std::filesystem::exists(file) && !std::filesystem::is_regular_file(file))
    return write_into(version, format, file);
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  if (!std::filesystem::is_directory(folder)) throw error(Code::not_found, "no folder '{}'", folder.string());
  // In the same folder, so that it can take the name in one step.
  TemporaryFile written(folder / fmt::format(".{}.{}", file.filename().string(), crypto::random_hex(4)));
  copy_to(version, format, written.path());
  std::filesystem::rename(written.path(), file);
  written.release();
}

/// A device or a pipe is written into; a rename would put a file in its place.
void Reader::write_into(const Version& version, const std::string& format,
                        const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  write(version, format, [&](std::string_view bytes) {
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) throw system_error(errno, fmt::format("cannot write '{}'", file.string()));
  });
}

void Reader::copy_to(const Version& version, const std::string& format, const std::filesystem::path& file) {
  write_rows(engine(), table_file(place_, version), nullptr, format, file);
}

}  // namespace mlops::dataset
