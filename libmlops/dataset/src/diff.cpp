#include <mlops/dataset/diff.hpp>

#include <mlops/base/error.hpp>
#include <mlops/dataset/cells.hpp>
#include <mlops/dataset/kept.hpp>

#include <algorithm>
#include <thread>

#include "src/diff_rows.hpp"
#include "src/unknown_column.hpp"

namespace mlops::dataset {
namespace {

/// Moves the columns of the key out of `shared`, in the order in which they were named.
std::vector<SharedColumn> take_key(std::vector<SharedColumn>& shared, const TableSide& before,
                                   const TableSide& after, const std::vector<std::string>& names) {
  std::vector<SharedColumn> key;
  const auto called = [](const std::string& name) {
    return [&name](const auto& column) { return column.name == name; };
  };
  for (const std::string& name : names) {
    const auto found = std::find_if(shared.begin(), shared.end(), called(name));
    if (found != shared.end()) {
      key.push_back(std::move(*found));
      shared.erase(found);
      continue;
    }
    if (std::any_of(key.begin(), key.end(), called(name)))
      throw error(Code::usage, "'{}' is named twice in the key", name);
    const bool in_before = std::any_of(before.columns.begin(), before.columns.end(), called(name));
    fail_unknown_column(fmt::format("{} has no column '{}'", (in_before ? after : before).name, name), name,
                        in_before ? after.columns : before.columns,
                        [](const Column& column) { return column.name; });
  }
  return key;
}

/// What each thread of the engine holds of a group or a join that is spilled (measured: 240 to 500 MB); with
/// more threads than that there would be no room, however much is spilled.
constexpr std::uint64_t bytes_of_thread = 600'000'000;

Resources with_room(Resources resources) {
  if (resources.memory_bytes == 0) return resources;
  const auto most =
      static_cast<unsigned>(std::max<std::uint64_t>(1, resources.memory_bytes / bytes_of_thread));
  if (resources.threads == 0) resources.threads = std::max(1U, std::thread::hardware_concurrency());
  resources.threads = std::min(resources.threads, most);
  return resources;
}

}  // namespace

std::string_view name_of(TableDiff::ColumnState state) {
  switch (state) {
    case TableDiff::ColumnState::added:
      return "added";
    case TableDiff::ColumnState::removed:
      return "removed";
    case TableDiff::ColumnState::retyped:
      return "retyped";
    case TableDiff::ColumnState::moved:
      return "moved";
  }
  return "";
}

std::string_view name_of(TableDiff::RowState state) {
  switch (state) {
    case TableDiff::RowState::added:
      return "added";
    case TableDiff::RowState::removed:
      return "removed";
    case TableDiff::RowState::changed:
      return "changed";
  }
  return "";
}

TableSide side_of(const TablePlace& place, const Version& version) {
  return {.name = fmt::format("{}@v{}", version.address(), version.number),
          .parquet = [place, version] { return table_file(place, version); },
          .columns = version.columns,
          .rows = version.rows,
          .table = version.table,
          .blobs = version.blobs};
}

TableSide side_of(const OpenFile& file, std::string name) {
  TableSide side{.name = std::move(name), .parquet = [&file] { return file.parquet(); }, .rows = file.rows()};
  for (const Field& field : file.fields())
    side.columns.push_back({.name = field.name, .original = field.name, .type = field.sql});
  return side;
}

TableDiff diff(store::Objects& objects, Engines& engines, const Resources& resources, const TableSide& before,
               const TableSide& after, const TableDiffRequest& request, const Cancel* cancel) {
  TableDiff out;
  out.rows_before = before.rows;
  out.rows_after = after.rows;
  out.blobs_changed = before.blobs && after.blobs && before.blobs != after.blobs;
  std::vector<SharedColumn> shared = shared_columns(before.columns, after.columns);
  out.comparable = !shared.empty();
  const std::vector<SharedColumn> key = take_key(shared, before, after, request.key);
  out.identical = before.table && before.table == after.table;
  if (out.identical) return out;
  out.schema = schema_diff(before.columns, after.columns);
  if (!out.comparable) {
    out.removed = before.rows;
    out.added = after.rows;
    return out;
  }
  const auto engine = open_engine(objects, engines, with_room(resources), cancel);
  engine->execute("SET preserve_insertion_order = false");  // Which takes memory, and nothing here needs it.
  const RowComparison compared{.engine = *engine,
                               .before = before,
                               .after = after,
                               .key = key,
                               .values = shared,
                               .rows = request.rows};
  if (key.empty()) compare_as_they_are(compared, out);
  else compare_by_key(compared, out);
  return out;
}

}  // namespace mlops::dataset
