#pragma once
/// What failed, looked up again: rows and values for people to see.

#include <mlops/dataset/version.hpp>
#include <mlops/expect/evaluate.hpp>
#include <mlops/table/engine.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mlops::dataset {

/// A value as text; masked, shortened, in quotes as its column wants it.
std::string shown_cell(std::string_view text, const Column& column);

/// Of `given` rows `distinct` differ in the columns that `call` names: "customer_id = 5, 2 times".
expect::Truth truth_of_unique(table::Engine& engine, const std::string& relation, const Version& version,
                              const expect::Expr& call, double given, double distinct);

/// The first rows that fail, with the values that are tested: "row 2: amount = -3.0". The relation has its
/// rows numbered; where `ids` name columns, these tell the row: "request r7, row 1: amount = -3.0".
std::vector<std::string> failing_rows(table::Engine& engine, const std::string& relation,
                                      const Version& version, const std::vector<std::string>& ids,
                                      const std::vector<std::string>& columns, const std::string& test);

}  // namespace mlops::dataset
