#include "error_of.hpp"

#include <mlops/base/error.hpp>
#include <mlops/gbdt/booster.hpp>
#include <mlops/predict/forest_check.hpp>
#include <mlops/predict/predictor.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>

namespace mlops::predict {
namespace {

namespace fs = std::filesystem;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t numbers = 7;

Signature signature_of(Task task, const std::vector<std::size_t>& categories, std::size_t classes = 2,
                       std::size_t plain = numbers) {
  Signature signature = {.task = task};
  for (std::size_t i = 0; i < plain; ++i)
    signature.inputs.push_back({.name = "n" + std::to_string(i), .type = "DOUBLE"});
  for (std::size_t i = 0; i < categories.size(); ++i) {
    Input input = {.name = "c" + std::to_string(i), .type = "VARCHAR", .encoding = Encoding::category};
    for (std::size_t code = 0; code < categories[i]; ++code) input.categories.push_back(std::to_string(code));
    signature.inputs.push_back(std::move(input));
  }
  if (task != Task::regression)
    for (std::size_t i = 0; i < classes; ++i) signature.classes.push_back(std::to_string(i));
  return signature;
}

/// Rows with holes, of which some columns and some categories matter.
struct Sample {
  Frame frame = {};
  std::vector<float> labels = {};  ///< From 0 up, below 5.

  Sample(const Signature& signature, std::size_t rows, unsigned seed, bool holes = true) {
    std::mt19937 random(seed);
    const auto unit = [&] { return static_cast<double>(random() % 100'000) / 100'000; };
    frame.rows = rows;
    frame.features.resize(signature.inputs.size());
    labels.resize(rows);
    for (std::size_t f = 0; f < signature.inputs.size(); ++f) {
      const auto codes = static_cast<unsigned>(signature.inputs[f].categories.size());
      for (std::size_t row = 0; row < rows; ++row) {
        const bool hole = holes && random() % 15 == 0;
        double effect = 0;
        if (codes == 0) {
          const double value = unit() * 4 - 2;
          frame.features[f].numbers.push_back(hole ? missing : value);
          effect = f < 3 ? value * value : 0;
        } else {
          const auto code = static_cast<std::int32_t>(random() % codes);
          const std::int32_t other = random() % 2 == 0 ? code_null : code_unseen;
          frame.features[f].codes.push_back(hole ? other : code);
          effect = code * 7 % 5 == 2 ? 2 : 0;
        }
        labels[row] += static_cast<float>(effect + unit() / 4);
      }
    }
    for (float& label : labels) label = std::min(label / 3, 4.9f);
  }
};

std::vector<float> labels_for(std::string_view objective, const std::vector<float>& values) {
  std::vector<float> labels;
  for (const float value : values) {
    if (objective.starts_with("multi:")) labels.push_back(std::min(std::floor(value), 3.0f));
    else if (objective.starts_with("binary:") || objective == "reg:logistic") labels.push_back(value > 1.5f);
    else labels.push_back(objective == "count:poisson" ? std::floor(value) : value);
  }
  return labels;
}

using Parameters = std::map<std::string, std::string>;

class Forests : public testing::Test {
 protected:
  Package trained(const Signature& signature, Parameters parameters, int rounds = 20, int stop_after = 0) {
    const Sample train(signature, 3000, 1);
    const Sample valid(signature, stop_after == 0 ? 0 : 800, 2);
    const auto labels = labels_for(parameters["objective"], train.labels);
    const auto valid_labels = labels_for(parameters["objective"], valid.labels);
    const auto values = floats(train.frame);
    const auto valid_values = floats(valid.frame);
    const std::size_t width = signature.inputs.size();
    gbdt::TrainRequest request = {.train = {values, train.frame.rows, width},
                                  .train_labels = labels,
                                  .valid = {valid_values, valid.frame.rows, width},
                                  .valid_labels = valid_labels,
                                  .parameters = std::move(parameters),
                                  .rounds = rounds,
                                  .stop_after = stop_after};
    for (const Input& input : signature.inputs)
      request.categorical.push_back(input.encoding == Encoding::category);
    auto result = gbdt::train(engines_, request);
    rounds_ = result.rounds;
    return package(signature, std::move(result.model));
  }

  static Package package(const Signature& signature, std::string model) {
    Package made = {.signature = signature, .algorithm = "xgboost"};
    made.files["booster.json"] = std::move(model);
    return made;
  }

  static std::vector<float> floats(const Frame& frame) {
    std::vector<float> values(frame.rows * frame.features.size());
    frame.to_floats(values);
    return values;
  }

