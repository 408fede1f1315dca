#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/evaluate/evaluation.hpp>

#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "error_of.hpp"

namespace mlops::evaluate {
namespace {

using predict::Task;
using test::error_of;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Case {
  std::string name;
  Task task = Task::binary;
  std::size_t classes = 2;
  std::vector<double> labels;
  std::vector<double> predictions;
  std::map<std::string, double> figures;

  Truth truth() const { return {task, classes, labels}; }
};

std::vector<double> numbers(std::istringstream& line) {
  std::vector<double> out;
  for (std::string word; line >> word;) out.push_back(std::stod(word));
  return out;
}

/// Written by tests/data/judging/make.py with scikit-learn.
std::vector<Case> cases() {
  std::vector<Case> out;
  std::ifstream in(std::string(TEST_DATA) + "/judging/cases.txt");
  for (std::string text; std::getline(in, text);) {
    std::istringstream line(text);
    std::string word;
    line >> word;
    if (word == "case") {
      Case next;
      std::string task;
      line >> next.name >> task >> next.classes;
      next.task = *predict::task_of(task);
      out.push_back(next);
    } else if (word == "truth") {
      out.back().labels = numbers(line);
    } else if (word == "predictions") {
      out.back().predictions = numbers(line);
    } else {
      out.back().figures[word] = numbers(line).at(0);
    }
  }
  return out;
}

bool contains(const stats::Estimate& e, double value) { return e.low <= value && value <= e.high; }

TEST(Evaluate, AgreesWithScikitLearn) {
  const std::vector<Case> all = cases();
  ASSERT_EQ(all.size(), 21u);
  for (const Case& c : all) {
    const Evaluation seen = evaluate(c.truth(), c.predictions, {});
    EXPECT_EQ(seen.rows, c.labels.size());
    for (const Metric& metric : seen.metrics) {
      const auto wanted = c.figures.find(metric.name);
      if (wanted == c.figures.end()) {
        EXPECT_TRUE(std::isnan(metric.estimate.value)) << c.name << " " << metric.name;
        continue;
      }
      const double tolerance = 1e-12 * std::max(1.0, std::fabs(wanted->second));
      EXPECT_NEAR(metric.estimate.value, wanted->second, tolerance) << c.name << " " << metric.name;
      EXPECT_EQ(judge(c.truth(), metric.name, c.predictions).value, metric.estimate.value);
    }
    for (const auto& [name, value] : c.figures) EXPECT_NE(seen.find(name), nullptr) << name;
    EXPECT_EQ(seen.metrics.front().name, main_metric(c.task));
  }
}

TEST(Evaluate, AnIntervalHoldsItsValue) {
  for (const Case& c : cases()) {
    for (const Metric& metric : evaluate(c.truth(), c.predictions, {}).metrics) {
      const stats::Estimate& e = metric.estimate;
      if (std::isnan(e.low)) continue;
      EXPECT_TRUE(contains(e, e.value)) << c.name << " " << metric.name << " " << e.low << " " << e.high;
      EXPECT_GE(e.error, 0) << c.name << " " << metric.name;
    }
  }
}

/// Metrics that can be neither less than 0 nor, but for losses without an end, more than 1.
void expect_possible(const Metric& metric, const std::string& what) {
  const stats::Estimate& e = metric.estimate;
  if (std::isnan(e.low)) return;
  const std::set<std::string> endless = {"logloss", "rmse", "mae", "mape", "median_error"};
  EXPECT_TRUE(metric.name == "r2" || e.low >= 0) << what << " " << metric.name << " " << e.low;
  EXPECT_TRUE(endless.contains(metric.name) || e.high <= 1) << what << " " << metric.name << " " << e.high;
}

TEST(Evaluate, AnIntervalHoldsNothingImpossible) {
  for (const Case& c : cases())
    for (const Metric& metric : evaluate(c.truth(), c.predictions, {}).metrics)
      expect_possible(metric, c.name);
  const std::vector<double> labels = {0, 0, 0, 1, 1, 1};
  const std::vector<double> nearly = {0.01, 0.02, 0.9, 0.97, 0.98, 0.99};
  const Truth truth{.task = Task::binary, .classes = 2, .labels = labels};
  for (const Metric& metric : evaluate(truth, nearly, {}).metrics) expect_possible(metric, "few rows");
  EXPECT_EQ(judge(truth, "logloss", nearly).low, 0);
}

TEST(Evaluate, FewRowsThatAreAllRightAreNoProof) {
  const std::vector<double> labels = {0, 0, 1, 1, 2, 2};
  std::vector<double> sure;
  for (const double label : labels)
    for (const double k : {0.0, 1.0, 2.0}) sure.push_back(label == k ? 1 : 0);
  const Truth truth{.task = Task::multiclass, .classes = 3, .labels = labels};
  const double all = stats::share(6, 6).low;  // 0.610
  for (const char* macro : {"accuracy", "f1", "precision", "recall"}) {
    const stats::Estimate seen = judge(truth, macro, sure);
    EXPECT_EQ(seen.value, 1) << macro;
    EXPECT_DOUBLE_EQ(seen.low, all) << macro;
    EXPECT_EQ(seen.high, 1) << macro;
  }
  EXPECT_DOUBLE_EQ(judge(truth, "auc", sure).low, stats::share(2, 2).low);
  EXPECT_TRUE(std::isnan(judge(truth, "logloss", sure).low)) << "the same in each row";
  EXPECT_TRUE(std::isnan(judge(truth, "logloss", sure).error));

  const std::vector<double> two = {0, 0, 0, 1, 1, 1};
  const Truth binary{.task = Task::binary, .classes = 2, .labels = two};
  const stats::Estimate f1 = judge(binary, "f1", two);
  const double jaccard = stats::share(3, 3).low;
  EXPECT_DOUBLE_EQ(f1.low, 2 * jaccard / (1 + jaccard));
  EXPECT_EQ(f1.high, 1);
  const std::vector<double> wrong = {1, 1, 1, 0, 0, 0};
  EXPECT_EQ(judge(binary, "f1", wrong).low, 0);
  const double most = stats::share(0, 6).high;
  EXPECT_DOUBLE_EQ(judge(binary, "f1", wrong).high, 2 * most / (1 + most));
  EXPECT_TRUE(std::isnan(judge(binary, "brier", two).high));

  const Truth numbers{.task = Task::regression, .labels = labels};
  for (const char* loss : {"rmse", "mae", "r2"})
    EXPECT_TRUE(std::isnan(judge(numbers, loss, labels).low)) << loss;
}

TEST(Evaluate, OrderOfRowsDoesNotMatter) {
  std::mt19937 random(5);
  for (const Case& c : cases()) {
    const std::size_t width = c.predictions.size() / c.labels.size();
    std::vector<std::size_t> order(c.labels.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random);
    Case other = c;
    other.labels.clear();
    other.predictions.clear();
    for (const std::size_t i : order) {
      other.labels.push_back(c.labels[i]);
      for (std::size_t k = 0; k < width; ++k) other.predictions.push_back(c.predictions[i * width + k]);
    }
    const Evaluation a = evaluate(c.truth(), c.predictions, {});
    const Evaluation b = evaluate(other.truth(), other.predictions, {});
    for (std::size_t m = 0; m < a.metrics.size(); ++m) {
      const double value = a.metrics[m].estimate.value;
      if (std::isnan(value)) continue;
      EXPECT_NEAR(b.metrics[m].estimate.value, value, 1e-14 * std::max(1.0, std::fabs(value)))
          << c.name << " " << a.metrics[m].name;
    }
  }
}

/// A population that a model is drawn from: the same truth, one or two noisy models of it.
class Population {
 public:
  explicit Population(Task task) : task_(task), classes_(task == Task::multiclass ? 3 : 2) {}

