#pragma once
/// What a SELECT makes its columns of, out of the tree that the engine's json_serialize_sql() prints.

#include <mlops/table/engine.hpp>

#include <string>
#include <vector>

namespace mlops::table {

/// See Engine::outputs_of.
std::vector<Output> outputs_in(const std::string& tree, const std::vector<std::string>& columns);

}  // namespace mlops::table
