#pragma once
/// Boosted trees laid out for prediction: eight bytes a node, siblings side by side, leaves that lead to
/// themselves, so that a walk is a fixed number of steps without a branch, and eight walks go on at once.
/// Sums are 32-bit floats added in the order of the trees, as XGBoost adds them, so that answers are the
/// library's own to the last bit. Immutable; safe for many threads.

#include "src/forest_json.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::predict {

/// What an objective does to a sum.
enum class Transform { none, sigmoid, exponential, softmax, step };

class Forest {
 public:
  /// Either a forest, or why only the library can predict with this model.
  struct Laid;
  static Laid lay(const BoostedModel& model);

  std::size_t features() const { return features_; }
  std::size_t groups() const { return base_.size(); }
  Transform transform() const { return transform_; }
  std::size_t size() const;

  /// Where a row's values go: `slots()` floats a row. Slot `s` holds the feature `slot_features()[s]`; the
  /// slots from `first_category()` on hold the bits of category_bits(). The slot `none()` is NaN.
  std::size_t slots() const { return slot_features_.size(); }
  std::span<const std::uint32_t> slot_features() const { return slot_features_; }
  std::size_t none() const { return first_category_ - 1; }
  std::size_t first_category() const { return first_category_; }
  float category_bits(std::size_t slot, float code) const;

  /// A row as the library takes it, by feature, in slots.
  void place(std::span<const float> row, std::span<float> slots) const;

  /// The sums of `rows` rows of slots; `out` has rows * groups() places.
  void sums(std::span<const float> slots, std::size_t rows, std::span<float> out) const;

 private:
  friend class ForestLayout;

  struct Node {
    /// Of a split: the value from which on it goes right; of a split by category: where its bits begin; of a
    /// leaf: its value.
    float value;
    std::uint16_t slot;  ///< The highest bit: what is missing goes left.
    std::uint16_t left;  ///< From the tree's first node; right is the next.
  };
  static_assert(sizeof(Node) == 8);
  struct Tree {
    std::uint32_t first;
    std::uint16_t depth;
    bool categories;
    std::uint32_t group;
  };
  /// The trees that one row walks together: `in_flight` of them.
  struct Block {
    std::uint16_t depth = 0;  ///< Of the deepest.
    bool categories = false;
  };
  static constexpr std::uint16_t missing_left = 0x8000;
  static constexpr std::size_t in_flight = 8;
  static constexpr std::size_t wide_trees = 64;
  static constexpr std::uint32_t nothing = ~std::uint32_t{0};

  template <bool missing, bool categories>
  std::uint32_t step(const Node* tree, std::uint32_t at, const float* row) const;
  template <bool missing, bool categories>
  void walk_rows(const Tree& tree, const float* rows, float* leaves) const;
  template <bool missing, bool categories>
  void walk_trees(const Tree* trees, std::uint32_t depth, const float* row, float* leaves) const;
  template <bool missing>
  void eight_rows(const float* rows, float* sums) const;
  template <bool missing>
  void one_row(const float* row, float* sums) const;
  void add_leaves(std::size_t first, std::size_t count, const float* leaves, float* sums) const;
  /// Whether wide_rows() works here, with this forest.
  bool wide() const;
  template <bool missing, bool few, std::size_t registers>
  void walk_wide(std::size_t first, const float* row, float* leaves) const;
  template <bool missing, bool few>
  void wide_rows_of(const float* rows, std::size_t count, float* sums) const;
  template <bool missing>
  void wide_rows(const float* rows, std::size_t count, float* sums) const;
  template <bool missing>
  void all_rows(const float* rows, std::size_t count, float* sums) const;

  std::size_t features_ = 0;
  Transform transform_ = Transform::none;
  std::vector<float> base_ = {};  ///< By group: what its sum begins with.
  std::vector<Node> nodes_ = {};
  std::vector<Tree> trees_ = {};
  std::vector<Block> blocks_ = {};
  std::vector<std::uint32_t> roots_ =
      {};  ///< The trees' first nodes, and zeros up to a multiple of wide_trees.
  std::vector<std::uint32_t> sets_ = {};           ///< Bits: which codes go right.
  std::vector<std::uint32_t> slot_features_ = {};  ///< `nothing` at none().
  std::vector<std::uint32_t> codes_ = {};  ///< By slot of a category: how many codes its sets tell apart.
  std::size_t first_category_ = 1;
  bool wide_ = false;  ///< wide(), asked once.
};

struct Forest::Laid {
  std::optional<Forest> forest;
  std::string why_not;  ///< "the objective 'x' ...", when there is no forest.
};

/// A sum's answer, in place, for each row of `groups` sums, computed in floats as XGBoost computes it.
void transform(Transform how, std::span<float> sums, std::size_t groups);

}  // namespace mlops::predict