  std::vector<double> ours(const Package& package, const Frame& frame) {
    std::vector<double> out(frame.rows * package.signature.outputs());
    open(package, none_)->predict(frame, out);
    return out;
  }

  std::vector<double> library(const Package& package, const Frame& frame) {
    const auto values = floats(frame);
    std::vector<float> out(frame.rows * package.signature.outputs());
    gbdt::load(engines_, package.files.at("booster.json"))
        ->predict({values, frame.rows, frame.features.size()}, out);
    return {out.begin(), out.end()};
  }

  void expect_same(const Package& package, const std::string& what) {
    for (const bool holes : {true, false}) {
      const Sample sample(package.signature, holes ? 10'001 : 1001, 3, holes);
      EXPECT_EQ(ours(package, sample.frame), library(package, sample.frame)) << what;
    }
    const Sample sample(package.signature, 300, 4);
    const ForestCheck check = check_against_library(package, engines_, sample.frame);
    EXPECT_FALSE(check.by_library) << what;
    EXPECT_GE(check.rows, 300u) << what;
    if (check.difference) {
      ADD_FAILURE() << what << ": row " << check.difference->row << " ours " << check.difference->ours
                    << " library " << check.difference->library;
    }
  }

  Engines engines_{{ENGINES_DIR}};
  Engines none_{{"/nonexistent"}};  ///< Opening and predicting need no engine.
  int rounds_ = 0;
};

const std::vector<std::size_t> some_categories = {3, 12, 40, 300};

TEST_F(Forests, answer_as_the_library_does_for_each_objective) {
  for (const char* objective :
       {"reg:squarederror", "reg:squaredlogerror", "reg:pseudohubererror", "reg:logistic", "count:poisson",
        "reg:gamma", "reg:tweedie", "reg:absoluteerror", "rank:pairwise", "survival:cox"}) {
    for (const auto& categories : {std::vector<std::size_t>{}, some_categories}) {
      expect_same(trained(signature_of(Task::regression, categories), {{"objective", objective}}), objective);
    }
  }
}

TEST_F(Forests, answer_as_the_library_does_for_two_classes) {
  for (const auto& categories : {std::vector<std::size_t>{}, some_categories, std::vector<std::size_t>{5}}) {
    for (const char* one_hot : {"1", "50"}) {
      expect_same(trained(signature_of(Task::binary, categories), {{"objective", "binary:logistic"},
                                                                   {"max_depth", "8"},
                                                                   {"max_cat_to_onehot", one_hot},
                                                                   {"base_score", "0.3"}}),
                  one_hot);
    }
  }
  expect_same(trained(signature_of(Task::binary, {}), {{"objective", "binary:hinge"}}), "hinge");
}

TEST_F(Forests, answer_as_the_library_does_for_many_classes) {
  for (const auto& categories : {std::vector<std::size_t>{}, some_categories}) {
    for (const char* parallel : {"1", "3"}) {
      expect_same(trained(signature_of(Task::multiclass, categories, 4), {{"objective", "multi:softprob"},
                                                                          {"num_class", "4"},
                                                                          {"num_parallel_tree", parallel},
                                                                          {"subsample", "0.8"}}),
                  parallel);
    }
  }
}

TEST_F(Forests, answer_as_the_library_does_for_other_ways_of_training) {
  const Signature plain = signature_of(Task::regression, {});
  const Signature mixed = signature_of(Task::regression, some_categories);
  expect_same(
      trained(plain, {{"objective", "reg:squarederror"}, {"tree_method", "exact"}, {"max_depth", "10"}}),
      "exact");
  expect_same(trained(mixed, {{"objective", "reg:squarederror"}, {"tree_method", "approx"}}), "approx");
  expect_same(trained(mixed, {{"objective", "reg:squarederror"},
                              {"grow_policy", "lossguide"},
                              {"max_depth", "0"},
                              {"max_leaves", "200"}}),
              "lossguide");
  expect_same(trained(plain, {{"objective", "reg:squarederror"}, {"gamma", "3"}, {"max_depth", "12"}}),
              "pruned");
  expect_same(trained(plain, {{"objective", "reg:squarederror"}}, 1), "one round");
  for (const auto& signature : {plain, mixed})
    expect_same(
        trained(signature, {{"objective", "reg:squarederror"}, {"booster", "dart"}, {"rate_drop", "0.2"}}),
        "dart");
}

/// Registers hold 16 values, or 16 trees.
TEST_F(Forests, answer_as_the_library_does_for_any_number_of_columns_and_trees) {
  const auto expect = [&](std::size_t columns, int rounds) {
    expect_same(
        trained(signature_of(Task::binary, {}, 2, columns), {{"objective", "binary:logistic"}}, rounds),
        std::to_string(columns) + " columns, " + std::to_string(rounds) + " trees");
  };
  for (const std::size_t columns : {15, 16, 31, 32, 50}) expect(columns, 65);
  for (const int rounds : {7, 16, 17, 64, 150}) expect(20, rounds);
}

TEST_F(Forests, answer_as_the_library_does_when_cut_to_the_best_round) {
  const auto package = trained(signature_of(Task::multiclass, some_categories, 4),
                               {{"objective", "multi:softprob"}, {"num_class", "4"}, {"eta", "1"}}, 100, 3);
  EXPECT_LT(rounds_, 97);
  expect_same(package, "early stop");
}

TEST_F(Forests, a_label_that_never_changes_makes_trees_of_one_leaf) {
  const Signature signature = signature_of(Task::regression, {4});
  const Sample sample(signature, 50, 1);
  const auto values = floats(sample.frame);
  const std::vector<float> labels(50, 2.5f);
  gbdt::TrainRequest request = {.train = {values, 50, signature.inputs.size()},
                                .train_labels = labels,
                                .parameters = {{"objective", "reg:squarederror"}},
                                .rounds = 9};
  expect_same(package(signature, gbdt::train(engines_, request).model), "constant");
}

TEST_F(Forests, a_row_is_answered_alike_alone_and_among_others) {
  const auto made = trained(signature_of(Task::multiclass, some_categories, 4),
                            {{"objective", "multi:softprob"}, {"num_class", "4"}});
  const Sample sample(made.signature, 203, 5);
  const auto together = ours(made, sample.frame);
  for (const std::uint32_t row : {0u, 7u, 8u, 63u, 64u, 130u, 202u}) {
    const auto alone = ours(made, sample.frame.select(std::vector<std::uint32_t>{row}));
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), together.begin() + row * 4)) << row;
  }
}

TEST_F(Forests, extreme_values_are_answered_as_the_library_does) {
  using Limits = std::numeric_limits<double>;
  const auto made = trained(signature_of(Task::binary, some_categories), {{"objective", "binary:logistic"}});
  Sample sample(made.signature, 2000, 6);
  const std::vector<double> odd = {
      Limits::infinity(),    -Limits::infinity(),  1e300, -1e300, 1e-310, -0.0, 0.0,
      1.401298464324817e-45, 3.4028234663852886e38};
  const std::vector<std::int32_t> codes = {299, 300, 301, 319, 320, 1'000'000, 16'777'216, 2'147'483'647};
  for (std::size_t row = 0; row < sample.frame.rows; ++row) {
    Values& values = sample.frame.features[row % sample.frame.features.size()];
    if (values.codes.empty()) values.numbers[row] = odd[row / 7 % odd.size()];
    else values.codes[row] = codes[row / 7 % codes.size()];
  }
  EXPECT_EQ(ours(made, sample.frame), library(made, sample.frame));
}

TEST_F(Forests, log_odds_become_probabilities) {
  const Signature signature = signature_of(Task::binary, {});
  const auto raw = trained(signature, {{"objective", "binary:logitraw"}});
  const Sample sample(signature, 100, 3);
  const auto sums = library(raw, sample.frame);
  const auto probabilities = ours(raw, sample.frame);
  for (std::size_t i = 0; i < sums.size(); ++i)
    EXPECT_NEAR(probabilities[i], 1 / (1 + std::exp(-sums[i])), 1e-6);
}

TEST_F(Forests, other_models_are_left_to_the_library) {
  const auto made = trained(signature_of(Task::regression, {}),
                            {{"objective", "reg:squarederror"}, {"booster", "gblinear"}});
  const Sample sample(made.signature, 500, 3, false);
  std::vector<double> out(500);
  open(made, engines_)->predict(sample.frame, out);
  EXPECT_EQ(out, library(made, sample.frame));
  EXPECT_TRUE(check_against_library(made, engines_, sample.frame).by_library);

  const Error fault = test::error_of([&] { open(made, none_); });
  EXPECT_EQ(fault.code(), Code::failed);
  EXPECT_EQ(fault.id(), "engine.missing");
  ASSERT_FALSE(fault.context().empty());
  EXPECT_NE(fault.context()[0].find("gblinear"), std::string::npos);
}

TEST_F(Forests, large_trees_are_left_to_the_library) {
  const Signature signature = signature_of(Task::regression, {});
  const Sample sample(signature, 40'000, 1);
  const auto values = floats(sample.frame);
  std::vector<float> labels = sample.labels;
  std::mt19937 random(1);
  for (float& label : labels) label = static_cast<float>(random() % 100'000);
  gbdt::TrainRequest request = {.train = {values, sample.frame.rows, signature.inputs.size()},
                                .train_labels = labels,
                                .parameters = {{"objective", "reg:squarederror"},
                                               {"tree_method", "exact"},
                                               {"max_depth", "60"},
                                               {"min_child_weight", "0"},
                                               {"lambda", "0"}},
                                .rounds = 1};
  const auto made = package(signature, gbdt::train(engines_, request).model);
  EXPECT_EQ(test::error_of([&] { open(made, none_); }).id(), "engine.missing");
  std::vector<double> out(sample.frame.rows);
  open(made, engines_)->predict(sample.frame, out);
  EXPECT_EQ(out, library(made, sample.frame));
}

TEST_F(Forests, class_numbers_are_refused_where_probabilities_are_wanted) {
  const auto made =
      trained(signature_of(Task::multiclass, {}, 4), {{"objective", "multi:softmax"}, {"num_class", "4"}});
  const Error fault = test::error_of([&] { open(made, engines_); });
  EXPECT_EQ(fault.code(), Code::failed);
  EXPECT_NE(fault.hint().find("multi:softprob"), std::string::npos);
}

TEST_F(Forests, a_model_that_does_not_fit_its_signature_is_corrupt) {
  const auto made = trained(signature_of(Task::regression, {}), {{"objective", "reg:squarederror"}}, 2);
  auto other = made;
  other.signature.inputs.pop_back();
  EXPECT_EQ(test::error_of([&] { open(other, engines_); }).code(), Code::corrupt);
  other = made;
  other.signature = signature_of(Task::multiclass, {}, 3);
  EXPECT_EQ(test::error_of([&] { open(other, engines_); }).code(), Code::corrupt);
  other = made;
  other.files.clear();
  EXPECT_EQ(test::error_of([&] { open(other, engines_); }).code(), Code::corrupt);
}

TEST_F(Forests, models_of_newer_versions_of_the_library_are_read) {
  const auto made = trained(signature_of(Task::multiclass, {}, 4),
                            {{"objective", "multi:softprob"}, {"num_class", "4"}}, 5);
  const Sample sample(made.signature, 100, 3);
  auto newer = made;
  std::string& json = newer.files["booster.json"];
  const std::string old = "\"base_score\":\"5E-1\"";
  ASSERT_NE(json.find(old), std::string::npos);
  json.replace(json.find(old), old.size(), "\"base_score\":\"[5E-1,5E-1,5E-1,5E-1]\"");
  json.replace(
      json.find("\"tree_info\""), 0,
      "\"cats\":{\"enc\":[],\"feature_segments\":[],\"sorted_idx\":[]},\"iteration_indptr\":[0,4,8],");
  EXPECT_EQ(ours(newer, sample.frame), ours(made, sample.frame));
  json.replace(json.find("[5E-1,5E-1,5E-1,5E-1]"), 21, "[5E-1,5E-1,5E-1,9E-1]");
  EXPECT_NE(ours(newer, sample.frame), ours(made, sample.frame));
}

TEST_F(Forests, a_check_finds_the_smallest_difference) {
  const auto made =
      trained(signature_of(Task::regression, some_categories), {{"objective", "reg:squarederror"}}, 3);
  const Sample sample(made.signature, 10, 3);
  EXPECT_FALSE(check_against_library(made, engines_, sample.frame).difference);
  EXPECT_FALSE(
      check_against_library(made, engines_, Frame{0, std::vector<Values>(made.signature.inputs.size())})
          .difference);
}

class WithPython : public Forests {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "forest_test.XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(dir_); }

  std::vector<double> by_python(const Package& package, const Frame& frame, std::size_t categories) {
    const auto values = floats(frame);
    std::ofstream(dir_ / "model.json", std::ios::binary) << package.files.at("booster.json");
    std::ofstream(dir_ / "rows", std::ios::binary)
        .write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * 4));
    const std::string command = std::string(TEST_DATA) + "/../support/xgboost_predict.py " +
                                path("model.json") + path("rows") + std::to_string(frame.features.size()) +
                                " " + std::to_string(categories) + " " + path("out");
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    std::vector<float> out(frame.rows * package.signature.outputs());
    std::ifstream(dir_ / "out", std::ios::binary)
        .read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size() * 4));
    return {out.begin(), out.end()};
  }

