#include "src/forest_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

namespace mlops::predict {
namespace {

enum class Base { as_is, logit, log };

struct Objective {
  std::string_view name;
  Transform transform;
  Base base;
};

// From the sources of XGBoost, src/objective: PredTransform and ProbToMargin.
constexpr std::array<Objective, 19> objectives = {{
    {"binary:hinge", Transform::step, Base::as_is},
    {"binary:logistic", Transform::sigmoid, Base::logit},
    {"binary:logitraw", Transform::none, Base::as_is},
    {"count:poisson", Transform::exponential, Base::log},
    {"multi:softprob", Transform::softmax, Base::as_is},
    {"rank:map", Transform::none, Base::as_is},
    {"rank:ndcg", Transform::none, Base::as_is},
    {"rank:pairwise", Transform::none, Base::as_is},
    {"reg:absoluteerror", Transform::none, Base::as_is},
    {"reg:gamma", Transform::exponential, Base::log},
    {"reg:linear", Transform::none, Base::as_is},
    {"reg:logistic", Transform::sigmoid, Base::logit},
    {"reg:pseudohubererror", Transform::none, Base::as_is},
    {"reg:quantileerror", Transform::none, Base::as_is},
    {"reg:squarederror", Transform::none, Base::as_is},
    {"reg:squaredlogerror", Transform::none, Base::as_is},
    {"reg:tweedie", Transform::exponential, Base::log},
    {"survival:aft", Transform::exponential, Base::log},
    {"survival:cox", Transform::exponential, Base::log},
}};

constexpr std::size_t most_slots = 0x7fff;
constexpr std::size_t most_nodes = 0x10000;
constexpr std::size_t most_set_words = std::size_t{1} << 24;

const Objective* objective_of(std::string_view name) {
  const auto found =
      std::find_if(objectives.begin(), objectives.end(), [&](const Objective& o) { return o.name == name; });
  return found == objectives.end() ? nullptr : &*found;
}

float base_of(Base base, float score) {
  switch (base) {
    case Base::logit:
      return -logf(1.0f / score - 1.0f);
    case Base::log:
      return logf(score);
    case Base::as_is:
      break;
  }
  return score;
}

}  // namespace

// Thrown and caught in this file: the model is sound, but not of the kind that can be laid out.
struct ForestLayout::Refusal {
  std::string why;
};

void ForestLayout::refuse(std::string why) { throw Refusal{std::move(why)}; }

void ForestLayout::take_objective() {
  const Objective* const objective = objective_of(model_.objective);
  if (objective == nullptr) refuse(fmt::format("its objective is '{}'", model_.objective));
  if (model_.booster != "gbtree" && model_.booster != "dart")
    refuse(fmt::format("its booster is '{}'", model_.booster));
  if (model_.recodes_categories) refuse("it holds its own dictionary of categories");
  forest_.features_ = model_.features;
  forest_.transform_ = objective->transform;
  for (std::size_t group = 0; group < model_.groups; ++group) {
    const float score = model_.base_scores[model_.base_scores.size() == 1 ? 0 : group];
    // Nearer to 0 and 1 than this, versions of the library differ.
    if (objective->base == Base::logit && !(score >= 1e-6f && score <= 1 - 1e-6f))
      refuse(fmt::format("its base score is {}", score));
    forest_.base_.push_back(base_of(objective->base, score));
  }
}

// How a feature is used by the splits: not at all, by value, by category.
void ForestLayout::take_features() {
  std::vector<char> use(model_.features, 0);
  codes_.assign(model_.features, 0);
  for (const BoostedTree& tree : model_.trees) {
    for (std::size_t node = 0; node < tree.size(); ++node) {
      if (tree.is_leaf(node)) continue;
      char& seen = use[static_cast<std::size_t>(tree.feature[node])];
      const char now = tree.by_category(node) ? 'c' : 'n';
      if (seen != 0 && seen != now) refuse("it splits one feature by value and by category");
      seen = now;
    }
    count_codes(tree);
  }
  make_slots(use);
}

void ForestLayout::count_codes(const BoostedTree& tree) {
  for (std::size_t i = 0; i < tree.category_nodes.size(); ++i) {
    const auto node = static_cast<std::size_t>(tree.category_nodes[i]);
    if (tree.is_leaf(node)) continue;
    std::uint32_t& codes = codes_[static_cast<std::size_t>(tree.feature[node])];
    for (auto j = tree.category_begins[i]; j < tree.category_begins[i] + tree.category_counts[i]; ++j)
      codes = std::max(codes, static_cast<std::uint32_t>(tree.categories[static_cast<std::size_t>(j)]) + 1);
  }
}

void ForestLayout::make_slots(const std::vector<char>& use) {
  slot_of_.assign(model_.features, 0);
  const auto add = [&](char wanted) {
    for (std::size_t feature = 0; feature < use.size(); ++feature) {
      if (use[feature] != wanted) continue;
      slot_of_[feature] = static_cast<std::uint16_t>(forest_.slot_features_.size());
      forest_.slot_features_.push_back(static_cast<std::uint32_t>(feature));
    }
  };
  add('n');
  forest_.slot_features_.push_back(Forest::nothing);
  forest_.first_category_ = forest_.slot_features_.size();
  add('c');
  if (forest_.slots() > most_slots) refuse(fmt::format("it splits by {} features", forest_.slots() - 1));
  for (std::size_t slot = forest_.first_category_; slot < forest_.slots(); ++slot)
    forest_.codes_.push_back(codes_[forest_.slot_features_[slot]]);
}

// The codes that go right, then one bit for codes beyond (left) and one for what is missing.
std::uint32_t ForestLayout::set_of(const BoostedTree& tree, std::size_t node, std::uint32_t codes) {
  const std::size_t first = forest_.sets_.size();
  forest_.sets_.resize(first + (codes + 2 + 31) / 32);
  if (forest_.sets_.size() > most_set_words) refuse("its sets of categories take more than 64 MiB");
  const auto right = [&](std::uint32_t code) { forest_.sets_[first + code / 32] |= 1u << code % 32; };
  const auto found =
      std::lower_bound(tree.category_nodes.begin(), tree.category_nodes.end(), node,
                       [](std::int32_t a, std::size_t b) { return static_cast<std::size_t>(a) < b; });
  if (found != tree.category_nodes.end() && static_cast<std::size_t>(*found) == node) {
    const auto i = static_cast<std::size_t>(found - tree.category_nodes.begin());
    for (auto j = tree.category_begins[i]; j < tree.category_begins[i] + tree.category_counts[i]; ++j)
      right(static_cast<std::uint32_t>(tree.categories[static_cast<std::size_t>(j)]));
  }
  if (tree.default_left[node] == 0) right(codes + 1);
  return static_cast<std::uint32_t>(first);
}

Forest::Node ForestLayout::split(const BoostedTree& tree, std::size_t node, std::size_t left) {
  const std::uint16_t slot = slot_of_[static_cast<std::size_t>(tree.feature[node])];
  const auto there = static_cast<std::uint16_t>(left);
  if (tree.by_category(node)) {
    const std::uint32_t set = set_of(tree, node, codes_[static_cast<std::size_t>(tree.feature[node])]);
    return {std::bit_cast<float>(set), slot, there};
  }
  // The library goes to the node behind the left one; which right one is meant does not matter to it.
  if (tree.right[node] != tree.left[node] + 1) refuse("the branches of a split are not side by side");
  if (std::isnan(tree.condition[node])) refuse("it splits at a value that is no number");
  const bool to_left = tree.default_left[node] != 0;
  return {tree.condition[node], static_cast<std::uint16_t>(slot | (to_left ? Forest::missing_left : 0)),
          there};
}

// Breadth first, so that the nodes that every row visits lie together.
void ForestLayout::take_tree(const BoostedTree& tree, std::uint32_t group, float weight) {
  if (tree.outputs != 1) refuse("its leaves hold several values");
  const auto leaf_slot = static_cast<std::uint16_t>(forest_.none() | Forest::missing_left);
  std::vector<std::pair<std::size_t, std::uint16_t>> order = {{0, 0}};  // node, depth
  Forest::Tree made = {static_cast<std::uint32_t>(forest_.nodes_.size()), 0, false, group};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto [node, depth] = order[i];
    made.depth = std::max(made.depth, depth);
    if (tree.is_leaf(node)) {
      forest_.nodes_.push_back({tree.condition[node] * weight, leaf_slot, static_cast<std::uint16_t>(i)});
      continue;
    }
    forest_.nodes_.push_back(split(tree, node, order.size()));
    made.categories = made.categories || tree.by_category(node);
    for (const auto child : {tree.left[node], tree.right[node]})
      order.emplace_back(static_cast<std::size_t>(child), static_cast<std::uint16_t>(depth + 1));
    if (order.size() > most_nodes) refuse("a tree has more than 65536 nodes");
  }
  forest_.trees_.push_back(made);
}

