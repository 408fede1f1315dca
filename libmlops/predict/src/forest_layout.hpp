#pragma once
/// From a model as it was read to a forest.

#include "src/forest_model.hpp"

namespace mlops::predict {

class ForestLayout {
 public:
  explicit ForestLayout(const BoostedModel& model) : model_(model) {}

  Forest::Laid make();

 private:
  struct Refusal;
  [[noreturn]] static void refuse(std::string why);

  void take_objective();
  void take_features();
  void count_codes(const BoostedTree& tree);
  void make_slots(const std::vector<char>& use);
  void take_blocks();
  void take_tree(const BoostedTree& tree, std::uint32_t group, float weight);
  Forest::Node split(const BoostedTree& tree, std::size_t node, std::size_t left);
  std::uint32_t set_of(const BoostedTree& tree, std::size_t node, std::uint32_t codes);

  const BoostedModel& model_;
  Forest forest_ = {};
  std::vector<std::uint16_t> slot_of_ = {};  ///< By feature.
  std::vector<std::uint32_t> codes_ = {};    ///< By feature.
};

}  // namespace mlops::predict
