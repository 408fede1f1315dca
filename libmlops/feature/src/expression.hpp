#pragma once
/// SQL scalar expressions, as the engine parses and binds them.

#include <mlops/feature/definition.hpp>
#include <mlops/json/value.hpp>
#include <mlops/table/engine.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mlops::feature {

/// The engine's tree of one scalar expression without subqueries, aggregates of other rows, the clock, random
/// numbers and files.
std::variant<json::Value, Fault> read_expression(const std::string& sql, table::Engine& engine);

/// Its type over the columns of `relation`; nothing is read.
std::variant<Field, Fault> bind_expression(const std::string& sql, const std::string& relation,
                                           table::Engine& engine);

/// The columns a tree reads, in lower case, sorted, unique.
std::vector<std::string> columns_in(const json::Value& tree);

/// "(sql)", whatever comment it ends with.
std::string bracketed(const std::string& sql);

}  // namespace mlops::feature
