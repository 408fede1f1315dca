#pragma once
/// Proofs that a definition looks into the future. Nothing is guessed: what is told is certain, what is not
/// told may still leak.
///
/// The table's `outcome:` columns and its label are known only after its `time:`. A column of a view, or its
/// key, that reads one of them, while the event becomes visible at that time at the latest, gives a row its
/// own outcome. Visible means the later of `at` and `known`. Not after the time are: the column itself, a
/// cast of it to DATE or TIMESTAMP, date_trunc and time_bucket of it, least(...) with it, coalesce(...) that
/// begins with it, and it minus a constant interval.

#include <mlops/feature/view.hpp>

#include <vector>

namespace mlops::feature {

/// Empty where nothing can be proved. `engine` parses.
std::vector<Misfit> leaks(const View& view, const Table& table, table::Engine& engine);

}  // namespace mlops::feature
