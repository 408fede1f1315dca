#include <mlops/score/online.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/feature/reads.hpp>
#include <mlops/feature/sets.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/table/engine.hpp>

#include <fmt/core.h>

#include <algorithm>

#include "src/version_table.hpp"

namespace mlops::score {
namespace {

using feature::OnlineStore;
using feature::OnlineView;
using feature::RowColumn;

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;

/// Before that, no moment that the store will answer for sees more than the newest event of a key. The second
/// is for times finer than microseconds.
std::int64_t seen_from(const feature::View& view, std::int64_t newest_us, Time now) {
  const std::int64_t window = view.longest_window_us();
  return std::min(now.us, newest_us) - std::max(window, day_us) - std::max(window, view.ttl_us.value_or(0)) -
         second_us;
}

// ---- rows as events
// -----------------------------------------------------------------------------------------------------

/// The types of the newest definition win where an older one was made from a table of other types.
std::map<std::string, std::string> types_of(const std::vector<OnlineView>& views) {
  std::map<std::string, std::string> types;
  for (const OnlineView& one : views) {
    for (const RowColumn& column : one.reads) types.emplace(column.name, column.type);
  }
  return types;
}

std::vector<std::string> names_of(const std::vector<Field>& fields) {
  std::vector<std::string> out;
  for (const Field& field : fields) out.push_back(field.name);
  return out;
}

const Field& field_of(const RowColumn& column, const OnlineView& view, const std::vector<Field>& fields) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const Field& field) { return field.name == column.name; });
  if (found != fields.end()) return *found;
  const auto known = names_of(fields);
  const auto near = near_misses(column.name, known);
  throw error(Code::usage, "the rows have no column '{}' ({}), which features/{} reads", column.name,
              column.type, view.view.name)
      .with_id("features.no_column")
      .with_hint("{} {}",
                 near.empty() ? "they have" : "a similar one exists:", one_of(near.empty() ? known : near));
}

/// The rows with the columns that the view reads, as they are in its table.
feature::Table rows_of(const dataset::OpenFile& file, const OnlineView& view) {
  std::string list;
  for (const RowColumn& column : view.reads) {
    const std::string name = table::identifier(column.name);
    const bool same = field_of(column, view, file.fields()).sql == column.type;
    list += (list.empty() ? "" : ", ") +
            (same ? name : fmt::format("CAST({} AS {}) AS {}", name, column.type, name));
  }
  return {.relation = fmt::format("(SELECT {} FROM read_parquet({}))", list.empty() ? "1" : list,
                                  table::literal(file.parquet().string()))};
}

feature::OnlineStore::Push push_of(const dataset::OpenFile& file, const OnlineView& view,
                                   table::Engine& engine) {
  try {
    return {.view = view.id, .events = feature::read_events(view.view, rows_of(file, view), engine).columns};
  } catch (const Error& e) {
    const bool values = e.code() == Code::failed || e.code() == Code::usage;
    if (!values || e.id() == "features.no_column") throw;
    throw error(Code::corrupt, "the rows are no events of features/{}: {}", view.view.name, e.message())
        .with_id("features.bad_rows")
        .with_detail(e.detail())
        .with_hint("nothing was pushed; `mlops features show {}` has the expressions", view.view.name);
  }
}

}  // namespace

std::optional<OnlineView> materialized(const OnlineStore& store, const feature::View& view,
                                       const dataset::Version& version) {
  for (const OnlineView& there : store.views()) {
    if (there.table == version.record && there.view.name == view.name &&
        feature::changes(there.view, view).empty())
      return there;
  }
  return std::nullopt;
}

OnlineStore::Materialized materialize(const EnrichPlace& place, OnlineStore& store, const feature::View& view,
                                      const dataset::Version& version, Time now) {
  if (auto there = materialized(store, view, version))
    return {.view = *std::move(there), .superseded = 0, .unchanged = true};
  const auto engine = engine_of(place);
  const feature::Table table = table_of_version(place.store, version);
  require_readable(view, version, table, *engine);
  const auto reads = feature::columns_read(view, table, *engine);
  const auto newest = feature::newest_event(view, table, *engine);
  const auto events =
      feature::read_events_since(view, table, seen_from(view, newest.value_or(now.us), now), *engine);
  return store.materialize(view, reads, events.columns, version.record, now);
}

std::vector<OnlineStore::Push> pushed_events(const dataset::OpenPlace& place,
                                             const std::vector<OnlineView>& views,
                                             dataset::OpenRequest rows) {
  rows.types = types_of(views);
  const dataset::OpenFile file(place, rows);
  const fs::TemporaryFolder spill(place.scratch);
  const auto engine = table::open(place.engines,
                                  {.threads = place.resources.threads,
                                   .memory_bytes = place.resources.memory_bytes,
                                   .spill_dir = spill.path()},
                                  place.cancel);
  std::vector<OnlineStore::Push> out;
  for (const OnlineView& view : views) out.push_back(push_of(file, view, *engine));
  return out;
}

}  // namespace mlops::score
