#pragma once
/// Functions of dates and time stamps.

#include <optional>

#include "src/expression_bind.hpp"

namespace mlops::predict {

/// date_part('hour', d)
Bound part_call(const RuleNode& call, std::vector<Bound> values);
/// hour(d); nothing where no part has that name.
std::optional<Bound> named_part_call(const RuleNode& call, const Bound& value);
/// date_trunc('hour', d): a DATE from 'day' on.
Bound truncation_call(const RuleNode& call, std::vector<Bound> values);
/// date_diff('hour', a, b): how many borders lie between.
Bound difference_call(const RuleNode& call, std::vector<Bound> values);

}  // namespace mlops::predict
