#pragma once
/// Reading a table, a view or a query of an SQLite database, in one read transaction, into a file of rows of
/// our own: CSV with a header, texts always in quotes, `\N` for no value, bytes in hex, and in front of each
/// row its rowid (of views, queries and tables without one: its number). The same rows give the same bytes.

#include <mlops/json/value.hpp>
#include <mlops/manifest/manifest.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "src/fetching.hpp"

namespace mlops::dataset {

/// What a column held, value by value: SQLite's columns have no types.
struct ColumnTally {
  std::string name;
  std::string declared;  ///< "VARCHAR(20)"; empty: nothing.
  std::uint64_t integers = 0;
  std::uint64_t reals = 0;
  std::uint64_t texts = 0;
  std::uint64_t blobs = 0;
  bool flags = true;  ///< The integers are all 0 or 1.
  bool wide = false;  ///< Some integer is beyond what a double holds.

  std::uint64_t values() const { return integers + reals + texts + blobs; }
};

struct DatabaseRows {
  Gathered gathered;                      ///< The parts, oldest first; without a cursor it is one.
  std::vector<ColumnTally> columns = {};  ///< Of what was read now.
  std::uint64_t rows = 0;                 ///< Read now.
  std::uint64_t longest_row = 0;          ///< In bytes, of what was read now.
  std::string name;                       ///< Of the table, for people.
};

/// With a cursor and `known` bytes only rows that are new since then are read, and added to those. Throws
/// Error: not_found (file, table, cursor), usage (a query that cannot run), corrupt (no database, a damaged
/// one), busy (locked), negative (a cursor without a value, or of mixed kinds), interrupted.
DatabaseRows read_database(store::Objects& objects, Workshop& shop, const manifest::SourceSpec& source,
                           const std::filesystem::path& base, const Known& known);

}  // namespace mlops::dataset
