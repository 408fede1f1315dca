/// The trainers. What they give is held to what defines it: normal equations, a gradient of zero, equal bytes
/// for any number of threads.
#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/predict/linear.hpp>
#include <mlops/predict/predictor.hpp>
#include <mlops/train/trainer.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <sstream>

#include "error_of.hpp"

namespace mlops::train {
namespace {

using predict::Encoding;
using predict::LinearModel;
using predict::Signature;
using predict::Task;
using test::error_of;

/// Numbers and categories with a label that depends on them; the same for the same seed.
class Data {
 public:
  Data(Task task, std::size_t numbers, std::size_t categories) : numbers_(numbers), categories_(categories) {
    signature.task = task;
    signature.label = "y";
    if (task == Task::binary) signature.classes = {"no", "yes"};
    if (task == Task::multiclass) signature.classes = {"a", "b", "c"};
    for (std::size_t i = 0; i < numbers; ++i)
      signature.inputs.push_back({.name = "x" + std::to_string(i), .type = "DOUBLE"});
    if (categories == 0) return;
    signature.inputs.push_back({.name = "c", .type = "VARCHAR", .encoding = Encoding::category});
    for (std::size_t k = 0; k < categories; ++k)
      signature.inputs.back().categories.push_back("k" + std::to_string(k));
  }

  Part part(std::size_t rows, unsigned seed, double nulls = 0) const {
    std::mt19937_64 random(seed);
    const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
    Part part = {{.rows = rows, .features = std::vector<predict::Values>(signature.inputs.size())}, {}};
    for (std::size_t row = 0; row < rows; ++row) {
      double score = 0;
      for (std::size_t i = 0; i < numbers_; ++i) {
        const double x = 10 * uniform() - 3;
        part.frame.features[i].numbers.push_back(uniform() < nulls ? std::nan("") : x);
        score += (i % 2 == 0 ? x : -x) / static_cast<double>(i + 1);
      }
      if (categories_ > 0) {
        const auto code = static_cast<std::int32_t>(random() % categories_);
        part.frame.features.back().codes.push_back(uniform() < nulls ? predict::code_null : code);
        score += code % 3;
      }
      score += 4 * (uniform() - 0.5);
      part.labels.push_back(label(score));
    }
    return part;
  }

  Signature signature = {};

 private:
  double label(double score) const {
    if (signature.task == Task::regression) return score;
    if (signature.task == Task::binary) return score > 2 ? 1 : 0;
    return score < 0 ? 0 : score < 3 ? 1 : 2;
  }

  std::size_t numbers_, categories_;
};

class FitTest : public testing::Test {
 protected:
  Fitted fit_it(const Data& data, const std::string& trainer, json::Object parameters, const Part& train,
                const Part& valid, unsigned threads = 1) {
    return fit(engines, {.trainer = trainer,
                         .parameters = std::move(parameters),
                         .signature = data.signature,
                         .train = train,
                         .valid = valid,
                         .threads = threads});
  }

