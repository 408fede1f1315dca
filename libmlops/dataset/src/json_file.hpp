#pragma once
/// JSON whose files are a whole each, not one object a line: one object, objects one after the other, or an
/// array of them.

#include <string>

#include "src/loading.hpp"

namespace mlops::dataset {

/// All objects as a relation with a column for each member; all of the data are looked at. Whole numbers that
/// need the 64th bit are kept: as UBIGINT, or as text beside negative ones.
std::string json_relation(table::Engine& engine, const Staged& staged);

/// Throws Error(corrupt) of a file that holds something else than objects: the engine says neither which, nor
/// what is wanted.
[[noreturn]] void refuse_other_values(const Staged& staged);

}  // namespace mlops::dataset