void ForestLayout::take_blocks() {
  const auto& trees = forest_.trees_;
  forest_.blocks_.resize((trees.size() + Forest::in_flight - 1) / Forest::in_flight);
  forest_.roots_.resize((trees.size() + Forest::wide_trees - 1) / Forest::wide_trees * Forest::wide_trees);
  for (std::size_t i = 0; i < trees.size(); ++i) {
    Forest::Block& block = forest_.blocks_[i / Forest::in_flight];
    block.depth = std::max(block.depth, trees[i].depth);
    block.categories = block.categories || trees[i].categories;
    forest_.roots_[i] = trees[i].first;
  }
}

Forest::Laid ForestLayout::make() {
  try {
    take_objective();
    take_features();
    for (std::size_t i = 0; i < model_.trees.size(); ++i) {
      const float weight = model_.tree_weight.empty() ? 1.0f : model_.tree_weight[i];
      take_tree(model_.trees[i], static_cast<std::uint32_t>(model_.tree_group[i]), weight);
    }
    take_blocks();
    forest_.wide_ = forest_.wide();
    return {std::move(forest_), {}};
  } catch (const Refusal& refusal) {
    return {std::nullopt, refusal.why};
  }
}

Forest::Laid Forest::lay(const BoostedModel& model) { return ForestLayout(model).make(); }

}  // namespace mlops::predict