  Engines engines{{ENGINES_DIR}};
  Part none = {};
};

/// The design matrix of the model, row after row, dense.
std::vector<double> matrix_of(const LinearModel& model, const Part& part) {
  std::vector<double> out(part.frame.rows * model.design.columns());
  model.design.dense(part.frame, 0, part.frame.rows, out);
  return out;
}

double largest(const std::vector<double>& values) {
  double most = 0;
  for (const double value : values) most = std::max(most, std::abs(value));
  return most;
}

/// Of half the sum of squared errors (or the log loss) plus l2 / 2 times the sum of squares: by intercepts
/// and coefficients.
std::vector<double> gradient_of(const LinearModel& model, const Part& part, Task task, double l2) {
  const std::size_t outputs = model.intercepts.size(), width = model.design.columns();
  const auto x = matrix_of(model, part);
  std::vector<double> sums(part.frame.rows * outputs), gradient(outputs * (width + 1));
  model.sums(part.frame, sums);
  for (std::size_t row = 0; row < part.frame.rows; ++row) {
    const auto scores = std::span(sums).subspan(row * outputs, outputs);
    if (task == Task::binary) scores[0] = predict::logistic(scores[0]);
    if (task == Task::multiclass) predict::softmax(scores);
    for (std::size_t k = 0; k < outputs; ++k) {
      const double truth =
          task == Task::multiclass ? (part.labels[row] == static_cast<double>(k) ? 1 : 0) : part.labels[row];
      const double left = scores[k] - truth;
      for (std::size_t j = 0; j < width; ++j) gradient[k * (width + 1) + j] += left * x[row * width + j];
      gradient[k * (width + 1) + width] += left;
    }
  }
  for (std::size_t k = 0; k < outputs; ++k) {
    for (std::size_t j = 0; j < width; ++j)
      gradient[k * (width + 1) + j] += l2 * model.coefficients[k * width + j];
  }
  return gradient;
}

LinearModel model_in(const Fitted& fitted) {
  return LinearModel::from(fitted.package.fitted, fitted.package.signature);
}

TEST_F(FitTest, PriorsAreSharesAndMeans) {
  const Data binary(Task::binary, 1, 0), regression(Task::regression, 1, 0);
  const auto part = binary.part(50, 1), valid = binary.part(10, 2);
  const auto shares = json::Value(fit_it(binary, "prior", {}, part, valid).package.fitted)["shares"];
  const double ones = std::accumulate(part.labels.begin(), part.labels.end(), 0.0) +
                      std::accumulate(valid.labels.begin(), valid.labels.end(), 0.0);
  EXPECT_DOUBLE_EQ((*shares.as_array())[1].number_or(0), ones / 60);
  const auto numbers = regression.part(50, 1);
  const auto mean = json::Value(fit_it(regression, "mean", {}, numbers, none).package.fitted)["mean"];
  EXPECT_NEAR(mean.number_or(0), std::accumulate(numbers.labels.begin(), numbers.labels.end(), 0.0) / 50,
              1e-12);
}

TEST_F(FitTest, ARuleIsAnExpressionOverTheColumns) {
  const Data data(Task::binary, 2, 3);
  const auto part = data.part(40, 1);
  const auto fitted = fit_it(data, "rule", {{"case", "CASE WHEN x0 > 2 THEN 0.9 ELSE 0.2 END"}}, part, none);
  std::vector<double> out(40);
  const auto signature = fitted.package.signature;
  EXPECT_EQ(signature.inputs.size(), 1u);
  predict::Frame frame = {.rows = 40, .features = {part.frame.features[0]}};
  predict::open(fitted.package, engines)->predict(frame, out);
  for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(out[i], frame.features[0].numbers[i] > 2 ? 0.9 : 0.2);
  EXPECT_EQ(error_of([&] { fit_it(data, "rule", {}, part, none); }).code(), Code::usage);
}

TEST_F(FitTest, LeastSquaresSolvesTheNormalEquations) {
  const Data data(Task::regression, 5, 4);
  const auto part = data.part(700, 1, 0.1);
  for (const double l2 : {0.0, 0.5, 300.0}) {
    const auto model = model_in(fit_it(data, "linear", {{"l2", l2}}, part, none));
    EXPECT_LT(largest(gradient_of(model, part, Task::regression, l2)), 1e-8) << l2;
  }
}

TEST_F(FitTest, WideDataHaveTheAnswerOfTheNormalEquationsToo) {
  const Data data(Task::regression, 60, 0);
  const auto part = data.part(25, 1);
  const auto model = model_in(fit_it(data, "linear", {{"l2", 0.7}}, part, none));
  EXPECT_LT(largest(gradient_of(model, part, Task::regression, 0.7)), 1e-8);
  const auto exact = model_in(fit_it(data, "linear", {{"l2", 0}}, part, none));
  std::vector<double> out(25);
  exact.sums(part.frame, out);
  for (std::size_t i = 0; i < 25; ++i) EXPECT_NEAR(out[i], part.labels[i], 1e-8);
}

TEST_F(FitTest, CollinearColumnsShareTheSmallestAnswerAndAreNamed) {
  Data data(Task::regression, 2, 0);
  auto part = data.part(200, 1);
  part.frame.features[1] = part.frame.features[0];
  for (std::size_t i = 0; i < 200; ++i) part.labels[i] = 3 * part.frame.features[0].numbers[i];
  const auto fitted = fit_it(data, "linear", {{"l2", 0}}, part, none);
  const auto model = model_in(fitted);
  EXPECT_NEAR(model.coefficients[0], model.coefficients[1], 1e-9);
  EXPECT_NEAR(model.coefficients[0] / model.design.terms()[0].scale, 1.5, 1e-9);
  ASSERT_EQ(fitted.notes.size(), 1u);
  EXPECT_TRUE(fitted.notes[0].starts_with("collinear: x1 follows")) << fitted.notes[0];
}

TEST_F(FitTest, TheGradientOfTheLogisticLossIsZeroAtTheAnswer) {
  for (const Task task : {Task::binary, Task::multiclass}) {
    const Data data(task, 4, 5);
    const auto part = data.part(400, 1, 0.05);
    for (const double l2 : {0.01, 1.0, 50.0}) {
      const auto model = model_in(fit_it(data, "logistic", {{"l2", l2}}, part, none));
      EXPECT_LT(largest(gradient_of(model, part, task, l2)), 1e-6) << l2;
    }
  }
}

// Over 150 unknowns the steps are solved by conjugate gradients.
TEST_F(FitTest, ManyUnknownsHaveAGradientOfZeroToo) {
  const Data data(Task::multiclass, 2, 50);
  const auto part = data.part(300, 1);
  const auto model = model_in(fit_it(data, "logistic", {{"l2", 0.3}}, part, none));
  EXPECT_LT(largest(gradient_of(model, part, Task::multiclass, 0.3)), 1e-6);
  EXPECT_NEAR(std::accumulate(model.intercepts.begin(), model.intercepts.end(), 0.0), 0, 1e-9);
}

TEST_F(FitTest, SeparableClassesHaveADefinedAnswer) {
  const Data data(Task::binary, 1, 0);
  auto part = data.part(100, 1);
  for (std::size_t i = 0; i < 100; ++i) part.labels[i] = part.frame.features[0].numbers[i] > 1 ? 1 : 0;
  const auto free = fit_it(data, "logistic", {{"l2", 0}}, part, none);
  ASSERT_EQ(free.notes.size(), 1u);
  EXPECT_NE(free.notes[0].find("separable"), std::string::npos);
  const auto model = model_in(fit_it(data, "logistic", {{"l2", 1e-6}}, part, none));
  EXPECT_LT(largest(gradient_of(model, part, Task::binary, 1e-6)), 1e-6);
}

TEST_F(FitTest, AClassWithoutTrainingRowsIsUnlikelyAndSaid) {
  const Data data(Task::multiclass, 2, 0);
  auto part = data.part(200, 1);
  for (double& label : part.labels) label = label == 1 ? 0 : label;
  const auto fitted = fit_it(data, "logistic", {{"l2", 1}}, part, none);
  std::vector<double> out(600);
  predict::open(fitted.package, engines)->predict(part.frame, out);
  for (std::size_t i = 0; i < 200; ++i) EXPECT_LT(out[3 * i + 1], 1e-3);
  EXPECT_EQ(fitted.notes, (std::vector<std::string>{"no training rows of class b"}));
}

TEST_F(FitTest, PackagesAreTheSameForAnyNumberOfThreads) {
  for (const Task task : {Task::regression, Task::binary, Task::multiclass}) {
    const Data data(task, 4, task == Task::binary ? 3 : 48);
    const auto part = data.part(1600, 1, 0.02), valid = data.part(100, 2, 0.02);
    const auto trainer = task == Task::regression ? "linear" : "logistic";
    const json::Object parameters = task == Task::multiclass ? json::Object{{"l2", 2}} : json::Object{};
    const auto one = predict::model_json(fit_it(data, trainer, parameters, part, valid, 1).package);
    for (const unsigned threads : {2U, 3U, 7U}) {
      EXPECT_EQ(predict::model_json(fit_it(data, trainer, parameters, part, valid, threads).package), one)
          << threads;
    }
  }
}

TEST_F(FitTest, ThePenaltyIsChosenOnTheValidationRowsAndRecorded) {
  const Data data(Task::regression, 30, 0);
  auto train = data.part(35, 1), valid = data.part(200, 2);
  std::vector<double> errors;
  const auto fitted = fit(engines, {.trainer = "linear",
                                    .parameters = {{"refit", "false"}},
                                    .signature = data.signature,
                                    .train = train,
                                    .valid = valid,
                                    .at_step = [&](std::string_view metric, double value, int step) {
                                      EXPECT_EQ(metric, "valid.rmse");
                                      EXPECT_EQ(step, static_cast<int>(errors.size()));
                                      errors.push_back(value);
                                    }});
  const double l2 = json::Value(fitted.package.parameters)["l2"].number_or(-1);
  const auto best = std::min_element(errors.begin(), errors.end()) - errors.begin();
  EXPECT_DOUBLE_EQ(l2, 0.01 * std::pow(10, static_cast<double>(best)));
  EXPECT_LT(largest(gradient_of(model_in(fitted), train, Task::regression, l2)), 1e-8);
}

TEST_F(FitTest, RefitTakesTheValidationRowsToo) {
  const Data data(Task::regression, 3, 0);
  const auto train = data.part(100, 1), valid = data.part(50, 2);
  const auto model = model_in(fit_it(data, "linear", {{"l2", 1}}, train, valid));
  Part both = train;
  both.frame.rows = 150;
  both.labels.insert(both.labels.end(), valid.labels.begin(), valid.labels.end());
  for (std::size_t i = 0; i < 3; ++i) {
    auto& numbers = both.frame.features[i].numbers;
    numbers.insert(numbers.end(), valid.frame.features[i].numbers.begin(),
                   valid.frame.features[i].numbers.end());
  }
  EXPECT_LT(largest(gradient_of(model, both, Task::regression, 1)), 1e-8);
}

TEST_F(FitTest, BoostedTreesStopEarlyAndLearn) {
  for (const Task task : {Task::regression, Task::binary, Task::multiclass}) {
    const Data data(task, 3, 30);
    const auto train = data.part(600, 1, 0.05), valid = data.part(200, 2), test = data.part(200, 3);
    std::map<std::string, std::vector<double>> curves;
    const auto fitted = fit(engines, {.trainer = "xgboost",
                                      .parameters = {{"eta", "0.2"}},
                                      .signature = data.signature,
                                      .train = train,
                                      .valid = valid,
                                      .at_step = [&](std::string_view metric, double value, int) {
                                        curves[std::string(metric)].push_back(value);
                                      }});
    const auto& curve = curves[task == Task::regression ? "valid.rmse" : "valid.logloss"];
    const auto best = std::min_element(curve.begin(), curve.end()) - curve.begin();
    EXPECT_EQ(static_cast<std::ptrdiff_t>(curve.size()), best + 51);
    EXPECT_EQ(json::Value(fitted.package.fitted)["rounds"].int_or(0),
              std::lround(static_cast<double>(best + 1) * 1.1));
    EXPECT_EQ(fitted.package.parameters.find("nthread"), nullptr) << "nobody asked for one";
    const std::size_t outputs = data.signature.outputs();
    std::vector<double> out(200 * outputs);
    predict::open(fitted.package, engines)->predict(test.frame, out);
    double right = 0, squares = 0, spread = 0;
    const auto decided = predict::decide(data.signature, out);
    for (std::size_t i = 0; i < 200; ++i) {
      if (task != Task::regression) right += decided[i] == static_cast<std::uint32_t>(test.labels[i]);
      else squares += std::pow(out[i] - test.labels[i], 2), spread += std::pow(test.labels[i] - 2, 2);
    }
    if (task == Task::regression) EXPECT_LT(squares, 0.3 * spread);
    else EXPECT_GT(right, 130);
  }
}

TEST_F(FitTest, BoostedTreesWithoutValidationHaveFixedRounds) {
  const Data data(Task::regression, 2, 0);
  const auto train = data.part(100, 1);
  EXPECT_EQ(json::Value(fit_it(data, "xgboost", {}, train, none).package.fitted)["rounds"].int_or(0), 200);
  const auto few = fit_it(data, "xgboost", {{"rounds", 7}}, train, none).package;
  EXPECT_EQ(json::Value(few.fitted)["rounds"].int_or(0), 7);
  EXPECT_EQ(few.files, fit_it(data, "xgboost", {{"rounds", 7}}, train, none).package.files);
}

TEST_F(FitTest, BoostedTreesSayThatTheyWereStillImproving) {
  const Data data(Task::regression, 2, 0);
  const auto train = data.part(300, 1), valid = data.part(100, 2);
  const auto notes = [&](json::Object parameters) {
    return fit_it(data, "xgboost", std::move(parameters), train, valid).notes;
  };
  EXPECT_EQ(notes({{"rounds", 5}}),
            (std::vector<std::string>{"still improving after 5 rounds: allow more rounds or a greater eta"}));
  // More trees than were allowed are grown on all rows in the end; they are no sign of anything.
  std::vector<double> curve;
  const auto best = fit(engines, {.trainer = "xgboost",
                                  .parameters = {{"eta", "0.3"}, {"stop_after", "1"}},
                                  .signature = data.signature,
                                  .train = train,
                                  .valid = valid,
                                  .at_step = [&](std::string_view metric, double value, int) {
                                    if (metric == "valid.rmse") curve.push_back(value);
                                  }});
  const auto allowed = static_cast<std::int64_t>(curve.size()) + 1;
  ASSERT_GE(json::Value(best.package.fitted)["rounds"].int_or(0), allowed);
  EXPECT_TRUE(notes({{"eta", 0.3}, {"stop_after", 1}, {"rounds", allowed}}).empty());
}

TEST_F(FitTest, BoostedTreesTakeGreaterStepsWhereThereIsMuch) {
  const Data data(Task::regression, 2, 0);
  const auto eta = [&](std::size_t rows) {
    const auto all = fit_it(data, "xgboost", {{"rounds", 1}}, data.part(rows, 1), none).package.parameters;
    return json::Value(all)["eta"].number_or(0);
  };
  EXPECT_EQ(eta(100), 0.1);
  EXPECT_EQ(eta(2'500'001), 0.2);
}

TEST_F(FitTest, ParametersAreCheckedByTheTable) {
  const Data data(Task::binary, 2, 0);
  const auto part = data.part(30, 1);
  const auto fault = [&](const std::string& trainer, json::Object parameters) {
    return error_of([&] { fit_it(data, trainer, std::move(parameters), part, none); });
  };
  const auto unknown = fault("xgboost", {{"max_dept", 3}});
  EXPECT_EQ(unknown.code(), Code::usage);
  EXPECT_EQ(unknown.message(), "xgboost has no parameter 'max_dept'");
  EXPECT_EQ(unknown.hint(), "similar parameters exist: `max_depth`");
  EXPECT_EQ(fault("xgboost", {{"eta", "7"}}).message(),
            "parameter 'eta' of xgboost is '7', want a number over 0 and at most 1");
  EXPECT_EQ(fault("xgboost", {{"max_depth", 2.5}}).code(), Code::usage);
  EXPECT_EQ(fault("logistic", {{"l2", "-1"}}).code(), Code::usage);
  EXPECT_EQ(fault("logistic", {{"l2", "1x"}}).code(), Code::usage);
  EXPECT_EQ(fault("logistic", {{"refit", 1}}).message(),
            "parameter 'refit' of logistic is '1', want true or false");
  EXPECT_EQ(fault("linear", {}).message(), "trainer 'linear' is not for a binary task");
  EXPECT_EQ(fault("logistik", {}).hint(), "a similar trainer exists: `logistic`");
  EXPECT_EQ(
      json::Value(
          fit_it(data, "xgboost", {{"eta", "1e-1"}, {"rounds", "3"}}, part, none).package.parameters)["eta"]
          .number_or(0),
      0.1);
}

TEST_F(FitTest, CancellingStopsEveryTrainer) {
  Cancel cancel;
  cancel.set();
  const Data data(Task::binary, 2, 0);
  const auto part = data.part(30, 1);
  for (const char* name : {"prior", "logistic", "xgboost"}) {
    EXPECT_EQ(error_of([&] {
                fit(engines, {.trainer = name,
                              .signature = data.signature,
                              .train = part,
                              .valid = none,
                              .cancel = &cancel});
              }).code(),
              Code::interrupted);
  }
}

TEST(Trainers, TheSimplestStandFirst) {
  EXPECT_EQ(default_trainers(Task::binary), (std::vector<std::string>{"prior", "logistic", "xgboost"}));
  EXPECT_EQ(default_trainers(Task::multiclass), (std::vector<std::string>{"prior", "logistic", "xgboost"}));
  EXPECT_EQ(default_trainers(Task::regression), (std::vector<std::string>{"mean", "linear", "xgboost"}));
  for (const auto& info : trainers()) {
    for (const auto& parameter : info.parameters)
      EXPECT_FALSE(parameter.doc.empty() || parameter.doc.ends_with('.'));
  }
}

}  // namespace
TEST(Trainers, TheirParametersAreOnThePage) {
  std::ifstream file(std::filesystem::path(TEST_DATA).parent_path().parent_path() / "man/mlops-train-run.md");
  std::stringstream page;
  page << file.rdbuf();
  EXPECT_NE(page.str().find(parameters_markdown()), std::string::npos) << "put this into the page:\n"
                                                                       << parameters_markdown();
}

}  // namespace mlops::train
