#pragma once
/// What the online store needs of a view's table: which columns, and which rows. `engine` reads.

#include <mlops/feature/online.hpp>
#include <mlops/feature/view.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace mlops::feature {

/// The columns that the view's expressions read, in the table's order and spelling: what a row needs to
/// become an event. Throws as the engine does for a view that the table does not fit (misfits_on() tells).
std::vector<RowColumn> columns_read(const View& view, const Table& table, table::Engine& engine);

/// Event time of the newest event that has a key, microseconds since 1970 UTC; nothing where there is none.
/// Times after the year 9999 are not looked at.
std::optional<std::int64_t> newest_event(const View& view, const Table& table, table::Engine& engine);

/// Those of read_events() whose time is `from_us` (microseconds since 1970 UTC) or later, and of each key the
/// newest before (all that are equally new), in the order of the table: what moments can see that are later
/// than `from_us` by the longest window. Of a view with `known:` everything, as an old event may become known
/// late.
Events read_events_since(const View& view, const Table& table, std::int64_t from_us, table::Engine& engine);

}  // namespace mlops::feature