  struct Sample {
    std::vector<double> labels;
    std::vector<double> first;
    std::vector<double> second;
  };

  Sample draw(std::mt19937_64& random, std::size_t rows) const {
    Sample out;
    for (std::size_t i = 0; i < rows; ++i)
      task_ == Task::multiclass ? classes(random, out) : one(random, out);
    return out;
  }
  Truth truth(const Sample& sample) const { return {task_, classes_, sample.labels}; }

 private:
  void one(std::mt19937_64& random, Sample& out) const {
    std::normal_distribution<double> normal;
    const double shared = normal(random);
    if (task_ == Task::regression) {
      out.labels.push_back(10 + 2 * normal(random));
      out.first.push_back(out.labels.back() + shared);
      out.second.push_back(out.labels.back() + 0.9 * shared + 0.6 * normal(random));
      return;
    }
    const double label = random() % 10 < 4 ? 1 : 0;
    const auto p = [](double x) { return 1 / (1 + std::exp(-x)); };
    out.labels.push_back(label);
    out.first.push_back(p(1.5 * (label - 0.4) + shared));
    out.second.push_back(p(1.3 * (label - 0.4) + 0.9 * shared + 0.5 * normal(random)));
  }

  static void classes(std::mt19937_64& random, Sample& out) {
    std::normal_distribution<double> normal;
    const std::size_t label = random() % 5 % 3;
    out.labels.push_back(static_cast<double>(label));
    double sums[2] = {0, 0};
    for (std::size_t k = 0; k < 3; ++k) {
      const double shared = normal(random);
      const double hit = k == label ? 1.2 : 0;
      out.first.push_back(std::exp(hit + shared));
      out.second.push_back(std::exp(0.9 * hit + 0.8 * shared + 0.5 * normal(random)));
      sums[0] += out.first.back();
      sums[1] += out.second.back();
    }
    for (std::size_t k = 0; k < 3; ++k) {
      out.first[out.first.size() - 1 - k] /= sums[0];
      out.second[out.second.size() - 1 - k] /= sums[1];
    }
  }

