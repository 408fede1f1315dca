#include "src/forest_model.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace mlops::predict {

float Forest::category_bits(std::size_t slot, float code) const {
  const std::uint32_t codes = codes_[slot - first_category_];
  if (std::isnan(code)) return std::bit_cast<float>(codes + 1);
  // The library cuts off the fraction, and sends left what is no code of training.
  const bool known = code >= 0 && code < static_cast<float>(codes);
  return std::bit_cast<float>(known ? static_cast<std::uint32_t>(code) : codes);
}

void Forest::place(std::span<const float> row, std::span<float> slots) const {
  for (std::size_t slot = 0; slot < none(); ++slot) slots[slot] = row[slot_features_[slot]];
  slots[none()] = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t slot = first_category_; slot < this->slots(); ++slot)
    slots[slot] = category_bits(slot, row[slot_features_[slot]]);
}

// In a leaf the slot is that of NaN, which nothing is beyond, and missing goes "left": to the leaf itself.
template <bool missing, bool categories>
inline std::uint32_t Forest::step(const Node* tree, std::uint32_t at, const float* row) const {
  const Node node = tree[at];
  const std::uint32_t slot = node.slot & (missing_left - 1u);
  const float value = row[slot];
  std::uint32_t right = value >= node.value;
  if constexpr (missing) {
    const std::uint32_t absent = value != value;
    right |= absent & ~(std::uint32_t{node.slot} >> 15) & 1u;
  }
  if constexpr (categories) {
    const bool by_category = slot >= first_category_;
    const std::uint32_t code = by_category ? std::bit_cast<std::uint32_t>(value) : 0;
    const std::uint32_t set = by_category ? std::bit_cast<std::uint32_t>(node.value) : 0;
    const std::uint32_t bit = sets_[set + code / 32] >> code % 32 & 1u;
    right = by_category ? bit : right;
  }
  return node.left + right;
}

// One tree, eight rows at once: the tree stays in the nearest cache.
template <bool missing, bool categories>
void Forest::walk_rows(const Tree& tree, const float* rows, float* leaves) const {
  const Node* const nodes = nodes_.data() + tree.first;
  const std::size_t width = slots();
  std::array<std::uint32_t, in_flight> at = {};
  for (std::uint32_t depth = tree.depth; depth != 0; --depth) {
#pragma GCC unroll 8
    for (std::size_t k = 0; k < in_flight; ++k)
      at[k] = step<missing, categories>(nodes, at[k], rows + k * width);
  }
  for (std::size_t k = 0; k < in_flight; ++k) leaves[k] = nodes[at[k]].value;
}

// One row, eight trees at once: the processor waits for eight nodes together.
template <bool missing, bool categories>
void Forest::walk_trees(const Tree* trees, std::uint32_t depth, const float* row, float* leaves) const {
  std::array<const Node*, in_flight> nodes;
  std::array<std::uint32_t, in_flight> at = {};
  for (std::size_t k = 0; k < in_flight; ++k) nodes[k] = nodes_.data() + trees[k].first;
  for (; depth != 0; --depth) {
#pragma GCC unroll 8
    for (std::size_t k = 0; k < in_flight; ++k) at[k] = step<missing, categories>(nodes[k], at[k], row);
  }
  for (std::size_t k = 0; k < in_flight; ++k) leaves[k] = nodes[k][at[k]].value;
}

template <bool missing>
void Forest::eight_rows(const float* rows, float* sums) const {
  std::array<float, in_flight> leaves;
  for (const Tree& tree : trees_) {
    if (tree.categories) walk_rows<missing, true>(tree, rows, leaves.data());
    else walk_rows<missing, false>(tree, rows, leaves.data());
    for (std::size_t k = 0; k < in_flight; ++k) sums[k * groups() + tree.group] += leaves[k];
  }
}

// In the order of the trees, as the library adds them.
void Forest::add_leaves(std::size_t first, std::size_t count, const float* leaves, float* sums) const {
  if (groups() != 1) {
    for (std::size_t k = 0; k < count; ++k) sums[trees_[first + k].group] += leaves[k];
    return;
  }
  float sum = sums[0];
  for (std::size_t k = 0; k < count; ++k) sum += leaves[k];
  sums[0] = sum;
}

template <bool missing>
void Forest::one_row(const float* row, float* sums) const {
  std::array<float, in_flight> leaves;
  std::array<Tree, in_flight> rest;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const std::size_t first = i * in_flight;
    const std::size_t count = std::min(in_flight, trees_.size() - first);
    const Tree* trees = trees_.data() + first;
    if (count < in_flight) {
      rest.fill(trees[0]);
      std::copy_n(trees, count, rest.begin());
      trees = rest.data();
    }
    if (blocks_[i].categories) walk_trees<missing, true>(trees, blocks_[i].depth, row, leaves.data());
    else walk_trees<missing, false>(trees, blocks_[i].depth, row, leaves.data());
    add_leaves(first, count, leaves.data(), sums);
  }
}

template <bool missing>
void Forest::all_rows(const float* rows, std::size_t count, float* sums) const {
  const std::size_t width = slots();
  if (wide_) return wide_rows<missing>(rows, count, sums);
  std::size_t row = 0;
  for (; row + in_flight <= count; row += in_flight)
    eight_rows<missing>(rows + row * width, sums + row * groups());
  for (; row < count; ++row) one_row<missing>(rows + row * width, sums + row * groups());
}

void Forest::sums(std::span<const float> slots, std::size_t rows, std::span<float> out) const {
  const std::size_t width = this->slots();
  for (std::size_t row = 0; row < rows; ++row)
    std::copy(base_.begin(), base_.end(), out.begin() + static_cast<std::ptrdiff_t>(row * groups()));
  bool missing = false;
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t slot = 0; slot < none(); ++slot) missing |= std::isnan(slots[row * width + slot]);
  if (missing) all_rows<true>(slots.data(), rows, out.data());
  else all_rows<false>(slots.data(), rows, out.data());
}

std::size_t Forest::size() const {
  return nodes_.size() * sizeof(Node) + trees_.size() * sizeof(Tree) + sets_.size() * sizeof(std::uint32_t) +
         slot_features_.size() * sizeof(std::uint32_t);
}

}  // namespace mlops::predict
