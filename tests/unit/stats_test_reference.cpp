/// What is kept of a reference says the same as all of its values, and the distance of Smirnov to a
/// thousandth.
#include <gtest/gtest.h>
#include <mlops/stats/reference.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace mlops::stats {
namespace {

using Numbers = std::vector<NumberCount>;
using Texts = std::vector<TextCount>;

std::uint64_t rows_of(const Numbers& values) {
  std::uint64_t rows = 0;
  for (const NumberCount& one : values) rows += one.count;
  return rows;
}

Numbers counted(const std::vector<double>& values) {
  std::map<double, std::uint64_t> counts;
  for (const double value : values) ++counts[value];
  Numbers out;
  for (const auto& [value, count] : counts) out.push_back({value, count});
  return out;
}

/// Of the values themselves, by the definition.
double smirnov(const Numbers& a, const Numbers& b) {
  std::map<double, std::pair<std::uint64_t, std::uint64_t>> both;
  for (const NumberCount& one : a) both[one.value].first = one.count;
  for (const NumberCount& one : b) both[one.value].second = one.count;
  std::vector<std::uint64_t> first, second;
  for (const auto& [value, counts] : both) {
    first.push_back(counts.first);
    second.push_back(counts.second);
  }
  return kolmogorov_smirnov(first, second);
}

/// Bit for bit for what falls into bins.
void expect_the_same(const Numbers& before, std::uint64_t nulls_before, const Numbers& now,
                     std::uint64_t nulls_now) {
  const Reference reference = reference_of(before, nulls_before);
  ASSERT_LE(reference.steps.size(), Reference::most_steps);
  const Shift shift = shift_of(reference, now, nulls_now);
  const Bins bins = bins_of_numbers(before, rows_of(before) + nulls_before);
  const auto a = counts_in(bins, before, nulls_before), b = counts_in(bins, now, nulls_now);
  EXPECT_EQ(reference.counts, a);
  EXPECT_EQ(shift.counts, b);
  EXPECT_EQ(shift.psi, psi(a, b));
  EXPECT_EQ(shift.drift, jensen_shannon(a, b));
  EXPECT_EQ(shift.rows, rows_of(now) + nulls_now);
  EXPECT_EQ(shift.nulls, nulls_now);
  const double exact = smirnov(before, now);
  if (before.size() <= Reference::most_steps) EXPECT_EQ(*shift.ks, exact);
  else EXPECT_NEAR(*shift.ks, exact, 1e-3);
}

TEST(Reference, SaysTheSameAsAllOfTheValues) {
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal(0, 1);
  std::cauchy_distribution<double> wild(0, 3);
  for (int round = 0; round < 60; ++round) {
    const auto size = static_cast<std::size_t>(1) << (round % 15);
    const double step = round % 3 == 0 ? 0.5 : round % 3 == 1 ? 0.01 : 0;
    const auto drawn = [&](std::size_t count, double shift) {
      std::vector<double> out;
      for (std::size_t i = 0; i < count; ++i) {
        const double value = (round % 2 == 0 ? normal(random) : wild(random)) + shift;
        out.push_back(step == 0 ? value : std::round(value / step) * step + 0.0);
      }
      return counted(out);
    };
    expect_the_same(drawn(size * 3, 0), round % 5 * 100u, drawn(size, 0.3 * (round % 4)), round % 7 * 30u);
  }
}

TEST(Reference, OneNumberMayBeMostOfThem) {
  Numbers before = {{0, 900'000}};
  for (int i = 1; i <= 5000; ++i) before.push_back({static_cast<double>(i), 20});
  expect_the_same(before, 0, {{0, 10}, {17, 1}, {4999.5, 3}}, 0);
  expect_the_same({{5, 1}}, 0, {{4, 2}}, 0);
  expect_the_same({{5, 1}}, 7, {{5, 2}}, 0);
}

TEST(Reference, OfNothingThereIsNoDistance) {
  const Reference reference = reference_of(Numbers{}, 5);
  EXPECT_EQ(reference.rows, 5u);
  EXPECT_EQ(reference.nulls, 5u);
  EXPECT_EQ(reference.min, std::nullopt);
  const Shift shift = shift_of(reference, Numbers{}, 3);
  EXPECT_EQ(shift.psi, 0);
  EXPECT_EQ(shift.ks, std::nullopt);
  EXPECT_TRUE(std::isnan(shift_of(reference_of(Numbers{{1, 1}}, 0), Numbers{}, 0).psi));
}

TEST(Reference, MeasuresAreThoseOfTheValues) {
  const Reference reference = reference_of(Numbers{{-2, 1}, {0, 1}, {8, 2}}, 1);
  EXPECT_EQ(*reference.min, -2);
  EXPECT_EQ(*reference.max, 8);
  EXPECT_EQ(*reference.mean, 3.5);
  EXPECT_TRUE(reference.of_numbers());
  EXPECT_EQ(*shift_of(reference, Numbers{{1, 1}, {2, 1}}, 4).mean, 1.5);
}

TEST(Reference, TextsThatWereNotThereAreAmongTheOthers) {
  const Texts before = {{"Lima", 500}, {"Quito", 400}, {"Oruro", 2}};
  const Texts now = {{"Lima", 10}, {"Bogota", 5}};
  const Reference reference = reference_of(before, 98);
  const Shift shift = shift_of(reference, now, 2, 20);
  EXPECT_EQ(reference.counts, (std::vector<std::uint64_t>{500, 400, 2, 98}));
  EXPECT_EQ(shift.counts, (std::vector<std::uint64_t>{10, 0, 8, 2}));
  EXPECT_EQ(shift.psi, psi(reference.counts, shift.counts));
  EXPECT_EQ(shift.drift, jensen_shannon(reference.counts, shift.counts));
  EXPECT_EQ(shift.ks, std::nullopt);
  EXPECT_FALSE(reference.of_numbers());
}

TEST(Reference, NumbersThatBecameTextsAreAmongTheOthers) {
  const Reference reference = reference_of(Numbers{{1, 50}, {2, 50}}, 0);
  EXPECT_EQ(shift_of(reference, Numbers{{1, 1}, {3, 1}}, 1, 4).counts,
            (std::vector<std::uint64_t>{1, 0, 5, 1}));
  EXPECT_EQ(shift_of(reference, Numbers{}, 0, 4).rows, 4u);
}

/// The data sets of tests/data/cases/drift whose answers stats_test_drift.cpp holds to those of others.
TEST(Reference, SaysTheSameOfTheCases) {
  int looked = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(TEST_DATA) + "/cases/drift")) {
    std::ifstream file(entry.path());
    std::vector<double> before, now;
    std::string line;
    std::getline(file, line);
    bool numbers = line == "side,x";
    while (numbers && std::getline(file, line)) {
      char* end = nullptr;
      const double value = std::strtod(line.c_str() + 4, &end);
      numbers = end != line.c_str() + 4;
      (line.starts_with("ref") ? before : now).push_back(value);
    }
    if (!numbers) continue;
    SCOPED_TRACE(entry.path().filename().string());
    expect_the_same(counted(before), 0, counted(now), 0);
    ++looked;
  }
  EXPECT_GE(looked, 3);
}

}  // namespace
}  // namespace mlops::stats
