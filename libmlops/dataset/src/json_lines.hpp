#pragma once
/// JSON Lines: one object a line, checked line by line.

#include <string>
#include <vector>

#include "src/loading.hpp"

namespace mlops::dataset {

/// Line ends made the same, and bytes that are not UTF-8 turned into one that no JSON text may hold, so that
/// their line is told as a bad row.
void clean_lines(store::Objects& objects, StagedFile& file);

/// The objects of all lines that are one, as a relation with a column for each member; all lines are looked
/// at. Throws Error(corrupt) when there is none.
std::string line_relation(table::Engine& engine, const Staged& staged);

std::uint64_t count_bad_lines(table::Engine& engine, const Staged& staged);

/// The lines that are no objects, each file numbered for itself.
void find_bad_lines(table::Engine& engine, const Staged& staged, std::size_t most, std::vector<BadRow>& rows);

}  // namespace mlops::dataset
