#pragma once
/// What a parsed SELECT reads, out of the tree that the engine's json_serialize_sql() prints.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::table {

/// Whether the function `name` called with `arguments` arguments gives the same answer every time.
using IsStable = std::function<bool(std::string_view name, std::size_t arguments)>;

/// See Engine::tables_of.
std::vector<std::string> tables_in(const std::string& tree, const IsStable& is_stable);

}  // namespace mlops::table
