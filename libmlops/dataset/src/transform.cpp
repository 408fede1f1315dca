#include "src/transform.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include "src/engine.hpp"
#include "src/loading.hpp"

namespace mlops::dataset {
namespace {

/// Of tables, the source's own is there, and it has to be read: other rows would not follow from what came.
void require_own_table(table::Engine& engine, const manifest::SourceSpec& source) {
  const std::vector<std::string> tables = engine.tables_of(source.transform);
  for (const std::string& name : tables) {
    if (lowered(name) == lowered(source.name)) continue;
    throw error(Code::not_found, "'transform' of '{}' reads '{}', which is not there", source.name, name)
        .with_hint("the table that came is called `{}`; others are joined afterwards", source.name);
  }
  if (!tables.empty()) return;
  throw error(Code::usage, "'transform' of '{}' does not read what came", source.name)
      .with_hint("the table that came is called `{}`: `SELECT * FROM {}`", source.name,
                 table::identifier(source.name));
}

std::string names_of(const std::vector<Column>& columns) {
  std::string out;
  for (const Column& column : columns) out += (out.empty() ? "" : ", ") + table::identifier(column.name);
  return out;
}

std::vector<Column> columns_in(table::Engine& engine, const std::filesystem::path& parquet) {
  std::vector<Column> columns;
  engine.stream(fmt::format("SELECT * FROM read_parquet({}) LIMIT 0", table::literal(parquet.string())),
                [&](const Columns& batch) {
                  for (const Field& field : batch.fields())
                    columns.push_back({.name = field.name, .original = field.name, .type = field.sql});
                  return false;
                });
  return columns;
}

}  // namespace

Transformed transform(store::Objects& objects, Workshop& shop, const manifest::SourceSpec& source,
                      const std::filesystem::path& parquet, const std::vector<Column>& came) {
  shop.progress.phase(fmt::format("transforming {}", source.name), 0, Unit::rows);
  Resources resources = shop.resources;
  resources.threads = 1;  // sums of floats and groups come out in one order
  const auto engine = open_engine(objects, shop.engines, resources, shop.cancel);
  Transformed out{.data = TemporaryFile(objects.temporary_path(".parquet")), .columns = {}};
  try {
    require_own_table(*engine, source);
    engine->execute(fmt::format("CREATE VIEW {} AS SELECT {} FROM read_parquet({})",
                                table::identifier(source.name), names_of(came),
                                table::literal(parquet.string())));
    // A comment at its end reaches to the line's.
    std::string select = source.transform;
    select.erase(select.find_last_not_of(" \t\r\n;") + 1);
    engine->execute(fmt::format("COPY ({}\n) TO {} {}", select, table::literal(out.data.path().string()),
                                parquet_options()));
    out.columns = columns_in(*engine, out.data.path());
  } catch (Error& e) {
    e.add_context(fmt::format("in 'transform' of {}", source.name));
    throw;
  }
  return out;
}

}  // namespace mlops::dataset
