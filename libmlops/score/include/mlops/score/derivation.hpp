#pragma once
/// From the SQL of a table to the columns that can be worked out again for other rows (derived.hpp).

#include <mlops/base/columns.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/score/derived.hpp>
#include <mlops/store/store.hpp>

#include <vector>

namespace mlops::score {

/// Of a table of `data:` that is a SELECT over one relation: its columns that are scalar expressions of that
/// relation's, as far as predict::Expression knows them with DuckDB's types, in an order in which each reads
/// only what is before it. What an expression reads has the name that it has in the table; a column that the
/// table leaves out has its own, unless the table calls another so. A column that a table further in makes is
/// found there. Empty for every other table, and where the record of an input is gone.
std::vector<DerivedColumn> derived_columns(store::Store& store, Engines& engines,
                                           const dataset::Version& version);

/// Those of `columns` that give what `table` has, of 1,000 rows that are spread over it, wherever it has all
/// parts.
std::vector<DerivedColumn> confirmed(const std::vector<DerivedColumn>& columns, const Columns& table);

/// Those that are among `wanted`, and those that these read.
std::vector<DerivedColumn> needed_for(const std::vector<DerivedColumn>& columns,
                                      const std::vector<std::string>& wanted);

}  // namespace mlops::score