  Task task_;
  std::size_t classes_;
};

constexpr int repeats = 400;

/// 95 % within three standard errors of 400 repeats, and a little for small samples.
void expect_coverage(int covered, const std::string& what) {
  EXPECT_GE(covered, static_cast<int>(0.91 * repeats)) << what;
  EXPECT_LE(covered, static_cast<int>(0.985 * repeats)) << what;
}

TEST(Evaluate, IntervalsCoverTheTruthAboutNinetyFiveTimesInAHundred) {
  for (const Task task : {Task::binary, Task::multiclass, Task::regression}) {
    const Population population(task);
    std::mt19937_64 random(11);
    const auto great = population.draw(random, 60'000);
    const Evaluation target = evaluate(population.truth(great), great.first, {});
    std::map<std::string, int> covered;
    for (int i = 0; i < repeats; ++i) {
      const auto sample = population.draw(random, 300);
      for (const Metric& metric : evaluate(population.truth(sample), sample.first, {}).metrics) {
        if (std::isnan(metric.estimate.low)) continue;
        covered[metric.name] += contains(metric.estimate, target.find(metric.name)->estimate.value);
      }
    }
    EXPECT_EQ(covered.size(), task == Task::binary ? 7u : task == Task::multiclass ? 6u : 5u);
    for (const auto& [name, count] : covered) expect_coverage(count, name);
  }
}

TEST(Difference, CoversTheTruthAndIsFarSmallerThanEitherError) {
  for (const Task task : {Task::binary, Task::multiclass, Task::regression}) {
    const Population population(task);
    std::mt19937_64 random(12);
    const auto great = population.draw(random, 60'000);
    std::map<std::string, int> covered;
    std::map<std::string, double> ratio;
    for (int i = 0; i < repeats; ++i) {
      const auto sample = population.draw(random, 300);
      const Truth truth = population.truth(sample);
      for (const Metric& metric : evaluate(truth, sample.first, {}).metrics) {
        if (!has_difference(task, metric.name)) continue;
        static std::map<std::string, double> targets;
        const auto key = metric.name + std::string(predict::name_of(task));
        if (!targets.contains(key)) {
          targets[key] = judge(population.truth(great), metric.name, great.first).value -
                         judge(population.truth(great), metric.name, great.second).value;
        }
        const auto seen = difference(truth, metric.name, sample.first, sample.second);
        covered[metric.name] += contains(seen, targets[key]);
        ratio[metric.name] += seen.error / metric.estimate.error / repeats;
      }
    }
    for (const auto& [name, count] : covered) expect_coverage(count, "difference in " + name);
    for (const auto& [name, value] : ratio) EXPECT_LT(value, 1) << name;
  }
}

TEST(Difference, IsTheDifferenceOfTheValues) {
  std::mt19937 random(3);
  for (const Case& c : cases()) {
    std::vector<double> other = c.predictions;
    std::shuffle(other.begin(), other.end(), random);
    for (const Metric& metric : evaluate(c.truth(), c.predictions, {}).metrics) {
      if (!has_difference(c.task, metric.name)) continue;
      const double value = metric.estimate.value - judge(c.truth(), metric.name, other).value;
      const auto seen = difference(c.truth(), metric.name, c.predictions, other);
      if (std::isnan(value)) {
        EXPECT_TRUE(std::isnan(seen.value)) << c.name << metric.name;
      } else {
        EXPECT_NEAR(seen.value, value, 1e-12 * std::max(1.0, std::fabs(metric.estimate.value)))
            << c.name << " " << metric.name;
      }
      const auto self = difference(c.truth(), metric.name, c.predictions, c.predictions);
      EXPECT_TRUE(std::isnan(metric.estimate.value) || self.value == 0) << c.name << metric.name;
      EXPECT_TRUE(std::isnan(self.error) || self.error == 0) << c.name << metric.name;
    }
  }
}

TEST(Difference, NamesWhatCannotBeCompared) {
  const std::vector<double> labels = {0, 1};
  const Truth truth{Task::binary, 2, labels};
  const auto fault = [&](std::string_view metric) {
    return error_of([&] { difference(truth, metric, labels, labels); });
  };
  EXPECT_EQ(fault("ece").code(), Code::usage);
  EXPECT_EQ(fault("ece").message(), "a difference in 'ece' has no standard error");
  EXPECT_NE(fault("ece").hint().find("`auc`"), std::string::npos);
  EXPECT_EQ(fault("acuracy").message(), "no metric 'acuracy' for the task binary");
  EXPECT_EQ(fault("acuracy").hint(), "a similar metric exists: `accuracy`");
  EXPECT_EQ(fault("rmse").code(), Code::usage);
}

TEST(Evaluate, WhatIsNotFiniteIsNotJudged) {
  const std::vector<double> labels = {0, 1, 1};
  for (const double bad : {nan, HUGE_VAL}) {
    const std::vector<double> predictions = {0.1, bad, 0.7};
    for (const Task task : {Task::binary, Task::regression}) {
      const Evaluation seen = evaluate({task, 2, labels}, predictions, {});
      EXPECT_TRUE(seen.plots.empty());
      for (const Metric& metric : seen.metrics) EXPECT_TRUE(std::isnan(metric.estimate.value)) << metric.name;
    }
    const auto seen = difference({Task::binary, 2, labels}, "auc", predictions, predictions);
    EXPECT_TRUE(std::isnan(seen.value));
  }
  for (const Task task : {Task::binary, Task::multiclass, Task::regression}) {
    const Evaluation none = evaluate({task, 2, {}}, {}, {});
    EXPECT_TRUE(none.plots.empty());
    for (const Metric& metric : none.metrics) EXPECT_TRUE(std::isnan(metric.estimate.value)) << metric.name;
  }
}

TEST(Evaluate, LengthsAndLabelsAreChecked) {
  const std::vector<double> three = {0, 1, 2};
  const std::vector<double> two = {0, 1};
  EXPECT_EQ(error_of([&] {
              evaluate({Task::binary, 2, two}, three, {});
            }).message(),
            "3 predictions for 2 rows of 1");
  EXPECT_EQ(error_of([&] {
              evaluate({Task::binary, 2, three}, three, {});
            }).message(),
            "the label 2 is none of 2 classes");
  EXPECT_EQ(error_of([&] { evaluate({Task::multiclass, 3, two}, three, {}); }).code(), Code::internal);
}

TEST(Evaluate, AThresholdDecidesFromItselfOn) {
  const std::vector<double> labels = {0, 1, 1, 0};
  const std::vector<double> p = {0.2, 0.3, 0.4, 0.29};
  EXPECT_EQ(evaluate({Task::binary, 2, labels}, p, {}, 0.3).find("accuracy")->estimate.value, 1);
  EXPECT_EQ(evaluate({Task::binary, 2, labels}, p, {}, 0.31).find("accuracy")->estimate.value, 0.75);
}

double number(const json::Value& value) { return value.number_or(nan); }

double area(const Plot& plot) {
  double out = 0;
  for (std::size_t i = 1; i < plot.rows.size(); ++i) {
    const auto& a = plot.rows[i - 1];
    const auto& b = plot.rows[i];
    out += (number(b[0]) - number(a[0])) * (number(b[1]) + number(a[1])) / 2;
  }
  return out;
}

const Plot& plot_of(const Evaluation& evaluation, const std::string& name) {
  for (const Plot& plot : evaluation.plots) {
    if (plot.name == name) return plot;
  }
  throw error(Code::internal, "no plot {}", name);
}

/// The area under recall and precision with every threshold, by trapezoids.
double whole_area(std::vector<double> labels, const std::vector<double>& p) {
  std::vector<std::pair<double, double>> rows;
  double positives = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    rows.emplace_back(-p[i], labels[i]);
    positives += labels[i];
  }
  std::sort(rows.begin(), rows.end());
  double out = 0;
  double recall = 0;
  double precision = 1;
  double hit = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    hit += rows[i].second;
    if (i + 1 < rows.size() && rows[i + 1].first == rows[i].first) continue;
    const double next = hit / static_cast<double>(i + 1);
    out += (hit / positives - recall) * (precision + next) / 2;
    recall = hit / positives;
    precision = next;
  }
  return out;
}

TEST(Plots, ThinCurvesKeepTheirArea) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal;
  for (const double strength : {0.0, 0.5, 2.0, 6.0}) {
    for (const std::size_t rows : {20u, 1000u, 60'000u}) {
      for (const double rarity : {0.5, 0.02}) {
        std::vector<double> labels;
        std::vector<double> p;
        for (std::size_t i = 0; i < rows; ++i) {
          labels.push_back(i == 0 || std::generate_canonical<double, 53>(random) < rarity ? 1 : 0);
          p.push_back(1 / (1 + std::exp(-strength * labels.back() - normal(random))));
        }
        const Truth truth{Task::binary, 2, labels};
        const Evaluation seen = evaluate(truth, p, {"no", "yes"});
        const Plot& roc = plot_of(seen, "roc");
        const Plot& pr = plot_of(seen, "precision_recall");
        EXPECT_LE(roc.rows.size(), 200u);
        EXPECT_LE(pr.rows.size(), 200u);
        EXPECT_NEAR(area(roc), seen.find("auc")->estimate.value, 1e-3) << strength << " " << rows;
        EXPECT_NEAR(area(pr), whole_area(labels, p), 1e-3) << strength << " " << rows << " " << rarity;
        EXPECT_EQ(number(roc.rows.front()[0]), 0);
        EXPECT_EQ(number(roc.rows.back()[0]), 1);
        EXPECT_EQ(number(roc.rows.back()[1]), 1);
        EXPECT_EQ(number(pr.rows.back()[0]), 1);
      }
    }
  }
}

TEST(Plots, CountEveryRow) {
  for (const Case& c : cases()) {
    const Evaluation seen = evaluate(c.truth(), c.predictions, {"a", "b,\"c\""});
    for (const Plot& plot : seen.plots) {
      EXPECT_LE(plot.rows.size(), 400u);
      for (const auto& row : plot.rows) EXPECT_EQ(row.size(), plot.columns.size()) << plot.name;
      if (plot.name != "confusion" && plot.name != "calibration") continue;
      std::int64_t rows = 0;
      for (const auto& row : plot.rows) rows += row[2].int_or(0);
      EXPECT_EQ(rows, static_cast<std::int64_t>(c.labels.size())) << c.name << plot.name;
    }
  }
}

TEST(Plots, AreWrittenAsCsv) {
  const std::vector<double> labels = {0, 0, 1, 1};
  const std::vector<double> p = {0.1, 0.6, 0.35, 0.9};
  const Evaluation seen = evaluate({Task::binary, 2, labels}, p, {"no, not", "\"yes\""});
  EXPECT_EQ(plot_of(seen, "confusion").csv(),
            "truth,predicted,rows\n\"no, not\",\"no, not\",1\n\"no, not\",\"\"\"yes\"\"\",1\n"
            "\"\"\"yes\"\"\",\"no, not\",1\n\"\"\"yes\"\"\",\"\"\"yes\"\"\",1\n");
  EXPECT_EQ(plot_of(seen, "roc").csv(),
            "false_positive_rate,true_positive_rate,threshold\n0.0,0.0,\n0.0,0.5,0.9\n0.5,0.5,0.6\n"
            "0.5,1.0,0.35\n1.0,1.0,0.1\n");
  EXPECT_EQ(plot_of(seen, "calibration").rows.size(), 4u);
  const Evaluation numbers = evaluate({Task::regression, 0, labels}, p, {});
  EXPECT_EQ(
      plot_of(numbers, "residuals").csv(),
      "predicted,truth,residual\n0.1,0.0,-0.1\n0.35,1.0,0.65\n0.6,0.0,-0.6\n0.9,1.0,0.09999999999999998\n");
  EXPECT_EQ(plot_of(numbers, "quantiles").rows.size(), 21u);
}

TEST(Json, WhatIsUnknownIsNull) {
  const std::vector<double> labels = {0, 0, 1, 1};
  const std::vector<double> p = {0.1, 0.2, 0.3, 0.4};
  const json::Value seen = to_json(evaluate({Task::binary, 2, labels}, p, {}));
  EXPECT_EQ(seen["rows"].int_or(0), 4);
  EXPECT_EQ(seen["metrics"]["auc"]["value"].number_or(0), 1);
  EXPECT_TRUE(seen["metrics"]["precision"]["value"].is_null());
  EXPECT_TRUE(seen["metrics"]["ece"]["low"].is_null());
  EXPECT_FALSE(seen["metrics"]["logloss"]["greater_is_better"].bool_or(true));
  EXPECT_NO_THROW(json::canonical(seen));
}

}  // namespace
}  // namespace mlops::evaluate
