#pragma once
/// From the tree of a rule to one whose names are inputs and whose types are known.

#include <mlops/predict/signature.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "src/rule_tree.hpp"

namespace mlops::predict {

struct BoundRule {
  RuleNode root = {};
  Signature signature = {};                         ///< Of the inputs used.
  std::vector<std::size_t> features = {};           ///< Of each input: its value, or its days.
  std::vector<std::string> pool = {};               ///< Every text that the rule may meet or give.
  std::vector<std::vector<std::int32_t>> ids = {};  ///< Of each input: its categories' places in the pool.
  std::vector<std::int32_t> classes = {};           ///< Of each text of the pool: the class, -1 for none.
};

BoundRule bind_rule(std::string_view text, const Signature& signature);

}  // namespace mlops::predict
