#include "error_of.hpp"

#include <mlops/base/error.hpp>
#include <mlops/gbdt/booster.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>
#include <random>

namespace mlops::gbdt {
namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

/// Rows of numbers with holes, and of one category; labels that depend on them.
struct Table {
  std::size_t rows;
  std::size_t columns = 6;
  std::vector<float> values = {};
  std::vector<float> labels = {};

  explicit Table(std::size_t count, unsigned seed = 1, float classes = 2) : rows(count) {
    std::mt19937 random(seed);
    const auto unit = [&] { return static_cast<float>(random() % 10000) / 10000; };
    for (std::size_t row = 0; row < rows; ++row) {
      float sum = 0;
      for (std::size_t column = 0; column + 1 < columns; ++column) {
        const float value = unit();
        sum += column < 3 ? value : 0;
        values.push_back(random() % 20 == 0 ? missing : value);
      }
      const auto code = static_cast<float>(random() % 12);
      values.push_back(code);
      sum += code == 3 || code == 7 || code == 8 ? 1.0f : 0.0f;
      const float noisy = sum + unit() / 4;  // 0 to 4.25, about 1.9 on the average
      labels.push_back(classes == 0 ? sum : std::min(std::floor(noisy * classes / 3.8f), classes - 1.0f));
    }
  }

  Matrix matrix() const { return {values, rows, columns}; }
};

class Gbdt : public ::testing::Test {
 protected:
  TrainRequest request() const {
    return {.train = train_.matrix(),
            .train_labels = train_.labels,
            .valid = valid_.matrix(),
            .valid_labels = valid_.labels,
            .categorical = {false, false, false, false, false, true},
            .parameters = {{"objective", "binary:logistic"},
                           {"eval_metric", "logloss"},
                           {"eta", "0.3"},
                           {"max_depth", "4"},
                           {"seed", "7"},
                           {"nthread", "1"}},
            .rounds = 20};
  }
  std::vector<float> predict(const std::string& model, const Table& table, std::size_t outputs = 1) {
    std::vector<float> out(table.rows * outputs);
    load(engines_, model)->predict(table.matrix(), out);
    return out;
  }

  Engines engines_{{ENGINES_DIR}};
  Table train_{3000, 1};
  Table valid_{1000, 2};
};

double accuracy(const std::vector<float>& probabilities, const std::vector<float>& labels) {
  double right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += (probabilities[i] >= 0.5f) == (labels[i] == 1);
  return right / static_cast<double>(labels.size());
}

double logloss(const std::vector<float>& probabilities, const std::vector<float>& labels) {
  double sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double p = static_cast<double>(probabilities[i]);
    sum -= labels[i] == 1 ? std::log(p) : std::log1p(-p);
  }
  return sum / static_cast<double>(labels.size());
}

TEST_F(Gbdt, learns_and_says_how_each_round_went) {
  auto asked = request();
  std::vector<int> rounds;
  asked.at_round = [&](int round, double, double) { rounds.push_back(round); };
  const Trained trained = train(engines_, asked);
  EXPECT_EQ(trained.rounds, 20);
  EXPECT_EQ(rounds.size(), 20u);
  EXPECT_EQ(rounds.back(), 19);
  ASSERT_EQ(trained.history.size(), 20u);
  EXPECT_LT(trained.history.back().first, trained.history.front().first);
  EXPECT_GT(accuracy(predict(trained.model, valid_), valid_.labels), 0.75);
  EXPECT_NEAR(trained.history.back().second, logloss(predict(trained.model, valid_), valid_.labels), 1e-6);
  EXPECT_NEAR(trained.history.back().first, logloss(predict(trained.model, train_), train_.labels), 1e-6);
}

TEST_F(Gbdt, the_same_request_gives_the_same_bytes) {
  auto asked = request();
  asked.parameters["subsample"] = "0.7";
  asked.parameters["colsample_bytree"] = "0.6";
  asked.parameters["colsample_bynode"] = "0.8";
  for (const char* method : {"hist", "approx", "exact"}) {
    asked.parameters["tree_method"] = method;
    if (std::string(method) == "exact") asked.categorical.clear();
    const std::string first = train(engines_, asked).model;
    std::vector<std::vector<char>> garbage;
    for (std::size_t i = 0; i < 1000; ++i) garbage.emplace_back(16 + i * 7, static_cast<char>(i));
    garbage.resize(500);
    const Table copy = train_;
    auto again = asked;
    again.train = copy.matrix();
    again.train_labels = copy.labels;
    EXPECT_EQ(first, train(engines_, again).model) << method;
    again.parameters["seed"] = "8";
    EXPECT_NE(first, train(engines_, again).model) << method;
  }
}

TEST_F(Gbdt, several_threads_give_the_same_bytes_each_time) {
  auto asked = request();
  asked.parameters["nthread"] = "2";
  asked.rounds = 3;
  EXPECT_EQ(train(engines_, asked).model, train(engines_, asked).model);
}

