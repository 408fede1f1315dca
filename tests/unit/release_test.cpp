#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/release/pick.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "error_of.hpp"

namespace mlops::release {
namespace {

using predict::Task;
using test::error_of;

/// Rows with a signal, and models that see it more or less well.
class PickTest : public ::testing::Test {
 protected:
  PickTest() {
    std::mt19937_64 random(9);
    std::normal_distribution<double> normal;
    for (int i = 0; i < 1'000; ++i) {
      const double signal = normal(random);
      labels.push_back(signal + 0.5 * normal(random) > 0 ? 1 : 0);
      prior.push_back(0.5);
      poor.push_back(sigmoid(signal + 1.5 * normal(random)));
      good.push_back(sigmoid(2 * signal));
      twin.push_back(sigmoid(2 * signal + 0.05 * normal(random)));
    }
  }

  static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

  PickRequest request(std::vector<Contender> contenders) const {
    return {.truth = {Task::binary, 2, labels}, .contenders = std::move(contenders)};
  }

  std::vector<double> labels, prior, poor, good, twin;
};

TEST_F(PickTest, TheSimplestThatIsNotMeasurablyWorse) {
  const Pick seen = pick(request({{"prior", prior}, {"poor", poor}, {"twin", twin}, {"good", good}}));
  EXPECT_EQ(seen.index, 2u) << seen.reason;
  EXPECT_EQ(seen.metric, "auc");
  ASSERT_EQ(seen.standings.size(), 4u);
  EXPECT_FALSE(seen.standings[0].within);
  EXPECT_FALSE(seen.standings[1].within);
  EXPECT_TRUE(seen.standings[2].within);
  EXPECT_TRUE(seen.standings[3].within);
  EXPECT_GT(seen.standings[1].behind.value, 2 * seen.standings[1].behind.error);
  EXPECT_EQ(seen.standings[0].metric.value, 0.5);
}

TEST_F(PickTest, ThePairedErrorTellsWhatTheMarginalOneHides) {
  // worse by a little on every row: each alone has an error far greater than the difference
  std::vector<double> dim = good;
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  for (double& p : dim) p = sigmoid(std::log(p / (1 - p)) + 0.35 * normal(random));
  const Pick seen = pick(request({{"dim", dim}, {"good", good}}));
  const Standing& behind = seen.standings[0];
  EXPECT_LT(behind.behind.value, behind.metric.error);
  EXPECT_LT(behind.behind.error, behind.metric.error / 2);
  EXPECT_EQ(seen.index, 1u) << seen.reason;
}

TEST_F(PickTest, TheReasonNamesFigures) {
  const Pick seen = pick(request({{"prior", prior}, {"poor", poor}, {"good", good}}));
  const std::string wanted = fmt::format(
      "good: auc {:.3f} +- {:.3f}; prior is {:.3f} worse (se {:.3f}), poor is {:.3f} worse (se {:.3f})",
      seen.standings[2].metric.value, seen.standings[2].metric.error, seen.standings[0].behind.value,
      seen.standings[0].behind.error, seen.standings[1].behind.value, seen.standings[1].behind.error);
  EXPECT_EQ(seen.reason, wanted);
  const Pick simple = pick(request({{"twin", twin}, {"good", good}}));
  EXPECT_EQ(simple.index, 0u);
  EXPECT_TRUE(simple.reason.starts_with("twin: auc 0.")) << simple.reason;
  EXPECT_NE(simple.reason.find("; good is "), std::string::npos) << simple.reason;
}

TEST_F(PickTest, TheBestItselfWhenAskedFor) {
  PickRequest best = request({{"prior", prior}, {"twin", twin}, {"good", good}});
  best.within.reset();
  const Pick seen = pick(best);
  EXPECT_EQ(seen.index, seen.best);
  const double twins = seen.standings[1].metric.value;
  const double goods = seen.standings[2].metric.value;
  EXPECT_EQ(seen.index, goods > twins ? 2u : 1u);
  best.metric = "ece";
  EXPECT_FALSE(pick(best).reason.empty());
  best.metric = "logloss";
  EXPECT_EQ(pick(best).metric, "logloss");
  EXPECT_NE(pick(best).index, 0u);
}

TEST_F(PickTest, MoreErrorsLetSimplerModelsIn) {
  PickRequest wide = request({{"prior", prior}, {"poor", poor}, {"good", good}});
  wide.within = 1000;
  EXPECT_EQ(pick(wide).index, 0u);
  wide.within = 0;
  EXPECT_EQ(pick(wide).index, 2u);
}

TEST_F(PickTest, EqualModelsAreTheSimplest) {
  const Pick seen = pick(request({{"a", good}, {"b", good}, {"c", good}}));
  EXPECT_EQ(seen.index, 0u);
  EXPECT_EQ(seen.best, 0u);
  for (const Standing& standing : seen.standings) {
    EXPECT_EQ(standing.behind.value, 0);
    EXPECT_TRUE(standing.within);
  }
  PickRequest strict = request({{"a", good}, {"b", good}});
  strict.within.reset();
  EXPECT_EQ(pick(strict).index, 0u);
}

TEST_F(PickTest, OneContenderIsPicked) {
  const Pick seen = pick(request({{"prior", prior}}));
  EXPECT_EQ(seen.index, 0u);
  EXPECT_EQ(seen.reason, "prior: auc 0.500 +- 0.000");
  EXPECT_EQ(error_of([&] { pick(request({})); }).code(), Code::usage);
}

TEST_F(PickTest, WhatIsNotDefinedIsNotPicked) {
  const std::vector<double> broken(labels.size(), std::numeric_limits<double>::quiet_NaN());
  const Pick seen = pick(request({{"broken", broken}, {"good", good}}));
  EXPECT_EQ(seen.index, 1u);
  EXPECT_NE(seen.reason.find("auc of broken is not defined"), std::string::npos) << seen.reason;
  const std::vector<double> ones(4, 1.0);
  PickRequest request{.truth = {Task::binary, 2, ones}, .contenders = {{"a", ones}, {"b", ones}}};
  const Pick none = pick(request);
  EXPECT_EQ(none.index, 0u);
  EXPECT_EQ(none.reason, "a: auc is not defined on the test rows, the simplest model is taken");
}

TEST_F(PickTest, WithoutVarianceAnyDifferenceCounts) {
  const std::vector<double> truth = {1, 2, 3, 4};
  const std::vector<double> off = {2, 3, 4, 5};
  const std::vector<double> more = {3, 4, 5, 6};
  PickRequest request{.truth = {Task::regression, 0, truth}, .contenders = {{"more", more}, {"off", off}}};
  const Pick seen = pick(request);
  EXPECT_EQ(seen.index, 1u);
  EXPECT_EQ(seen.metric, "rmse");
  EXPECT_EQ(seen.standings[0].behind.value, 1);
  EXPECT_EQ(seen.standings[0].behind.error, 0);
  EXPECT_EQ(seen.reason, "off: rmse 1.000; more is 1.000 worse (se 0.000)");
}

TEST_F(PickTest, OneRowTellsNothing) {
  const std::vector<double> truth = {1};
  const std::vector<double> near = {1.5};
  const std::vector<double> far = {3};
  PickRequest request{.truth = {Task::regression, 0, truth}, .contenders = {{"far", far}, {"near", near}}};
  const auto picked = pick(request);
  EXPECT_EQ(picked.index, 0u) << "no error is known, so nothing speaks for the greater one";
  EXPECT_NE(picked.reason.find("near is 1.500 better, which so few test rows do not prove"),
            std::string::npos)
      << picked.reason;
}

TEST_F(PickTest, FaultsNameTheMetric) {
  PickRequest wrong = request({{"good", good}});
  wrong.metric = "rmse";
  EXPECT_EQ(error_of([&] { pick(wrong); }).message(), "no metric 'rmse' for the task binary");
  wrong.metric = "ece";
  EXPECT_EQ(error_of([&] { pick(wrong); }).message(), "a difference in 'ece' has no standard error");
}

TEST_F(PickTest, ABaselineHasToBeBeaten) {
  const PickRequest real = request({{"prior", prior}, {"good", good}});
  const Gain gain = better_than_baseline(real, pick(real));
  EXPECT_TRUE(gain.better);
  EXPECT_NEAR(gain.gain.value, pick(real).standings[0].behind.value, 1e-15);
  EXPECT_TRUE(gain.reason.starts_with("good is 0.")) << gain.reason;
  EXPECT_NE(gain.reason.find(" better than prior in auc (se 0."), std::string::npos) << gain.reason;

  const PickRequest same = request({{"prior", prior}, {"other", prior}});
  const Gain none = better_than_baseline(same, pick(same));
  EXPECT_FALSE(none.better);
  EXPECT_EQ(none.reason, "no model is measurably better than prior");

  Pick forced = pick(request({{"twin", twin}, {"good", good}}));
  forced.index = 1;
  EXPECT_FALSE(better_than_baseline(request({{"good", good}, {"poor", poor}}), forced).better);
}

}  // namespace
}  // namespace mlops::release
