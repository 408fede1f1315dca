#pragma once
/// The value of a bound rule for one row.

#include <mlops/predict/frame.hpp>

#include "src/rule_bind.hpp"

namespace mlops::predict {

struct RuleValue {
  bool null = true;
  double number = 0;      ///< Of numbers, flags, dates and time stamps.
  std::int32_t text = 0;  ///< Of texts: the place in the pool; code_unseen for one that is not there.
};

/// Throws Error(usage) naming the row when a number does not fit a cast.
RuleValue evaluate_rule(const BoundRule& rule, const RuleNode& node, const Frame& frame, std::size_t row);

}  // namespace mlops::predict