 private:
  std::string path(const char* name) const { return (dir_ / name).string() + " "; }

  fs::path dir_;
};

TEST_F(WithPython, the_same_file_gives_the_same_answers) {
  const auto two = trained(signature_of(Task::binary, some_categories), {{"objective", "binary:logistic"}});
  const Sample sample(two.signature, 10'000, 9);
  EXPECT_EQ(ours(two, sample.frame), by_python(two, sample.frame, some_categories.size()));
  const auto four = trained(signature_of(Task::multiclass, {}, 4),
                            {{"objective", "multi:softprob"}, {"num_class", "4"}, {"eta", "1"}}, 60, 3);
  const Sample others(four.signature, 10'000, 10);
  EXPECT_EQ(ours(four, others.frame), by_python(four, others.frame, 0));
}

// Each byte changed and each cut either opens and predicts, or is an Error: never a crash, never a hang.
TEST_F(Forests, damaged_models_are_errors) {
  const auto made = trained(signature_of(Task::regression, {3, 40}),
                            {{"objective", "reg:squarederror"}, {"max_depth", "4"}}, 3);
  const Sample sample(made.signature, 70, 3);
  const std::string& whole = made.files.at("booster.json");
  std::mt19937 random(1);
  const auto attempt = [&](const std::string& bytes) {
    try {
      std::vector<double> out(sample.frame.rows);
      open(package(made.signature, bytes), none_)->predict(sample.frame, out);
    } catch (const Error& fault) {
      EXPECT_TRUE(fault.code() == Code::corrupt || fault.id() == "engine.missing" ||
                  fault.code() == Code::failed)
          << fault.message();
      EXPECT_NE(fault.code(), Code::internal);
    }
  };
  const std::string letters("\"{}[],:-0123456789eE.tfnN\\ \n\0\xff", 30);
  for (int i = 0; i < 6000; ++i) {
    std::string bytes = whole;
    for (auto changes = 1 + random() % 3; changes != 0; --changes)
      bytes[random() % bytes.size()] = letters[random() % letters.size()];
    attempt(bytes);
  }
  for (std::size_t length = 0; length < whole.size(); length += 1 + random() % 31) {
    const std::string cut = whole.substr(0, length);
    EXPECT_EQ(test::error_of([&] { open(package(made.signature, cut), none_); }).code(), Code::corrupt)
        << length;
    std::string hole = whole;
    attempt(hole.erase(length, 1 + random() % 200));
  }
  attempt(std::string(100'000, '['));
  attempt("{\"learner\":" + std::string(100'000, '['));
  std::string deep = "{\"learner\":{\"gradient_booster\":";
  for (int i = 0; i < 200'000; ++i) deep += "{\"gbtree\":";
  attempt(deep);
}

TEST_F(Forests, walks_that_would_not_end_are_corrupt) {
  const auto made =
      trained(signature_of(Task::regression, {}), {{"objective", "reg:squarederror"}, {"max_depth", "2"}}, 1);
  const std::string& whole = made.files.at("booster.json");
  const auto with = [&](const std::string& key, const std::string& array) {
    std::string bytes = whole;
    const auto begin = bytes.find("\"" + key + "\":[") + key.size() + 3;
    bytes.replace(begin, bytes.find(']', begin) + 1 - begin, array);
    return test::error_of([&] { open(package(made.signature, bytes), none_); }).code();
  };
  EXPECT_EQ(with("left_children", "[1,0,5,-1,-1,-1,-1]"), Code::corrupt);
  EXPECT_EQ(with("left_children", "[1,1,5,-1,-1,-1,-1]"), Code::corrupt);
  EXPECT_EQ(with("left_children", "[1,3,7,-1,-1,-1,-1]"), Code::corrupt);
  EXPECT_EQ(with("left_children", "[1,3,-2,-1,-1,-1,-1]"), Code::corrupt);
  EXPECT_EQ(with("split_indices", "[99,0,0,0,0,0,0]"), Code::corrupt);
  EXPECT_EQ(with("split_conditions", "[1,2,3]"), Code::corrupt);
  EXPECT_EQ(with("parents", "[2147483647,0,0,1,1,2,9]"), Code::corrupt);
  EXPECT_EQ(with("tree_info", "[1]"), Code::corrupt);
}

}  // namespace
}  // namespace mlops::predict
