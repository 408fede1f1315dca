#pragma once
/// What makes a tree one that can be walked.

#include "src/forest_json.hpp"

namespace mlops::predict {

/// Throws Error(corrupt); `number` is the tree's, for the message.
void check_tree(const BoostedTree& tree, std::size_t features, std::size_t number);

}  // namespace mlops::predict
