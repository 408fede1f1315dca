#pragma once
/// How far two samples of one value are apart: a reference, such as the rows that were trained on, and a
/// current one. Pure functions over counts, whoever counted them. The bins are made from the reference alone,
/// are plain values, and can be kept: what comes a month later falls into the same ones.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlops::stats {

/// A number, and how often it occurs.
struct NumberCount {
  double value = 0;
  std::uint64_t count = 0;
};

/// A text, and how often it occurs.
using TextCount = std::pair<std::string, std::uint64_t>;

/// Where values fall. Numbers fall into ranges, unless there are few different ones: those, and texts, have a
/// bin each. Behind these is one for all other values, and behind it the one of nulls.
struct Bins {
  std::vector<double> edges = {};       ///< Ascending; the ranges are (-inf, e0), [e0, e1), ..., [en, inf).
  std::vector<double> numbers = {};     ///< Ascending; instead of edges.
  std::vector<std::string> texts = {};  ///< Ascending; instead of numbers.
  bool ranges = false;

  bool operator==(const Bins&) const = default;
  std::size_t size() const { return other() + 2; }
  std::size_t of(double value) const;  ///< NaN is a null.
  std::size_t of(std::string_view text) const;
  std::size_t other() const;
  std::size_t null() const { return other() + 1; }
};

/// A value gets a bin of its own when it is this share of the reference or more; rarer ones are together.
constexpr double rare = 0.01;
/// A share of nothing counts as this in psi().
constexpr double least_share = 1e-4;
/// Up to so many different numbers are compared one by one.
constexpr std::size_t few_numbers = 20;

/// The borders between `bins` parts of equal size: numpy's linear quantiles without the least and the
/// greatest value, each once. `values` ascend and differ.
std::vector<double> quantile_edges(std::span<const NumberCount> values, std::size_t bins = 10);

/// Deciles, with a range of its own for each number that is a tenth of the values or more; or, of few
/// different numbers, a bin for each that is not rare among `rows` of the reference (with its nulls).
/// `values` ascend, differ and are no NaN.
Bins bins_of_numbers(std::span<const NumberCount> values, std::uint64_t rows);

/// A bin for each text that is not rare among `rows`; others may be left out of `values`.
Bins bins_of_texts(std::span<const TextCount> values, std::uint64_t rows);

/// How many of `values` are in each bin; `nulls` in the last.
std::vector<std::uint64_t> counts_in(const Bins& bins, std::span<const NumberCount> values,
                                     std::uint64_t nulls);

/// Likewise. `rows` are all rows, so that texts which `values` leave out are among the others.
std::vector<std::uint64_t> counts_in(const Bins& bins, std::span<const TextCount> values, std::uint64_t nulls,
                                     std::uint64_t rows);

// Below, the counts of both samples are of the same bins, else Error(internal); a sample without any count
// makes the answer NaN.

/// Population stability index: sum over bins of (r - c) ln(r / c), with shares r and c of at least
/// least_share. 0: the same; over 0.1 a shift is worth a look, over 0.2 it is large (Siddiqi 2006).
double psi(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> current);

/// What psi() is to be expected of so many `rows` that have not shifted at all: about (bins - 1) (1 / rows +
/// 1 / rows of the reference) (Yurdakul 2018), and more where bins are likely to stay empty, which are
/// counted with least_share. NaN where there are no rows.
double psi_by_chance(std::span<const std::uint64_t> reference, std::uint64_t rows);

/// Jensen-Shannon distance: the root of the divergence with logarithms to base 2, from 0 (the same) to 1
/// (nothing in common) (Lin 1991; Endres and Schindelin 2003).
double jensen_shannon(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> current);

/// The greatest difference of the two cumulative shares, from 0 to 1 (Smirnov 1948): counts of all different
/// values, which ascend.
double kolmogorov_smirnov(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> current);

}  // namespace mlops::stats
