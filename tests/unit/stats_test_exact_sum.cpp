// Exact sums, held to Python's math.fsum and to a sum of integers of 128 bits.
#include <mlops/stats/exact_sum.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <unistd.h>

namespace mlops::stats {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double sum_of(const std::vector<double>& values) {
  ExactSum sum;
  for (const double value : values) sum.add(value);
  return sum.value();
}

/// Any finite double: every exponent is as likely as any other; some close to each other, so that they
/// cancel.
double random_double(std::mt19937_64& random, bool near) {
  const std::uint64_t bits = random();
  const std::uint64_t exponent = near ? 1000 + bits % 60 : bits % 2046;
  return std::bit_cast<double>((random() & 0x800F'FFFF'FFFF'FFFF) | exponent << 52);
}

TEST(ExactSum, loses_nothing_where_plain_sums_do) {
  EXPECT_EQ(sum_of({1e100, 1, -1e100}), 1);
  EXPECT_EQ(sum_of({0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}), 1);
  EXPECT_EQ(sum_of({1e308, 1e308, -1e308}), 1e308);
  const double least = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(sum_of({least, least, -1e-300, 1e-300}), 2 * least);
  EXPECT_EQ(sum_of({-least}), -least);
}

TEST(ExactSum, ties_go_to_even) {
  const double unit = std::ldexp(1, -53);
  EXPECT_EQ(sum_of({1, unit}), 1);
  EXPECT_EQ(sum_of({1 + 2 * unit, unit}), 1 + 4 * unit);
  EXPECT_EQ(sum_of({1, unit, 1e-300}), 1 + 2 * unit);
  EXPECT_EQ(sum_of({-1, -unit, -1e-300}), -1 - 2 * unit);
}

TEST(ExactSum, what_is_not_finite_has_a_rule) {
  EXPECT_EQ(sum_of({}), 0);
  EXPECT_FALSE(std::signbit(sum_of({-0.0})));
  EXPECT_EQ(sum_of({infinity, 1, infinity}), infinity);
  EXPECT_EQ(sum_of({-infinity, 1}), -infinity);
  EXPECT_TRUE(std::isnan(sum_of({-infinity, infinity})));
  EXPECT_TRUE(std::isnan(sum_of({std::nan(""), 1})));
  EXPECT_EQ(sum_of({1.7e308, 1.7e308}), infinity);
  ExactSum sum;
  for (const double value : {infinity, 2.0, std::nan("")}) sum.add(value);
  sum.remove(std::nan(""));
  sum.remove(infinity);
  EXPECT_EQ(sum.value(), 2);
  EXPECT_EQ(sum.mean(), 2);
}

TEST(ExactSum, a_window_that_slides_knows_only_what_is_inside) {
  std::mt19937_64 random(7);
  std::vector<double> values;
  for (int i = 0; i < 3000; ++i) values.push_back(random_double(random, i % 3 != 0));
  ExactSum window;
  for (std::size_t i = 0; i < values.size(); ++i) {
    window.add(values[i]);
    if (i >= 40) window.remove(values[i - 40]);
    if (i % 16 != 0) continue;
    ExactSum fresh;
    for (std::size_t j = i >= 40 ? i - 39 : 0; j <= i; ++j) fresh.add(values[j]);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(window.value()), std::bit_cast<std::uint64_t>(fresh.value())) << i;
  }
}

TEST(ExactSum, the_order_means_nothing) {
  std::mt19937_64 random(8);
  std::vector<double> values;
  for (int i = 0; i < 500; ++i) values.push_back(random_double(random, true));
  const double first = sum_of(values);
  for (int i = 0; i < 50; ++i) {
    std::shuffle(values.begin(), values.end(), random);
    EXPECT_EQ(sum_of(values), first);
  }
}

TEST(ExactSum, of_integers_is_that_of_integers) {
  std::mt19937_64 random(9);
  for (int round = 0; round < 200; ++round) {
    __extension__ __int128 exact = 0;
    ExactSum sum;
    for (int i = 0; i < 100; ++i) {
      const auto value = static_cast<std::int64_t>(random() >> 11) - (std::int64_t{1} << 52);
      exact += value;
      sum.add(static_cast<double>(value));
    }
    EXPECT_EQ(sum.value(), static_cast<double>(exact));
  }
}

TEST(ExactSum, is_what_python_says) {
  const std::string file = testing::TempDir() + "exact_sum." + std::to_string(getpid());
  std::mt19937_64 random(10);
  std::vector<double> sums;
  {
    std::ofstream out(file);
    out << std::hexfloat;
    for (int round = 0; round < 2000; ++round) {
      std::vector<double> values;
      for (std::size_t i = 1 + random() % 30; i > 0; --i) values.push_back(random_double(random, round % 2));
      if (round % 5 == 0) values.push_back(-values.front());
      for (const double value : values) out << value << ' ';
      out << '\n';
      sums.push_back(sum_of(values));
    }
  }
  // fsum gives up where a partial sum is beyond the doubles; a fraction does not.
  const std::string program =
      "import sys, math, fractions\n"
      "for line in open(sys.argv[1]):\n"
      "    values = [float.fromhex(v) for v in line.split()]\n"
      "    try: print(math.fsum(values).hex())\n"
      "    except OverflowError:\n"
      "        exact = sum(map(fractions.Fraction, values))\n"
      "        try: print(float(exact).hex())\n"
      "        except OverflowError: print('inf' if exact > 0 else '-inf')\n";
  const std::string command = "/usr/bin/python3 -c \"" + program + "\" " + file;
  FILE* python = popen(command.c_str(), "r");
  ASSERT_NE(python, nullptr);
  char line[64];
  for (std::size_t i = 0; i < sums.size(); ++i) {
    ASSERT_NE(fgets(line, sizeof line, python), nullptr) << "python3 ended at sum " << i;
    ASSERT_EQ(std::strtod(line, nullptr), sums[i]) << "sum " << i;
  }
  EXPECT_EQ(pclose(python), 0);
  std::remove(file.c_str());
}

}  // namespace
}  // namespace mlops::stats
