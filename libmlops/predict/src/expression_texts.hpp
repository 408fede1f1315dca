#pragma once
/// Functions of texts. Positions count characters (code points), from 1.

#include "src/expression_bind.hpp"

namespace mlops::predict {

using TextParts = std::vector<Bound>;

Bound concat_call(const RuleNode& call, TextParts values);
Bound contains_call(const RuleNode& call, TextParts values);
Bound starts_with_call(const RuleNode& call, TextParts values);
Bound ends_with_call(const RuleNode& call, TextParts values);
Bound length_call(const RuleNode& call, TextParts values);
Bound bytes_call(const RuleNode& call, TextParts values);
Bound left_call(const RuleNode& call, TextParts values);
Bound right_call(const RuleNode& call, TextParts values);
Bound substring_call(const RuleNode& call, TextParts values);
Bound trim_call(const RuleNode& call, TextParts values);
Bound ltrim_call(const RuleNode& call, TextParts values);
Bound rtrim_call(const RuleNode& call, TextParts values);
Bound lower_call(const RuleNode& call, TextParts values);
Bound upper_call(const RuleNode& call, TextParts values);

}  // namespace mlops::predict
