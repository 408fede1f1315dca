#include "src/forest_json.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>
#include <charconv>

#include "src/forest_check_tree.hpp"
#include "src/forest_scan.hpp"

namespace mlops::predict {
namespace {

struct Reading {
  BoostedModel model = {};
  std::vector<std::int64_t> ids = {};  ///< By tree as written.
  std::int64_t classes = 0;
  std::int64_t targets = 1;
  bool learner = false;
};

void tree_parameters(Scan& scan, BoostedTree& tree) {
  scan.object([&](std::string_view key) {
    if (key == "size_leaf_vector") tree.outputs = std::max<std::int64_t>(1, scan.integer());
    else scan.skip();
  });
}

void tree(Scan& scan, Reading& reading) {
  BoostedTree& tree = reading.model.trees.emplace_back();
  std::int64_t id = static_cast<std::int64_t>(reading.ids.size());
  scan.object([&](std::string_view key) {
    if (key == "left_children") scan.numbers(tree.left);
    else if (key == "right_children") scan.numbers(tree.right);
    else if (key == "parents") scan.numbers(tree.parent);
    else if (key == "split_indices") scan.numbers(tree.feature);
    else if (key == "split_conditions") scan.numbers(tree.condition);
    else if (key == "default_left") scan.numbers(tree.default_left);
    else if (key == "split_type") scan.numbers(tree.split_type);
    else if (key == "categories_nodes") scan.numbers(tree.category_nodes);
    else if (key == "categories_segments") scan.numbers(tree.category_begins);
    else if (key == "categories_sizes") scan.numbers(tree.category_counts);
    else if (key == "categories") scan.numbers(tree.categories);
    else if (key == "tree_param") tree_parameters(scan, tree);
    else if (key == "id") id = scan.integer();
    else scan.skip();
  });
  reading.ids.push_back(id);
}

void dictionary(Scan& scan, BoostedModel& model) {
  scan.object([&](std::string_view key) {
    if (key != "enc") return scan.skip();
    scan.array([&] {
      model.recodes_categories = true;
      scan.skip();
    });
  });
}

void trees(Scan& scan, Reading& reading) {
  BoostedModel& model = reading.model;
  scan.object([&](std::string_view key) {
    if (key == "trees") scan.array([&] { tree(scan, reading); });
    else if (key == "tree_info") scan.numbers(model.tree_group);
    else if (key == "weight_drop") scan.numbers(model.tree_weight);
    else if (key == "cats") dictionary(scan, model);
    else scan.skip();
  });
}

void booster(Scan& scan, Reading& reading) {
  scan.object([&](std::string_view key) {
    if (key == "name") reading.model.booster = scan.text();
    else if (key == "model" && reading.model.booster != "gblinear") trees(scan, reading);
    else if (key == "gbtree") booster(scan, reading);
    else if (key == "weight_drop") scan.numbers(reading.model.tree_weight);
    else scan.skip();
  });
}

// "5E-1", or "[2.5E-1,7.5E-1]" since XGBoost 3.1.
void base_scores(Scan& scan, BoostedModel& model) {
  std::string_view text = scan.text();
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  while (!text.empty()) {
    float value = 0;
    const auto [next, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc()) scan.fail("a base score");
    model.base_scores.push_back(value);
    text.remove_prefix(static_cast<std::size_t>(next - text.data()));
    if (text.starts_with(',')) text.remove_prefix(1);
    else if (!text.empty()) scan.fail("a base score");
  }
}

void model_parameters(Scan& scan, Reading& reading) {
  scan.object([&](std::string_view key) {
    if (key == "base_score") base_scores(scan, reading.model);
    else if (key == "num_feature") reading.model.features = static_cast<std::size_t>(scan.integer());
    else if (key == "num_class") reading.classes = scan.integer();
    else if (key == "num_target") reading.targets = scan.integer();
    else scan.skip();
  });
}

void objective(Scan& scan, BoostedModel& model) {
  scan.object([&](std::string_view key) {
    if (key == "name") model.objective = scan.text();
    else scan.skip();
  });
}

void learner(Scan& scan, Reading& reading) {
  reading.learner = true;
  scan.object([&](std::string_view key) {
    if (key == "gradient_booster") booster(scan, reading);
    else if (key == "learner_model_param") model_parameters(scan, reading);
    else if (key == "objective") objective(scan, reading.model);
    else scan.skip();
  });
}

[[noreturn]] void damaged(const char* what) {
  throw error(Code::corrupt, "the boosted trees are damaged: {}", what);
}

// The library writes trees in order and reads them by number.
void order_trees(Reading& reading) {
  std::vector<BoostedTree> sorted(reading.ids.size());
  std::vector<bool> seen(sorted.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto id = static_cast<std::size_t>(reading.ids[i]);
    if (id >= sorted.size() || seen[id]) damaged("two trees have one number");
    seen[id] = true;
    sorted[id] = std::move(reading.model.trees[i]);
  }
  reading.model.trees = std::move(sorted);
}

void check_model(const Reading& reading) {
  constexpr std::int64_t most = 1 << 24;
  const BoostedModel& model = reading.model;
  if (!reading.learner || model.objective.empty() || model.booster.empty())
    damaged("learner, objective or booster is absent");
  if (model.features == 0 || model.features > static_cast<std::size_t>(most) || reading.classes < 0 ||
      reading.classes > most || reading.targets < 0 || reading.targets > most)
    damaged("the number of features, classes or targets");
  if (model.base_scores.size() != 1 && model.base_scores.size() != model.groups) damaged("the base score");
  if (model.tree_group.size() != model.trees.size())
    damaged("there are not as many trees as classes of them");
  if (!model.tree_weight.empty() && model.tree_weight.size() != model.trees.size())
    damaged("there are not as many weights as trees");
  for (const auto group : model.tree_group)
    if (group < 0 || static_cast<std::size_t>(group) >= model.groups) damaged("a tree of an unknown class");
}

}  // namespace

BoostedModel read_boosted(std::string_view json) {
  Reading reading;
  Scan scan(json);
  scan.object([&](std::string_view key) {
    if (key == "learner") learner(scan, reading);
    else scan.skip();
  });
  scan.end();
  reading.model.groups =
      static_cast<std::size_t>(std::max<std::int64_t>({1, reading.classes, reading.targets}));
  check_model(reading);
  order_trees(reading);
  for (std::size_t i = 0; i < reading.model.trees.size(); ++i)
    check_tree(reading.model.trees[i], reading.model.features, i);
  return std::move(reading.model);
}

}  // namespace mlops::predict
