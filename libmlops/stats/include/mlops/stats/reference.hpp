#pragma once
/// The distribution of a value in a reference, such as the rows that were trained on, in a few numbers: what
/// comes later is compared with it without the reference being there. Plain values, and pure.

#include <mlops/stats/drift.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace mlops::stats {

/// Numbers (also times, as microseconds or days) or texts (also flags).
struct Reference {
  Bins bins = {};
  std::vector<std::uint64_t> counts = {};  ///< Of the bins.
  /// Of numbers, for kolmogorov_smirnov: ascending values and how many of the reference are up to and
  /// including each, at most `most_steps`; where there are more different values, the error is at most
  /// 1 / most_steps.
  std::vector<NumberCount> steps = {};
  std::uint64_t rows = 0;
  std::uint64_t nulls = 0;
  std::optional<double> min = {};  ///< Of numbers, as the two below.
  std::optional<double> max = {};
  std::optional<double> mean = {};

  static constexpr std::size_t most_steps = 1000;

  bool operator==(const Reference&) const = default;
  bool of_numbers() const { return bins.texts.empty() && (bins.ranges || !bins.numbers.empty()); }
};

/// `values` ascend, differ and are no NaN; what is infinite counts as a value.
Reference reference_of(std::span<const NumberCount> values, std::uint64_t nulls);
Reference reference_of(std::span<const TextCount> values, std::uint64_t nulls);

/// A value beside its reference.
struct Shift {
  double psi = 0;
  double drift = 0;                        ///< Jensen-Shannon.
  std::optional<double> ks = {};           ///< Of numbers.
  std::vector<std::uint64_t> counts = {};  ///< Of the reference's bins.
  std::uint64_t rows = 0;
  std::uint64_t nulls = 0;
  std::optional<double> mean = {};
};

/// `others` are values that are no numbers, where the reference had nothing but numbers.
Shift shift_of(const Reference& reference, std::span<const NumberCount> values, std::uint64_t nulls,
               std::uint64_t others = 0);
/// `rows` are all rows: texts which `values` leave out are among the others.
Shift shift_of(const Reference& reference, std::span<const TextCount> values, std::uint64_t nulls,
               std::uint64_t rows);

}  // namespace mlops::stats