TEST_F(Gbdt, one_thread_unless_told_otherwise) {
  auto asked = request();
  asked.parameters["nthread"] = "1";
  const std::string one = train(engines_, asked).model;
  asked.parameters.erase("nthread");
  EXPECT_EQ(one, train(engines_, asked).model);
}

TEST_F(Gbdt, early_stop_cuts_the_model_to_its_best_round) {
  auto asked = request();
  asked.parameters["eta"] = "1";
  asked.parameters["max_depth"] = "8";
  asked.rounds = 200;
  asked.stop_after = 5;
  const Trained trained = train(engines_, asked);
  std::size_t best = 0;
  for (std::size_t i = 0; i < trained.history.size(); ++i)
    if (trained.history[i].second < trained.history[best].second) best = i;
  EXPECT_EQ(trained.rounds, static_cast<int>(best) + 1);
  EXPECT_EQ(trained.history.size(), best + 1 + 5);
  asked.rounds = trained.rounds;
  asked.stop_after = 0;
  EXPECT_EQ(predict(trained.model, valid_), predict(train(engines_, asked).model, valid_));
}

TEST_F(Gbdt, a_greater_metric_can_be_the_better_one) {
  auto asked = request();
  asked.parameters["eval_metric"] = "logloss,auc";
  asked.parameters["eta"] = "1";
  asked.rounds = 100;
  asked.stop_after = 4;
  asked.maximize = true;
  const Trained trained = train(engines_, asked);
  double best = 0;
  for (const auto& [on_train, on_valid] : trained.history) best = std::max(best, on_valid);
  EXPECT_LT(trained.rounds, 100);
  EXPECT_DOUBLE_EQ(best, trained.history[static_cast<std::size_t>(trained.rounds) - 1].second);
}

TEST_F(Gbdt, dart_stops_with_the_model_as_it_was) {
  auto asked = request();
  asked.parameters["booster"] = "dart";
  asked.parameters["rate_drop"] = "0.3";
  asked.parameters["eta"] = "1";
  asked.rounds = 60;
  asked.stop_after = 5;
  const Trained trained = train(engines_, asked);
  ASSERT_LT(static_cast<std::size_t>(trained.rounds), trained.history.size());
  const double then = trained.history[static_cast<std::size_t>(trained.rounds) - 1].second;
  EXPECT_NEAR(then, logloss(predict(trained.model, valid_), valid_.labels), 1e-6);
}

TEST_F(Gbdt, a_metric_that_is_no_number_is_an_error) {
  auto asked = request();
  asked.valid_labels = std::span<const float>(valid_.labels).first(3);
  asked.valid = {std::span<const float>(valid_.values).first(18), 3, 6};
  std::vector<float> same = {1, 1, 1};
  asked.valid_labels = same;
  asked.parameters["eval_metric"] = "auc";
  asked.stop_after = 3;
  const Error fault = test::error_of([&] { train(engines_, asked); });
  EXPECT_EQ(fault.code(), Code::failed);
  EXPECT_NE(fault.message().find("was no number"), std::string::npos) << fault.message();
}

TEST_F(Gbdt, without_validation_rows_there_is_no_stop) {
  auto asked = request();
  asked.valid = {};
  asked.valid_labels = {};
  asked.stop_after = 1;
  const Trained trained = train(engines_, asked);
  EXPECT_EQ(trained.rounds, 20);
  EXPECT_TRUE(std::isnan(trained.history[0].second));
}

TEST_F(Gbdt, categories_are_split_as_sets) {
  auto asked = request();
  const auto has_sets = [](const std::string& model) {
    const std::string key = "\"categories_nodes\":[";
    for (auto at = model.find(key); at != model.npos; at = model.find(key, at + 1))
      if (model[at + key.size()] != ']') return true;
    return false;
  };
  EXPECT_TRUE(has_sets(train(engines_, asked).model));
  asked.categorical.clear();
  EXPECT_FALSE(has_sets(train(engines_, asked).model));
}

TEST_F(Gbdt, weights_count) {
  auto asked = request();
  std::vector<float> weights;
  for (const float label : train_.labels) weights.push_back(label == 1 ? 50.0f : 1.0f);
  asked.weights = weights;
  const auto heavy = predict(train(engines_, asked).model, valid_);
  asked.weights = {};
  const auto even = predict(train(engines_, asked).model, valid_);
  const auto mean = [](const std::vector<float>& of) {
    return std::accumulate(of.begin(), of.end(), 0.0) / static_cast<double>(of.size());
  };
  EXPECT_GT(mean(heavy), mean(even) + 0.1);
}

