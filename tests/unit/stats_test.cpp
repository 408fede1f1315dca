#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/stats/metrics.hpp>
#include <mlops/stats/sum.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace mlops::stats {
namespace {

using Scores = std::vector<double>;
using Truth = std::vector<std::uint8_t>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool is_undefined(const Estimate& e) {
  return std::isnan(e.value) && std::isnan(e.error) && std::isnan(e.low) && std::isnan(e.high);
}

double kernel(double positive, double negative) {
  return positive > negative ? 1 : positive == negative ? 0.5 : 0;
}

/// DeLong's structural components, pair by pair as the paper has them.
struct Components {
  std::vector<double> v10;
  std::vector<double> v01;
  double area = 0;

  Components(const Scores& scores, const Truth& truth) {
    Scores positive;
    Scores negative;
    for (std::size_t i = 0; i < scores.size(); ++i) (truth[i] ? positive : negative).push_back(scores[i]);
    v10.resize(positive.size());
    v01.resize(negative.size());
    for (std::size_t i = 0; i < positive.size(); ++i) {
      for (std::size_t j = 0; j < negative.size(); ++j) {
        const double one = kernel(positive[i], negative[j]);
        v10[i] += one / static_cast<double>(negative.size());
        v01[j] += one / static_cast<double>(positive.size());
        area += one / static_cast<double>(negative.size() * positive.size());
      }
    }
  }
};

double covariance(const std::vector<double>& a, double mean_a, const std::vector<double>& b, double mean_b) {
  double out = 0;
  for (std::size_t i = 0; i < a.size(); ++i) out += (a[i] - mean_a) * (b[i] - mean_b);
  return out / static_cast<double>(a.size() - 1);
}

/// Of the areas of two models: S10 / m + S01 / n.
double delong(const Components& a, const Components& b) {
  return covariance(a.v10, a.area, b.v10, b.area) / static_cast<double>(a.v10.size()) +
         covariance(a.v01, a.area, b.v01, b.area) / static_cast<double>(a.v01.size());
}

double average_precision_by_counting(const Scores& scores, const Truth& truth) {
  Scores cuts = scores;
  std::sort(cuts.rbegin(), cuts.rend());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  const double all = static_cast<double>(std::count(truth.begin(), truth.end(), 1));
  double out = 0;
  double recall = 0;
  for (const double cut : cuts) {
    double hit = 0;
    double said = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (scores[i] < cut) continue;
      ++said;
      hit += truth[i];
    }
    out += (hit / all - recall) * hit / said;
    recall = hit / all;
  }
  return out;
}

struct Sample {
  Scores a;
  Scores b;
  Truth truth;
};

/// Random scores; `levels` different ones (0: all different), a share `rare` of positives.
Sample draw(std::mt19937_64& random, std::size_t rows, int levels, double rare) {
  std::normal_distribution<double> normal;
  const auto level = [levels](double x) { return levels == 0 ? x : std::round(x * levels) / levels; };
  Sample out;
  for (std::size_t i = 0; i < rows; ++i) {
    const bool positive = i < 2 || (i > 3 && std::generate_canonical<double, 53>(random) < rare);
    const double shared = normal(random) + (positive ? 1 : 0);
    out.truth.push_back(positive ? 1 : 0);
    out.a.push_back(level(shared));
    out.b.push_back(level(0.8 * shared + 0.6 * normal(random)));
  }
  return out;
}

TEST(Auc, AgreesWithThePairByPairDefinition) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 300; ++i) {
    const double rare = i % 3 == 0 ? 0.5 : i % 3 == 1 ? 0.05 : 0.95;
    const Sample s = draw(random, 4 + random() % 80, i % 4, rare);
    const Components a(s.a, s.truth);
    const Components b(s.b, s.truth);
    const Estimate one = auc(s.a, s.truth);
    EXPECT_NEAR(one.value, a.area, 1e-12);
    EXPECT_NEAR(one.error, std::sqrt(delong(a, a)), 1e-12);
    const Estimate two = auc_difference(s.a, s.b, s.truth);
    EXPECT_NEAR(two.value, a.area - b.area, 1e-12);
    const double variance = delong(a, a) + delong(b, b) - 2 * delong(a, b);
    EXPECT_NEAR(two.error, std::sqrt(std::max(0.0, variance)), 1e-7);
    EXPECT_NEAR(two.error * two.error, variance, 1e-12);
    EXPECT_NEAR(average_precision(s.a, s.truth), average_precision_by_counting(s.a, s.truth), 1e-12);
  }
}

