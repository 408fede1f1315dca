#pragma once
/// Whether a view that was compiled on one version of a table can be read from another one, as a model does
/// that was trained long ago.

#include <mlops/feature/view.hpp>

#include <vector>

namespace mlops::feature {

/// What no longer fits: a column that is gone, an expression of another type, a key of another kind. Nothing
/// is read but the table's schema. Empty: read_events() gives what it gave then.
std::vector<Misfit> misfits_on(const View& view, const Table& table, table::Engine& engine);

}  // namespace mlops::feature
