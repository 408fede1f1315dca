#pragma once
/// Delimited text: from decisions to SQL, and from faults to bad rows with their lines.

#include <mlops/dataset/sniff.hpp>

#include <optional>
#include <string>
#include <vector>

#include "src/loading.hpp"

namespace mlops::dataset {

/// Looks at the files and decides; `pinned` is the lock's entry, whose decisions hold where no wish says
/// otherwise. Throws Error(conflict) when files, or the files and the pinned schema, do not have the same
/// columns.
Sniffed decide_csv(const Staged& staged, const manifest::ReadOptions& wishes,
                   const std::optional<json::Object>& pinned);

Plan plan_csv(const Staged& staged, const Sniffed& sniffed);

/// Loads all rows that fit. Where inference from the sample proves wrong later in the data, the column is
/// read as a wider type and everything is loaded once more.
LoadedTable load_csv(table::Engine& engine, store::Objects& objects, const Staged& staged, Sniffed sniffed,
                     const Limit& limit);

/// Throws Error(negative) at once when the sample alone has far more ragged rows than `limit` allows.
void refuse_ragged(const Staged& staged, const Sniffed& sniffed, const Limit& limit);

}  // namespace mlops::dataset
