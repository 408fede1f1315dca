#pragma once
/// The paired bootstrap: metrics of several models on the same resamples of the same rows (Efron and
/// Tibshirani 1993, 16.4). A resample draws as many rows as there are, with replacement; it is a function of
/// the seed and its number alone, so that threads change nothing. Pure.

#include <mlops/base/cancel.hpp>
#include <mlops/evaluate/evaluation.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mlops::evaluate {

/// One metric of one model.
struct Resampled {
  std::span<const double> predictions;  ///< Of the rows of the truth.
  std::string metric;                   ///< Of the task; every one that evaluate() has.
  double threshold = 0.5;
};

struct Bootstrap {
  std::size_t resamples = 2000;
  std::uint64_t seed = 1;
  unsigned threads = 1;
  const Cancel* cancel = nullptr;
};

/// Row-major: `resamples` rows of one value for each of `wanted`, as evaluate() has it of the rows repeated
/// as often as they were drawn; NaN where the metric is not defined for the resample, and everywhere for
/// predictions of which one is not finite. Costs about 2 ns for each row and resample to draw and as much for
/// each model (auc), less for means (`tests/bench/run bootstrap`). Throws Error: usage (a metric that the
/// task has not), internal (lengths), interrupted.
std::vector<double> bootstrap(const Truth& truth, std::span<const Resampled> wanted, const Bootstrap& how);

/// How often each of `rows` rows (less than 2^32) is in the resample of that number, from 0. Each 64-bit
/// number of SplitMix64 (Steele, Lea and Flood 2014), started at mixed(mixed(seed) ^ number) where mixed() is
/// its first number for a state, gives two of 32 bits, the lower first, and each of them a row by Lemire's
/// multiplication, which draws again where rows would not be equally likely (Lemire 2019, "Fast random
/// integer generation in an interval"). That a row is drawn over 255 times has a probability below 1e-500.
std::vector<std::uint8_t> drawn(std::size_t rows, std::uint64_t seed, std::uint64_t number);

}  // namespace mlops::evaluate
