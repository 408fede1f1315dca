#pragma once
/// What a parsed SELECT reads, out of the tree that the engine's json_serialize_sql() prints.

#include <mlops/table/engine.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::table {

/// Whether the function `name` called with `arguments` arguments gives the same answer every time.
using IsStable = std::function<bool(std::string_view name, std::size_t arguments)>;

/// See Engine::tables_of. `tree` is what json_serialize_sql() says of `sql`.
std::vector<std::string> tables_in(const std::string& tree, const std::string& sql,
                                   const IsStable& is_stable);

/// See Engine::facts_of; `text` is not filled in.
SelectFacts facts_in(const std::string& tree, const std::string& sql, const IsStable& is_stable,
                     const std::function<bool(std::string_view function)>& is_aggregate);

/// Throws Error(usage) unless the text is SELECT statements that only read: some table functions change
/// settings or write files, such as a log, and the engine lets them where it lets no COPY.
void check_only_reads(const std::string& tree, const std::string& sql);

}  // namespace mlops::table
