#pragma once
/// A run as a row of the index's table `runs`.

#include <mlops/db/statement.hpp>
#include <mlops/run/list.hpp>

#include <string_view>
#include <vector>

namespace mlops::run {

/// The columns of a row, in the order in which it is written and read.
inline constexpr std::string_view run_columns =
    "id, experiment, number, name, status, started, ended, parent, record, params, metrics, tags";

/// The rows of a SELECT of these columns.
std::vector<Run> runs_of(db::Statement& query);

}  // namespace mlops::run
