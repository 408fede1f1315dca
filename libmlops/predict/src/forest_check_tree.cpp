#include "src/forest_check_tree.hpp"

#include <mlops/base/error.hpp>

namespace mlops::predict {
namespace {

constexpr std::int32_t most_categories = 1 << 24;  // As floats count them.

class TreeCheck {
 public:
  TreeCheck(const BoostedTree& tree, std::size_t features, std::size_t number)
      : tree_(tree), features_(features), number_(number) {}

  void lengths() const {
    const std::size_t nodes = tree_.size();
    // The leaves of several outputs are further down in `condition`.
    if (nodes == 0 || tree_.right.size() != nodes || tree_.parent.size() != nodes ||
        tree_.feature.size() != nodes || tree_.condition.size() < nodes ||
        tree_.default_left.size() != nodes || (!tree_.split_type.empty() && tree_.split_type.size() != nodes))
      fail("its arrays differ in length");
  }

  // Of nodes that no branch reaches, too: the library looks their parents up.
  void parents() const {
    for (std::size_t node = 1; node < tree_.size(); ++node) {
      const auto parent = tree_.parent[node];
      if (parent < 0 || static_cast<std::size_t>(parent) >= tree_.size()) fail("a node without a parent");
    }
  }

  // Each node is reached once at most, so there is no circle.
  void shape() const {
    const std::size_t nodes = tree_.size();
    std::vector<bool> reached(nodes);
    std::vector<std::int32_t> open = {0};
    while (!open.empty()) {
      const auto node = static_cast<std::size_t>(open.back());
      open.pop_back();
      if (reached[node]) fail("its branches meet");
      reached[node] = true;
      if (tree_.left[node] == -1 && tree_.right[node] == -1) continue;
      for (const auto child : {tree_.left[node], tree_.right[node]}) {
        if (child <= 0 || static_cast<std::size_t>(child) >= nodes) fail("a branch leads nowhere");
        open.push_back(child);
      }
      const auto feature = tree_.feature[node];
      if (feature < 0 || static_cast<std::size_t>(feature) >= features_) fail("it splits by no feature");
    }
  }

  void categories() const {
    const std::size_t count = tree_.category_nodes.size();
    if (tree_.category_begins.size() != count || tree_.category_counts.size() != count)
      fail("its categories differ in length");
    std::int32_t last = -1;
    for (std::size_t i = 0; i < count; ++i) {
      const auto node = tree_.category_nodes[i];
      if (node <= last || static_cast<std::size_t>(node) >= tree_.size()) fail("categories of no node");
      last = node;
      const auto begin = tree_.category_begins[i];
      const auto size = tree_.category_counts[i];
      const auto total = static_cast<std::int64_t>(tree_.categories.size());
      if (begin < 0 || size <= 0 || begin > total || size > total - begin)
        fail("categories that are not there");
    }
    for (const auto category : tree_.categories)
      if (category < 0 || category >= most_categories) fail("a category out of range");
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw error(Code::corrupt, "the boosted trees are damaged: tree {}: {}", number_, what);
  }

  const BoostedTree& tree_;
  std::size_t features_;
  std::size_t number_;
};

}  // namespace

void check_tree(const BoostedTree& tree, std::size_t features, std::size_t number) {
  const TreeCheck check(tree, features, number);
  check.lengths();
  check.parents();
  check.shape();
  check.categories();
}

}  // namespace mlops::predict
