#pragma once
/// From the tree of an expression to one with the engine's types, and the conversions that they bring.

#include <string_view>
#include <vector>

#include "src/expression_tree.hpp"
#include "src/rule_tree.hpp"

namespace mlops::predict {

/// Throws as Expression() does; `at` is a place in the text.
[[noreturn]] void refuse_expression(std::size_t at, const std::string& why);

Bound bind_expression(const RuleNode& node, const std::vector<TypedName>& columns);

/// Of a function by name, whose values are bound.
Bound bind_call(const RuleNode& call, std::vector<Bound> values);

/// As a value of type `to`: implicitly, as the engine would. Refuses where it would not.
Bound implicit(Bound value, SqlType to);
/// As `CAST` says. Refuses what is not known.
Bound explicit_cast(Bound value, SqlType to);

/// Whether values are compared (texts beside dates are dates then) or one of them is taken.
enum class Unify { compare, take };
/// The type that all of them get.
SqlType common_type(const std::vector<Bound>& values, Unify how);
/// Converts those from `first` on, each `step`th.
void convert_all(std::vector<Bound>& values, SqlType to);

/// A node whose value is null where a part's is.
Bound strict_node(SqlType type, std::size_t at, Strict run, std::vector<Bound> parts);

/// The operators + - * // % of two values of type `type`; nothing for another.
Strict arithmetic_of(RuleOp op, SqlType type);
Strict comparing(RuleOp op);
Strict negation_of(SqlType type);

}  // namespace mlops::predict
