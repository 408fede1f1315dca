#pragma once
/// From staged files to one typed Parquet file and the rows that did not fit. A format gives a relation (SQL)
/// and a plan for each column; load() does the rest for all formats.

#include <mlops/base/error.hpp>
#include <mlops/dataset/ingest.hpp>
#include <mlops/table/engine.hpp>

#include <string>
#include <vector>

#include "src/input.hpp"

namespace mlops::dataset {

/// Names that stand for a column's value as it came and as it is kept, in the SQL that both are worked out
/// in.
struct Aliases {
  std::string source;
  std::string value;
};
Aliases aliases(std::size_t column);

/// How one column comes about.
struct ColumnPlan {
  Column column = {};
  bool given = false;
  std::string note = {};
  std::string source = {};  ///< SQL over the relation: the value as it came.
  std::string typed = {};   ///< SQL over the relation: the value as it is kept.
  std::string misfit =
      {};  ///< SQL over the column's aliases: true for a value that does not fit; empty: never.
};

/// How a source's rows are read.
struct Plan {
  std::string relation;             ///< SQL of a table function or SELECT, to stand behind FROM.
  std::vector<ColumnPlan> columns;  ///< In the order they are kept.
  json::Object read;                ///< The decisions, for the record and the lock.
  std::string line = {};  ///< SQL over the relation: the number by which people find the row; or empty.
};

struct Loaded {
  TemporaryFile data;         ///< The Parquet file.
  std::uint64_t misfits = 0;  ///< Rows left out because a value did not fit.
};

/// What a format's loader hands on.
struct LoadedTable {
  TemporaryFile data;  ///< The Parquet file of the rows that fit.
  Plan plan;
  std::uint64_t bad = 0;         ///< Rows that did not.
  std::vector<BadRow> bad_rows;  ///< All of them, or the first 100 when they are more than allowed.
};

/// Throws what the engine said of a staged file with the name that people know it by.
[[noreturn]] void throw_named(const Error& fault, const Staged& staged);

/// Throws what came of reading back a file that was just written. One that is damaged was not written: NFS
/// tells of a full disk when a file is closed, and the engine does not ask then.
[[noreturn]] void fail_unwritten(const std::filesystem::path& parquet, const Error& fault);

/// Rows of a Parquet file that was just written.
std::uint64_t count_rows(table::Engine& engine, const std::filesystem::path& parquet);

/// Names and types of a relation, as the engine has them.
std::vector<Column> describe(table::Engine& engine, const std::string& relation);

/// The paths of the files as a list in SQL.
std::string file_list(const std::vector<StagedFile>& files);

/// 'a', 'b': what stands between the brackets of IN.
std::string text_list(const std::vector<std::string>& texts);

/// Every column's value as it is kept and as it came, under its aliases.
std::string aliased_columns(const Plan& plan);

/// Writes the rows that fit to a new Parquet file, and counts the others.
Loaded load(table::Engine& engine, store::Objects& objects, const Plan& plan);

/// COPY's options: what every table of the store is written with.
std::string parquet_options();
/// The same for Engine::write_parquet() into a file that is there, without brackets.
std::string parquet_options_in_place();

/// Bad rows as a Parquet file of file, line, column_name, reason, raw.
TemporaryFile write_quarantine(table::Engine& engine, store::Objects& objects,
                               const std::vector<BadRow>& rows);

/// How many of `rows` may be bad: "1%" or a count; an absent wish is 1 %, but never fewer than 10 rows.
struct Limit {
  std::string text;
  double share = -1;
  std::uint64_t count = 0;

  bool allows(std::uint64_t bad, std::uint64_t rows) const;
};
Limit limit_of(const manifest::ReadOptions& wishes);

/// Throws Error(negative) when there are more bad rows than allowed, showing the first.
void enforce(const Limit& limit, std::uint64_t bad, std::uint64_t rows, const std::vector<BadRow>& first);

}  // namespace mlops::dataset
