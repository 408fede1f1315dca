#pragma once
/// Rows of a database, from their file to typed columns.

#include <optional>

#include "src/database.hpp"
#include "src/loading.hpp"

namespace mlops::dataset {

/// Wishes win, then pins, then what the values and the declared types say. Throws Error: usage (a wish that
/// cannot be), and as planning structured data does.
Plan plan_rows(table::Engine& engine, const Staged& staged, const DatabaseRows& rows,
               const manifest::ReadOptions& wishes, const std::optional<json::Object>& pinned);

}  // namespace mlops::dataset