TEST(Auc, EdgesAreDefined) {
  const Truth both = {0, 0, 0, 1, 1, 1};
  const Estimate perfect = auc(Scores{1, 2, 3, 4, 5, 6}, both);
  EXPECT_EQ(perfect.value, 1);
  EXPECT_EQ(perfect.error, 0);
  EXPECT_NEAR(perfect.low, share(3, 3).low, 1e-15) << "three rows of either class prove little";
  EXPECT_EQ(perfect.high, 1);
  const Estimate inverse = auc(Scores{6, 5, 4, 3, 2, 1}, both);
  EXPECT_EQ(inverse.value, 0);
  EXPECT_EQ(inverse.low, 0);
  EXPECT_NEAR(inverse.high, 1 - perfect.low, 1e-15);
  const Estimate constant = auc(Scores(6, 0.3), both);
  EXPECT_EQ(constant.value, 0.5);
  EXPECT_EQ(constant.error, 0);
  EXPECT_EQ(constant.low, 0.5);
  EXPECT_TRUE(is_undefined(auc({}, {})));
  EXPECT_TRUE(is_undefined(auc(Scores{1, 2}, Truth{1, 1})));
  EXPECT_TRUE(is_undefined(auc(Scores{1, 2}, Truth{0, 0})));
  EXPECT_TRUE(is_undefined(auc(Scores{1, nan}, Truth{0, 1})));
  EXPECT_EQ(auc(Scores{-HUGE_VAL, HUGE_VAL, 0, 1}, Truth{0, 1, 0, 1}).value, 1);
  const Estimate lonely = auc(Scores{1, 2, 3}, Truth{0, 1, 0});
  EXPECT_EQ(lonely.value, 0.5);
  EXPECT_TRUE(std::isnan(lonely.error)) << "one positive row has no variance";
  EXPECT_THROW(auc(Scores{1, 2}, Truth{1}), Error);
}

