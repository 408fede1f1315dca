#pragma once
/// The table of an ingest, from its bytes as they came, as its record says that they were read.

#include <mlops/dataset/kept.hpp>

#include "src/input.hpp"
#include "src/table_digest.hpp"

namespace mlops::dataset {

struct Remade {
  TemporaryFile data;  ///< A Parquet file.
  HashedTable table;
};

/// Of a version that is_cache() is true of. Throws Error: corrupt (its bytes are not there, or damaged), busy
/// (disk full), interrupted, and what the engine says when it reads them otherwise than it did.
Remade remake(const TablePlace& place, const Version& version);

}  // namespace mlops::dataset
