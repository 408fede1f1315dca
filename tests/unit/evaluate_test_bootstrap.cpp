#include <gtest/gtest.h>
#include <mlops/evaluate/bootstrap.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "error_of.hpp"

namespace mlops::evaluate {
namespace {

using predict::Task;
using test::error_of;

struct Rows {
  Task task = Task::binary;
  std::size_t classes = 2;
  std::vector<double> labels = {};
  std::vector<double> predictions = {};

  Truth truth() const { return {task, classes, labels}; }
  std::size_t outputs() const { return task == Task::multiclass ? classes : 1; }

  /// Each row as often as it was drawn.
  Rows repeated(const std::vector<std::uint8_t>& times) const {
    Rows out{.task = task, .classes = classes};
    for (std::size_t i = 0; i < labels.size(); ++i) {
      for (int k = 0; k < times[i]; ++k) {
        out.labels.push_back(labels[i]);
        const auto from = predictions.begin() + static_cast<std::ptrdiff_t>(i * outputs());
        out.predictions.insert(out.predictions.end(), from, from + static_cast<std::ptrdiff_t>(outputs()));
      }
    }
    return out;
  }
};

std::vector<std::string> metrics_of(const Rows& rows) {
  std::vector<std::string> out;
  for (const Metric& metric : evaluate(rows.truth(), rows.predictions, {}).metrics)
    out.push_back(metric.name);
  return out;
}

/// Every metric on one resample.
std::map<std::string, double> resampled(const Rows& rows, std::uint64_t seed, std::size_t number) {
  std::vector<Resampled> wanted;
  for (const std::string& metric : metrics_of(rows)) wanted.push_back({rows.predictions, metric});
  const auto values = bootstrap(rows.truth(), wanted, {.resamples = number + 1, .seed = seed});
  std::map<std::string, double> out;
  for (std::size_t i = 0; i < wanted.size(); ++i) out[wanted[i].metric] = values[number * wanted.size() + i];
  return out;
}

std::string place(const Rows& rows, const std::string& metric) {
  return std::string(predict::name_of(rows.task)) + " " + metric;
}

/// Predictions with many ties where `ties`.
Rows random_rows(std::mt19937_64& random, Task task, std::size_t count, bool ties) {
  std::uniform_real_distribution<double> uniform;
  Rows out{.task = task, .classes = task == Task::multiclass ? 4u : 2u};
  const auto rounded = [&](double p) { return ties ? std::round(p * 8) / 8 : p; };
  for (std::size_t i = 0; i < count; ++i) {
    const double label = task == Task::regression ? std::round(20 * uniform(random)) / 2
                                                  : static_cast<double>(random() % out.classes);
    out.labels.push_back(label);
    if (task == Task::binary) out.predictions.push_back(rounded(0.7 * uniform(random) + 0.3 * label));
    if (task == Task::regression) out.predictions.push_back(rounded(label + uniform(random)));
    if (task != Task::multiclass) continue;
    std::vector<double> p;
    for (std::size_t k = 0; k < out.classes; ++k)
      p.push_back(0.1 + uniform(random) + (label == static_cast<double>(k) ? 0.5 : 0));
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    for (const double one : p) out.predictions.push_back(rounded(one / sum));
  }
  return out;
}

TEST(Bootstrap, AResampleIsTheRowsRepeatedAsOftenAsDrawn) {
  std::mt19937_64 random(21);
  for (const Task task : {Task::binary, Task::multiclass, Task::regression}) {
    for (const std::size_t count : {1u, 2u, 3u, 10u, 257u, 2'000u}) {
      for (const bool ties : {false, true}) {
        const Rows rows = random_rows(random, task, count, ties);
        for (const std::size_t number : {0u, 1u, 6u}) {
          const Rows twin = rows.repeated(drawn(count, 5, number));
          ASSERT_EQ(twin.labels.size(), count);
          const auto seen = resampled(rows, 5, number);
          for (const Metric& metric : evaluate(twin.truth(), twin.predictions, {}).metrics) {
            const double value = metric.estimate.value;
            const double ours = seen.at(metric.name);
            EXPECT_EQ(std::isnan(ours), std::isnan(value)) << place(rows, metric.name) << " " << count;
            if (std::isnan(value)) continue;
            EXPECT_NEAR(ours, value, 1e-12 * std::max(1.0, std::fabs(value))) << place(rows, metric.name);
            const bool exact = metric.name == "auc" || metric.name == "f1" || metric.name == "accuracy";
            EXPECT_TRUE(!exact || ours == value) << place(rows, metric.name) << ": to the last bit";
          }
        }
      }
    }
  }
}

/// Of tests/data/judging/cases.txt.
std::map<std::string, Rows> cases() {
  std::map<std::string, Rows> out;
  std::ifstream in(std::string(TEST_DATA) + "/judging/cases.txt");
  Rows* last = nullptr;
  for (std::string text, word; std::getline(in, text);) {
    std::istringstream line(text);
    line >> word;
    if (word == "case") {
      std::string name, task;
      Rows next;
      line >> name >> task >> next.classes;
      next.task = *predict::task_of(task);
      last = &(out[name] = next);
    } else if (word == "truth" || word == "predictions") {
      auto& to = word == "truth" ? last->labels : last->predictions;
      for (double value = 0; line >> value;) to.push_back(value);
    }
  }
  return out;
}

TEST(Bootstrap, AgreesWithScikitLearnsWeights) {
  const auto all = cases();
  std::ifstream in(std::string(TEST_DATA) + "/judging/resamples.txt");
  const Rows* rows = nullptr;
  std::map<std::string, double> ours;
  std::uint64_t seed = 0;
  std::size_t number = 0, resamples = 0, figures = 0, defined = 0;
  const auto count_defined = [&] {
    for (const auto& [metric, value] : ours) defined += std::isnan(value) ? 0u : 1u;
  };
  for (std::string text, word; std::getline(in, text);) {
    std::istringstream line(text);
    line >> word;
    if (word == "resample") {
      count_defined();
      std::string name;
      line >> name >> seed >> number;
      rows = &all.at(name);
      ours = resampled(*rows, seed, number);
      ++resamples;
    } else if (word == "drawn") {
      std::vector<std::uint8_t> times;
      for (int one = 0; line >> one;) times.push_back(static_cast<std::uint8_t>(one));
      EXPECT_EQ(drawn(rows->labels.size(), seed, number), times);
    } else {
      double value = 0;
      line >> value;
      EXPECT_NEAR(ours.at(word), value, 1e-12 * std::max(1.0, std::fabs(value))) << place(*rows, word);
      ++figures;
    }
  }
  count_defined();
  EXPECT_EQ(resamples, 42u);
  EXPECT_EQ(figures, defined) << "what scikit-learn does not define is NaN";
}

TEST(Bootstrap, EachRowIsAsLikelyAsAnyOther) {
  constexpr std::size_t rows = 37;
  constexpr int resamples = 4'000;
  std::vector<double> counts(rows), squares(rows);
  for (int number = 0; number < resamples; ++number) {
    const auto times = drawn(rows, 99, static_cast<std::uint64_t>(number));
    EXPECT_EQ(std::accumulate(times.begin(), times.end(), 0u), rows);
    for (std::size_t i = 0; i < rows; ++i) {
      counts[i] += times[i];
      squares[i] += times[i] * times[i];
    }
  }
  // Binomial(37, 1/37): mean 1, variance 36/37
  for (std::size_t i = 0; i < rows; ++i) {
    EXPECT_NEAR(counts[i] / resamples, 1, 5 * std::sqrt(1.0 / resamples));
    EXPECT_NEAR(squares[i] / resamples - std::pow(counts[i] / resamples, 2), 36.0 / 37, 0.15);
  }
  EXPECT_NE(drawn(rows, 1, 0), drawn(rows, 2, 0));
  EXPECT_NE(drawn(rows, 1, 0), drawn(rows, 1, 1));
}

double deviation(const std::vector<double>& values) {
  const double count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / (count - 1));
}

TEST(Bootstrap, SpreadsAsTheErrorsOfDifferencesSay) {
  std::mt19937_64 random(4);
  for (const Task task : {Task::binary, Task::multiclass, Task::regression}) {
    const Rows a = random_rows(random, task, 1'500, false);
    Rows b = a;
    std::normal_distribution<double> normal(0, 0.1);
    for (double& p : b.predictions)
      p = task == Task::regression ? p + normal(random) : std::clamp(p + normal(random), 0.0, 1.0);
    for (const std::string& metric : metrics_of(a)) {
      if (!has_difference(task, metric)) continue;
      const Resampled wanted[] = {{a.predictions, metric}, {b.predictions, metric}};
      const auto values = bootstrap(a.truth(), wanted, {.resamples = 1'000, .threads = 2});
      std::vector<double> differences;
      for (std::size_t i = 0; i < values.size(); i += 2) differences.push_back(values[i] - values[i + 1]);
      const stats::Estimate known = difference(a.truth(), metric, a.predictions, b.predictions);
      if (std::isnan(known.value)) continue;
      // a standard deviation of 1,000 values has an error of 2.2 %
      EXPECT_NEAR(deviation(differences) / known.error, 1, 0.12) << place(a, metric);
      const double mean = std::accumulate(differences.begin(), differences.end(), 0.0) / 1'000;
      EXPECT_NEAR(mean, known.value, known.error / 4) << place(a, metric);
    }
  }
}

TEST(Bootstrap, ThreadsChangeNothing) {
  std::mt19937_64 random(8);
  const Rows rows = random_rows(random, Task::binary, 3'001, true);
  const std::vector<double> other(rows.labels.size(), 0.3);
  const Resampled wanted[] = {{rows.predictions, "auc"}, {other, "auc"}, {rows.predictions, "ece"}};
  const auto one = bootstrap(rows.truth(), wanted, {.resamples = 101, .seed = 3});
  EXPECT_EQ(bootstrap(rows.truth(), wanted, {.resamples = 101, .seed = 3, .threads = 4}), one);
  EXPECT_NE(bootstrap(rows.truth(), wanted, {.resamples = 101, .seed = 4}), one);
  EXPECT_EQ(bootstrap(rows.truth(), {wanted, 1}, {.resamples = 1, .seed = 3}).front(), one.front())
      << "neither do others that are asked";
  for (std::size_t i = 1; i < one.size(); i += 3) EXPECT_EQ(one[i], 0.5) << "nothing but ties";
}

TEST(Bootstrap, WhatIsNotDefinedIsNotANumber) {
  const std::vector<double> ones(20, 1), zeros(20, 0), halves(20, 0.5);
  const auto all_nan = [](const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
  };
  const auto values = [&](const std::vector<double>& labels, const std::vector<double>& predictions,
                          const std::string& metric, Task task = Task::binary) {
    const Resampled wanted[] = {{predictions, metric}};
    return bootstrap({task, 2, labels}, wanted, {.resamples = 9});
  };
  EXPECT_TRUE(all_nan(values(ones, halves, "auc")));
  EXPECT_TRUE(all_nan(values(zeros, halves, "average_precision")));
  EXPECT_TRUE(all_nan(values(zeros, zeros, "precision")));
  EXPECT_TRUE(all_nan(values(ones, halves, "r2", Task::regression)));
  EXPECT_TRUE(all_nan(values({}, {}, "auc")));
  EXPECT_EQ(values({}, {}, "auc").size(), 9u);
  std::vector<double> broken = halves;
  broken[3] = std::nan("");
  EXPECT_TRUE(all_nan(values(ones, broken, "accuracy")));

  std::vector<double> rare = zeros;
  rare[7] = 1;
  const auto sometimes = values(rare, halves, "auc");
  const auto shares = values(rare, halves, "mape", Task::regression);
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(std::isnan(sometimes[i]), drawn(20, 1, i)[7] == 0) << i;
    EXPECT_TRUE(std::isnan(shares[i])) << "a truth of 0 was drawn";
  }
  EXPECT_TRUE(bootstrap({Task::binary, 2, ones}, {}, {.resamples = 3}).empty());
}

TEST(Bootstrap, AThresholdIsThatOfTheModel) {
  const std::vector<double> labels = {0, 1, 1, 0, 1}, p = {0.2, 0.3, 0.6, 0.3, 0.9};
  const Resampled wanted[] = {{p, "recall", 0.5}, {p, "recall", 0.3}};
  const auto values = bootstrap({Task::binary, 2, labels}, wanted, {.resamples = 50});
  for (std::size_t i = 0; i < values.size(); i += 2) {
    if (std::isnan(values[i])) continue;
    EXPECT_LE(values[i], values[i + 1]);
    EXPECT_EQ(values[i + 1], 1);
  }
}

TEST(Bootstrap, FaultsAndCancelling) {
  const std::vector<double> labels = {0, 1};
  const auto fault = [&](const std::string& metric, const std::vector<double>& predictions,
                         const Cancel* cancel = nullptr) {
    const Resampled wanted[] = {{predictions, metric}};
    return error_of([&] { bootstrap({Task::binary, 2, labels}, wanted, {.cancel = cancel}); });
  };
  EXPECT_EQ(fault("rmse", labels).code(), Code::usage);
  EXPECT_EQ(fault("acu", labels).hint(), "a similar metric exists: `auc`");
  EXPECT_EQ(fault("auc", {0.5}).code(), Code::internal);
  Cancel cancel;
  cancel.set();
  EXPECT_EQ(fault("auc", labels, &cancel).code(), Code::interrupted);
}

}  // namespace
}  // namespace mlops::evaluate