TEST(Auc, ExtremeImbalanceOfManyRows) {
  std::mt19937_64 random(4);
  Sample s = draw(random, 200'000, 0, 0);
  s.truth.assign(s.truth.size(), 0);
  for (std::size_t i = 0; i < 20; ++i) s.truth[i * 9'999] = 1;
  const Components exact(s.a, s.truth);
  const Estimate seen = auc(s.a, s.truth);
  EXPECT_NEAR(seen.value, exact.area, 1e-10);
  EXPECT_NEAR(seen.error, std::sqrt(delong(exact, exact)), 1e-10);
}

TEST(Auc, InfluencesGiveAlmostDeLongsError) {
  std::mt19937_64 random(6);
  const Sample s = draw(random, 2'000, 3, 0.3);
  const std::vector<double> influence = auc_influence(s.a, s.truth);
  EXPECT_NEAR(sum(influence), 0, 1e-8);
  const Estimate exact = auc(s.a, s.truth);
  EXPECT_NEAR(linearised(exact.value, influence).error / exact.error, 1, 2e-3);
  EXPECT_TRUE(auc_influence(Scores{1, 2}, Truth{1, 1}).empty());
}

/// How many of 1,000 intervals hold the target.
template <typename Interval>
int covered(double target, Interval interval) {
  int out = 0;
  for (int i = 0; i < 1'000; ++i) {
    const Estimate e = interval();
    out += e.low <= target && target <= e.high ? 1 : 0;
  }
  return out;
}

void expect_about_95_percent(int count) {
  EXPECT_GE(count, 925);
  EXPECT_LE(count, 975);
}

TEST(Coverage, IsAboutNinetyFivePercent) {
  std::mt19937_64 random(8);
  std::normal_distribution<double> normal;
  std::exponential_distribution<double> waiting(1);
  expect_about_95_percent(covered(3, [&] {
    Scores values(40);
    for (double& v : values) v = 3 + 2 * normal(random);
    return mean(values);
  }));
  expect_about_95_percent(covered(std::log(2.0), [&] {
    Scores values(101);
    for (double& v : values) v = waiting(random);
    return median(values);
  }));
  for (const double p : {0.5, 0.1, 0.97}) {
    expect_about_95_percent(covered(p, [&] {
      std::binomial_distribution<int> hits(60, p);
      return share(static_cast<std::uint64_t>(hits(random)), 60);
    }));
  }
  for (const double gap : {0.5, 1.2, 2.3}) {  // areas of 0.64, 0.80 and 0.95
    const double area = std::erfc(-gap / 2) / 2;
    expect_about_95_percent(covered(area, [&] {
      Scores scores;
      Truth truth;
      for (int i = 0; i < 120; ++i) {
        truth.push_back(i % 3 == 0 ? 1 : 0);
        scores.push_back(normal(random) + gap * truth.back());
      }
      return auc(scores, truth);
    }));
  }
  expect_about_95_percent(covered(0, [&] {
    Scores a;
    Scores b;
    Truth truth;
    for (int i = 0; i < 120; ++i) {
      truth.push_back(i % 3 == 0 ? 1 : 0);
      const double shared = normal(random) + truth.back();
      a.push_back(shared + 0.5 * normal(random));
      b.push_back(shared + 0.5 * normal(random));
    }
    return auc_difference(a, b, truth);
  }));
}

TEST(Mean, EdgesAreDefined) {
  EXPECT_TRUE(is_undefined(mean({})));
  const Estimate one = mean(Scores{4});
  EXPECT_EQ(one.value, 4);
  EXPECT_TRUE(std::isnan(one.error));
  const Estimate equal = mean(Scores(5, 0.1));
  EXPECT_EQ(equal.value, 0.1);
  EXPECT_NEAR(equal.error, 0, 1e-17);
  EXPECT_TRUE(std::isnan(mean(Scores{1, nan}).value));
}

TEST(Mean, LosesNothingBesideGreatValues) {
  Scores values = {1e16, 1, -1e16, 1};
  EXPECT_EQ(sum(values), 2);
  values.assign(1'000'000, 0.1);
  values.push_back(1e12);
  EXPECT_EQ(sum(values), 1e12 + 1e5);
  EXPECT_EQ(sum(Scores{HUGE_VAL, 1}), HUGE_VAL);
  EXPECT_TRUE(std::isnan(sum(Scores{HUGE_VAL, -HUGE_VAL})));
  const Scores offset = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
  EXPECT_NEAR(mean(offset).error, std::sqrt(30.0 / 4), 1e-9) << "the variance of values far from 0";
}

TEST(Share, IsWilsons) {
  // Newcombe 1998, table I, method 3.
  const Estimate a = share(81, 263);
  EXPECT_NEAR(a.low, 0.2553, 5e-5);
  EXPECT_NEAR(a.high, 0.3662, 5e-5);
  const Estimate b = share(15, 148);
  EXPECT_NEAR(b.low, 0.0624, 5e-5);
  EXPECT_NEAR(b.high, 0.1605, 5e-5);
  const Estimate none = share(0, 20);
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 0.1611, 5e-5);
  const Estimate most = share(29, 29);
  EXPECT_NEAR(most.low, 0.8830, 5e-5);
  EXPECT_EQ(most.high, 1);
  EXPECT_TRUE(is_undefined(share(0, 0)));
}

TEST(Median, EdgesAreDefined) {
  EXPECT_TRUE(is_undefined(median({})));
  EXPECT_TRUE(is_undefined(median(Scores{1, nan})));
  EXPECT_EQ(median(Scores{5, 1, 3}).value, 3);
  EXPECT_EQ(median(Scores{5, 1, 3, 2}).value, 2.5);
  EXPECT_TRUE(std::isnan(median(Scores{1, 2, 3, 4, 5}).low)) << "five values leave more than 5 % outside";
  EXPECT_EQ(median(Scores{6, 1, 2, 5, 3, 4}).low, 1);
}

TEST(CalibrationError, CountsTheGapsOfEachTenth) {
  EXPECT_NEAR(calibration_error(Scores{0.05, 0.05, 0.95, 1.0}, Truth{0, 0, 1, 1}), (0.1 + 0.05) / 4, 1e-15);
  EXPECT_NEAR(calibration_error(Scores{0.0, 1.0}, Truth{1, 0}), 1, 1e-15);
  EXPECT_NEAR(calibration_error(Scores{0.4, 0.4, 0.4, 0.4, 0.4}, Truth{1, 1, 0, 0, 0}), 0, 1e-15);
  EXPECT_TRUE(std::isnan(calibration_error({}, {})));
  EXPECT_TRUE(std::isnan(calibration_error(Scores{nan}, Truth{1})));
  EXPECT_EQ(bin_of(-0.1, 10), 0u);
  EXPECT_EQ(bin_of(0.3, 10), 3u);
  EXPECT_EQ(bin_of(7, 10), 9u);
}

TEST(Thresholds, OneForEachScore) {
  const auto all = thresholds(Scores{0.2, 0.7, 0.2, 0.9}, Truth{1, 1, 0, 0});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].score, 0.9);
  EXPECT_EQ(all[0].negatives, 1u);
  EXPECT_EQ(all[1].positives, 1u);
  EXPECT_EQ(all[2].score, 0.2);
  EXPECT_EQ(all[2].positives, 2u);
  EXPECT_EQ(all[2].negatives, 2u);
  EXPECT_TRUE(std::isnan(average_precision(Scores{1, 2}, Truth{0, 0})));
  EXPECT_EQ(average_precision(Scores{1, 2}, Truth{1, 1}), 1);
}

}  // namespace
}  // namespace mlops::stats
