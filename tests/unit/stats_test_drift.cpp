/// How far samples are apart, against answers of SciPy, NumPy, Evidently and NannyML.
#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/stats/drift.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace mlops::stats {
namespace {

using Tallies = std::vector<std::uint64_t>;

constexpr double close_to = 1e-12;

/// The two sides of a data set of tests/data/cases/drift, each value with its counts.
struct Samples {
  std::vector<NumberCount> reference = {}, current = {};
  std::uint64_t references = 0, currents = 0;
};

std::vector<NumberCount> counted(const std::map<double, std::uint64_t>& counts) {
  std::vector<NumberCount> out;
  for (const auto& [value, count] : counts) out.push_back({value, count});
  return out;
}

Samples samples(const std::string& name) {
  std::ifstream file(std::string(TEST_DATA) + "/cases/drift/" + name + ".csv");
  EXPECT_TRUE(file) << name;
  std::map<double, std::uint64_t> reference, current;
  std::string line;
  std::getline(file, line);
  Samples out;
  while (std::getline(file, line)) {
    const double value = std::stod(line.substr(4));
    const bool first = line.starts_with("ref");
    ++(first ? reference : current)[value];
    ++(first ? out.references : out.currents);
  }
  out.reference = counted(reference);
  out.current = counted(current);
  return out;
}

Bins ranges(std::vector<double> edges) {
  Bins out;
  out.edges = std::move(edges);
  out.ranges = true;
  return out;
}

double psi_of(const Samples& of, const Bins& bins) {
  return psi(counts_in(bins, of.reference, 0), counts_in(bins, of.current, 0));
}

/// Both sides over all values that either has.
std::pair<Tallies, Tallies> merged(const Samples& of) {
  std::map<double, std::pair<std::uint64_t, std::uint64_t>> both;
  for (const NumberCount& one : of.reference) both[one.value].first += one.count;
  for (const NumberCount& one : of.current) both[one.value].second += one.count;
  std::pair<Tallies, Tallies> out;
  for (const auto& [value, counts] : both) {
    out.first.push_back(counts.first);
    out.second.push_back(counts.second);
  }
  return out;
}

TEST(Drift, PsiOverQuantilesOfTheReferenceIsThatOfOthers) {
  const Samples outside = samples("out_of_range");
  EXPECT_NEAR(psi_of(outside, ranges(quantile_edges(outside.reference))), 0.28822093490343403, close_to);
  EXPECT_NEAR(psi_of(outside, ranges(quantile_edges(outside.reference, 20))), 0.4913953321070033, close_to);
  EXPECT_EQ(bins_of_numbers(outside.reference, 600), ranges(quantile_edges(outside.reference)));
  // Ties: numbers of equal quantiles make one border.
  const Samples ties = samples("int_ties");
  EXPECT_NEAR(psi_of(ties, ranges(quantile_edges(ties.reference))), 0.09626583232455663, close_to);
  EXPECT_NEAR(psi_of(ties, ranges(quantile_edges(ties.reference, 20))), 0.1079509337700618, close_to);
  // No share may be empty.
  const Samples tiny = samples("tiny_exact");
  EXPECT_NEAR(psi_of(tiny, ranges(quantile_edges(tiny.reference))), 5.82197707513013, close_to);
}

TEST(Drift, TheGreatestDifferenceIsThatOfSciPy) {
  const auto ks = [](const std::string& name) {
    const auto [reference, current] = merged(samples(name));
    return kolmogorov_smirnov(reference, current);
  };
  EXPECT_NEAR(ks("int_ties"), 0.12416666666666666, close_to);
  EXPECT_NEAR(ks("tiny_exact"), 0.475, close_to);
  EXPECT_NEAR(ks("out_of_range"), 0.16166666666666665, close_to);
}

/// tests/data/cases/drift/lost_category.csv, counted.
const std::vector<TextCount> lost_reference = {{"a", 187}, {"b", 159}, {"c", 146}, {"d", 8}};
const std::vector<TextCount> lost_current = {{"a", 132}, {"b", 88}, {"c", 80}};

TEST(Drift, TextsHaveABinEachUnlessTheyAreRare) {
  const Bins bins = bins_of_texts(lost_reference, 500);
  EXPECT_EQ(bins.texts, (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(counts_in(bins, lost_current, 0, 300), (Tallies{132, 88, 80, 0, 0, 0}));
  const Bins fewer = bins_of_texts(lost_reference, 801);
  EXPECT_EQ(fewer.texts, (std::vector<std::string>{"a", "b", "c"}));
  // 8 rare ones, 301 without a value.
  EXPECT_EQ(counts_in(fewer, lost_reference, 301, 801), (Tallies{187, 159, 146, 8, 301}));
  // Those that were left out by who counted are among the others.
  EXPECT_EQ(counts_in(fewer, std::vector<TextCount>{{"a", 5}}, 2, 10), (Tallies{5, 0, 0, 3, 2}));
  EXPECT_EQ(fewer.of(std::string_view("new")), fewer.other());
}

TEST(Drift, DistancesOfTextsAreThoseOfOthers) {
  const Bins bins = bins_of_texts(lost_reference, 500);
  const Tallies reference = counts_in(bins, lost_reference, 0, 500);
  const Tallies current = counts_in(bins, lost_current, 0, 300);
  EXPECT_NEAR(psi(reference, current), 0.09571225372328093, close_to);
  EXPECT_NEAR(jensen_shannon(reference, current), 0.10346860109571628, close_to);
}

TEST(Drift, JensenShannonIsADistanceToBaseTwo) {
  EXPECT_DOUBLE_EQ(jensen_shannon(Tallies{3, 1}, Tallies{6, 2}), 0);
  EXPECT_DOUBLE_EQ(jensen_shannon(Tallies{3, 0}, Tallies{0, 5}), 1);
  // scipy.spatial.distance.jensenshannon([0.1, 0.4, 0.5], [0.8, 0.1, 0.1], base=2)
  EXPECT_NEAR(jensen_shannon(Tallies{1, 4, 5}, Tallies{8, 1, 1}), 0.6309080750272679, close_to);
}

TEST(Drift, FewNumbersAreComparedOneByOne) {
  const std::vector<NumberCount> flag = {{0, 900}, {1, 95}, {7, 5}};
  const Bins bins = bins_of_numbers(flag, 1000);
  EXPECT_FALSE(bins.ranges);
  EXPECT_EQ(bins.numbers, (std::vector<double>{0, 1}));
  EXPECT_EQ(counts_in(bins, flag, 0), (Tallies{900, 95, 5, 0}));
  EXPECT_EQ(bins.of(std::nan("")), bins.null());
  EXPECT_EQ(bins.of(0.5), bins.other());
}

/// Most values are 0: deciles alone would put everything into one bin, in which nothing can shift.
TEST(Drift, ANumberThatFillsADecileHasARangeOfItsOwn) {
  std::vector<NumberCount> reference = {{0, 9500}};
  for (int i = 1; i <= 50; ++i) reference.push_back({static_cast<double>(i), 10});
  const Bins bins = bins_of_numbers(reference, 10000);
  EXPECT_TRUE(bins.ranges);
  EXPECT_EQ(bins.edges, (std::vector<double>{1}));
  std::vector<NumberCount> current = reference;
  current.front().count = 500;
  EXPECT_GT(psi(counts_in(bins, reference, 0), counts_in(bins, current, 0)), 0.5);
}

TEST(Drift, WhatNobodyCountedHasNoDistance) {
  EXPECT_TRUE(std::isnan(psi(Tallies{0, 0}, Tallies{1, 2})));
  EXPECT_TRUE(std::isnan(jensen_shannon(Tallies{1, 0}, Tallies{0, 0})));
  EXPECT_TRUE(std::isnan(kolmogorov_smirnov({}, {})));
  EXPECT_TRUE(quantile_edges({}).empty());
  EXPECT_THROW(psi(Tallies{1}, Tallies{1, 2}), Error);
}

TEST(Drift, InfiniteNumbersAreNumbers) {
  const double most = std::numeric_limits<double>::infinity();
  std::vector<NumberCount> values = {{-most, 40}};
  for (int i = 0; i < 40; ++i) values.push_back({static_cast<double>(i), 1});
  values.push_back({most, 40});
  const Bins bins = bins_of_numbers(values, 120);
  EXPECT_EQ(bins.of(-most), 0U);
  EXPECT_EQ(bins.of(most), bins.edges.size());
  for (const double edge : bins.edges) EXPECT_FALSE(std::isnan(edge));
}

/// Against the mean of drawn samples: the same bins, 4,000 draws each, a fixed seed.
TEST(PsiByChance, IsTheMeanOfSamplesThatHaveNotShifted) {
  const std::vector<std::uint64_t> reference = {1000, 1000, 1000, 1000, 1000, 1000,
                                                1000, 1000, 1500, 400,  100,  0};
  std::mt19937_64 random(7);
  std::discrete_distribution<std::size_t> draw(reference.begin(), reference.end());
  for (const std::uint64_t rows : {20u, 100u, 1000u}) {
    constexpr int draws = 4000;
    double sum = 0;
    for (int i = 0; i < draws; ++i) {
      std::vector<std::uint64_t> counts(reference.size());
      for (std::uint64_t row = 0; row < rows; ++row) ++counts[draw(random)];
      sum += psi(reference, counts);
    }
    EXPECT_NEAR((psi_by_chance(reference, rows) - 10.0 / 10'000) / (sum / draws), 1, 0.05) << rows;
  }
  EXPECT_NEAR(psi_by_chance(reference, 100'000), 10 * (1e-5 + 1e-4), 1e-5) << "(bins - 1) (1 / n + 1 / m)";
  EXPECT_TRUE(std::isnan(psi_by_chance(reference, 0)));
}

}  // namespace
}  // namespace mlops::stats
