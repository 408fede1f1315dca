#pragma once
/// Tables that are arguments.

#include <mlops/expect/check.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace mlops::expect {

/// `train`, `valid` or `test`.
bool is_part(std::string_view word);

/// What a name stands for where a table is wanted, as in Scope::columns.
std::variant<std::string, Fault> table_named(const Expr& name, const Scope& scope);

}  // namespace mlops::expect
