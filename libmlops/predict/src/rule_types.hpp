#pragma once
/// Which types go together in a rule.

#include <mlops/predict/signature.hpp>

#include <functional>
#include <string_view>

#include "src/rule_tree.hpp"

namespace mlops::predict {

/// The type of an input of that SQL type; nothing for one that a rule cannot use.
std::optional<RuleType> rule_type_of(std::string_view sql_type);

/// How an input of that type is encoded for a rule.
Encoding encoding_for(RuleType type);

/// Sets the types of the tree, bottom up, and turns texts that stand for dates and numbers that stand for
/// flags into such. `type_of` knows the inputs; `compared` hears of each text input that is compared with a
/// text. Throws as refuse_rule() does.
void type_rule(RuleNode& root, std::string_view text,
               const std::function<RuleType(std::size_t input)>& type_of,
               const std::function<void(std::size_t input, const std::string& text)>& compared);

}  // namespace mlops::predict
