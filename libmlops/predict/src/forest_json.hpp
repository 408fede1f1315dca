#pragma once
/// A model of boosted trees as XGBoost 1.x to 3.x writes it in JSON, checked: whoever walks the trees from
/// node 0 stays inside the arrays and comes to a leaf.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::predict {

/// By node; `left` and `right` are -1 in a leaf, whose value is its `condition`.
struct BoostedTree {
  std::vector<std::int32_t> left = {};
  std::vector<std::int32_t> right = {};
  std::vector<std::int32_t> parent = {};  ///< Of every node but the first.
  std::vector<std::int32_t> feature = {};
  std::vector<float> condition = {};
  std::vector<std::uint8_t> default_left = {};
  std::vector<std::uint8_t> split_type = {};  ///< 1: by category; may be empty.
  std::int64_t outputs = 1;                   ///< Of a leaf.

  /// Nodes that split by category, rising; of each, where in `categories` those of its right side begin, and
  /// how many they are.
  std::vector<std::int32_t> category_nodes = {};
  std::vector<std::int64_t> category_begins = {};
  std::vector<std::int64_t> category_counts = {};
  std::vector<std::int32_t> categories = {};

  std::size_t size() const { return left.size(); }
  bool is_leaf(std::size_t node) const { return left[node] < 0; }
  bool by_category(std::size_t node) const { return !split_type.empty() && split_type[node] == 1; }
};

struct BoostedModel {
  std::string objective = {};
  std::string booster = {};  ///< "gbtree", "dart", "gblinear"
  std::size_t features = 0;
  std::size_t groups = 1;                     ///< Sums that the trees add to: one for each class.
  std::vector<float> base_scores = {};        ///< One, or one for each group; as the objective's answer.
  std::vector<BoostedTree> trees = {};        ///< In the order in which they are added up.
  std::vector<std::int32_t> tree_group = {};  ///< By tree.
  std::vector<float> tree_weight = {};        ///< By tree; empty: all 1.
  bool recodes_categories = false;            ///< It holds a dictionary of category texts (XGBoost 3.1).
};

/// Throws Error(corrupt).
BoostedModel read_boosted(std::string_view json);

}  // namespace mlops::predict