TEST_F(Gbdt, several_classes_and_values) {
  const Table classes(3000, 3, 3);
  auto asked = request();
  asked.train = classes.matrix();
  asked.train_labels = classes.labels;
  asked.valid = {};
  asked.valid_labels = {};
  asked.parameters = {{"objective", "multi:softprob"}, {"num_class", "3"}, {"eval_metric", "mlogloss"}};
  const auto out = predict(train(engines_, asked).model, classes, 3);
  for (std::size_t row = 0; row < 100; ++row)
    EXPECT_NEAR(out[row * 3] + out[row * 3 + 1] + out[row * 3 + 2], 1, 1e-5);

  const Table values(3000, 4, 0);
  asked.train = values.matrix();
  asked.train_labels = values.labels;
  asked.parameters = {{"objective", "reg:squarederror"}, {"eval_metric", "rmse"}};
  EXPECT_LT(train(engines_, asked).history.back().first, 0.3);
}

TEST_F(Gbdt, can_be_cancelled_between_rounds) {
  auto asked = request();
  Cancel cancel;
  asked.cancel = &cancel;
  int last = -1;
  asked.at_round = [&](int round, double, double) {
    last = round;
    if (round == 3) cancel.set();
  };
  EXPECT_EQ(test::error_of([&] { train(engines_, asked); }).code(), Code::interrupted);
  EXPECT_EQ(last, 3);
}

TEST_F(Gbdt, a_caller_that_throws_stops_the_training) {
  auto asked = request();
  asked.at_round = [](int, double, double) { throw error(Code::busy, "full"); };
  EXPECT_EQ(test::error_of([&] { train(engines_, asked); }).code(), Code::busy);
}

TEST_F(Gbdt, what_the_library_refuses_is_said_in_one_line) {
  auto asked = request();
  asked.parameters["objective"] = "binary:nonsense";
  Error fault = test::error_of([&] { train(engines_, asked); });
  EXPECT_EQ(fault.code(), Code::failed);
  EXPECT_EQ(fault.message(), "XGBoost: Unknown objective function: `binary:nonsense`");

  asked = request();
  asked.parameters["max_depth"] = "deep";
  EXPECT_EQ(test::error_of([&] { train(engines_, asked); }).code(), Code::failed);

  asked = request();
  asked.parameters["etaa"] = "0.3";
  fault = test::error_of([&] { train(engines_, asked); });
  EXPECT_EQ(fault.code(), Code::usage);
  EXPECT_NE(fault.message().find("'etaa'"), std::string::npos) << fault.message();

  asked = request();
  asked.parameters["nthread"] = "0";
  EXPECT_EQ(test::error_of([&] { train(engines_, asked); }).code(), Code::usage);

  asked = request();
  train_.values[5] = -1;
  fault = test::error_of([&] { train(engines_, asked); });
  EXPECT_NE(fault.message().find("Invalid categorical value"), std::string::npos) << fault.message();
}

TEST_F(Gbdt, nothing_is_printed) {
  std::FILE* file = std::tmpfile();
  std::fflush(nullptr);
  const int out = dup(1);
  const int err = dup(2);
  dup2(fileno(file), 1);
  dup2(fileno(file), 2);
  auto asked = request();
  asked.parameters["verbosity"] = "3";
  const std::string model = train(engines_, asked).model;
  predict(model, valid_);
  asked.parameters["etaa"] = "1";
  test::error_of([&] { train(engines_, asked); });
  std::fflush(nullptr);
  dup2(out, 1);
  dup2(err, 2);
  close(out);
  close(err);
  EXPECT_EQ(std::ftell(file), 0);
  std::fclose(file);
}

TEST_F(Gbdt, a_model_travels_as_json_and_as_ubjson) {
  const std::string json = train(engines_, request()).model;
  const auto booster = load(engines_, json);
  EXPECT_EQ(booster->save("JSON"), json);
  const std::string binary = booster->save("UBJSON");
  EXPECT_LT(binary.size(), json.size());
  EXPECT_EQ(predict(binary, valid_), predict(json, valid_));
}

TEST_F(Gbdt, what_is_no_model_is_corrupt) {
  const std::string model = train(engines_, request()).model;
  for (const std::string& bytes :
       {std::string(), std::string("binf"), std::string(200, '\0'), std::string("{}"),
        std::string("{\"learner\": 1}"), model.substr(0, model.size() / 2), model.substr(1)}) {
    EXPECT_EQ(test::error_of([&] { load(engines_, bytes); }).code(), Code::corrupt) << bytes.substr(0, 40);
  }
}

TEST_F(Gbdt, a_missing_engine_is_one_clear_error) {
  Engines none({"/nonexistent"});
  const Error fault = test::error_of([&] { train(none, request()); });
  EXPECT_EQ(fault.code(), Code::failed);
  EXPECT_EQ(fault.id(), "engine.missing");
  EXPECT_NE(fault.hint().find("MLOPS_GBDT"), std::string::npos);
}

}  // namespace
}  // namespace mlops::gbdt
