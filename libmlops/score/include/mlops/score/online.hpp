#pragma once
/// What goes into the online store of features: a version of a view's table, and rows that somebody pushes.
/// Both are read by the very SQL of the view's definition.

#include <mlops/base/clock.hpp>
#include <mlops/dataset/open_file.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/feature/online.hpp>
#include <mlops/score/enrich.hpp>

#include <optional>
#include <vector>

namespace mlops::score {

/// The definition in the store that means the same, has `version` and answers from as far back as one that is
/// taken over at `now`; nothing: there is something to do.
std::optional<feature::OnlineView> materialized(const feature::OnlineStore& store, const feature::View& view,
                                                const dataset::Version& version, Time now);

/// Takes over a version of the view's table. Where the store has it, nothing is read. Of the table only what
/// moments that the store will answer for can see is read. Throws Error: conflict ("features.changed": the
/// table no longer has what the view reads), busy, interrupted.
feature::OnlineStore::Materialized materialize(const EnrichPlace& place, feature::OnlineStore& store,
                                               const feature::View& view, const dataset::Version& version,
                                               Time now);

/// Rows of the views' table as events of each of the views (definitions that read the same rows): for
/// OnlineStore::push(). Each row has the columns that a view reads, by their names and with values of their
/// types; others are passed over. `rows` is a file, or bytes that `rows.input` gives (one JSON object a line,
/// say, with the format "jsonl"); its types are set here.
///
/// Either all rows are read or none: throws Error: usage ("features.no_column": a column is missing, with
/// near misses), corrupt (a row that cannot be read, with its line, column, value and the type wanted),
/// not_found, interrupted.
std::vector<feature::OnlineStore::Push> pushed_events(const dataset::OpenPlace& place,
                                                      const std::vector<feature::OnlineView>& views,
                                                      dataset::OpenRequest rows);

}  // namespace mlops::score
