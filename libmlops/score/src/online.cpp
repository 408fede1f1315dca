#include <mlops/score/online.hpp>

#include <mlops/feature/reads.hpp>
#include <mlops/feature/sets.hpp>

#include <algorithm>

#include "src/version_table.hpp"

namespace mlops::score {
namespace {

using feature::OnlineStore;
using feature::OnlineView;

constexpr std::int64_t second_us = 1'000'000;

/// Before that, no moment that the store will answer for sees more than the newest event of a key. The second
/// is for times finer than microseconds.
std::int64_t seen_from(const feature::View& view, std::int64_t newest_us, Time now) {
  return feature::complete_from(view, newest_us, now) -
         std::max(view.longest_window_us(), view.ttl_us.value_or(0)) - second_us;
}

/// Whether what the version had at `now` is there still.
bool reaches_back(const OnlineView& there, Time now) {
  return there.complete_from_us <= feature::complete_from(there.view, there.newest_us, now);
}

}  // namespace

std::optional<OnlineView> materialized(const OnlineStore& store, const feature::View& view,
                                       const dataset::Version& version, Time now) {
  for (const OnlineView& there : store.views()) {
    if (there.table == version.standing() && there.view.name == view.name && reaches_back(there, now) &&
        feature::changes(there.view, view).empty())
      return there;
  }
  return std::nullopt;
}

OnlineStore::Materialized materialize(const EnrichPlace& place, OnlineStore& store, const feature::View& view,
                                      const dataset::Version& version, Time now) {
  if (const auto there = materialized(store, view, version, now))
    return store.materialize(there->view, there->reads, {}, version.standing(), now);
  const auto engine = engine_of(place);
  const feature::Table table = table_of_version(place, version);
  require_readable(view, version, table, *engine);
  const auto reads = feature::columns_read(view, table, *engine);
  const auto newest = feature::newest_event(view, table, *engine);
  const auto events =
      feature::read_events_since(view, table, seen_from(view, newest.value_or(now.us), now), *engine);
  return store.materialize(view, reads, events.columns, version.standing(), now);
}

}  // namespace mlops::score
