#pragma once
/// JSON, JSON Lines and Parquet: data that bring their structure with them.

#include <optional>

#include "src/loading.hpp"

namespace mlops::dataset {

/// Finds out the columns (all of the data are looked at) and how they are read. Nested values keep their
/// structure; where kinds of values are mixed under one name, they are kept as text. Throws Error: corrupt
/// (JSON that cannot be read, a damaged Parquet file), conflict (not the pinned columns), usage.
Plan plan_structured(table::Engine& engine, store::Objects& objects, Staged& staged,
                     const manifest::ReadOptions& wishes, const std::optional<json::Object>& pinned);

/// Text columns that hold nothing but dates, with the year in front or the month's name, or ISO dates with
/// times, become such; not those whose type was given.
void find_dates(table::Engine& engine, Plan& plan);

/// Gives columns the types that were wished for. Throws Error(usage) for one that is not there.
void apply_wishes(Plan& plan, const manifest::ReadOptions& wishes);

/// Loads the rows that fit; lines of JSON Lines that are no JSON object are bad rows.
LoadedTable load_structured(table::Engine& engine, store::Objects& objects, const Staged& staged, Plan plan,
                            const Limit& limit);

}  // namespace mlops::dataset
