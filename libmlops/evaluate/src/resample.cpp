#include "src/resample.hpp"

#include <mlops/stats/sum.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace mlops::evaluate {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Several sums side by side: shorter chains of additions, and smaller errors.
double weighted_sum(std::span<const double> values, Draws draws) {
  constexpr std::size_t lanes = 8;
  std::array<double, lanes> sums = {};
  const std::size_t whole = values.size() - values.size() % lanes;
  for (std::size_t i = 0; i < whole; i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += draws[i + lane] * values[i + lane];
  }
  for (std::size_t i = whole; i < values.size(); ++i) sums[i - whole] += draws[i] * values[i];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

class Mean final : public Statistic {
 public:
  explicit Mean(std::vector<double> values) : mean_(std::move(values)) {}
  double of(Draws draws) const override { return mean_.of(draws); }

 private:
  RowMean mean_;
};

/// Rows that have one class and got one answer are summed up together.
class Counts final : public Statistic {
 public:
  Counts(const View& view, double (*value)(const ClassCounts&))
      : classes_(view.truth.classes), value_(value), order_(view.rows()) {
    const auto cell = [&](std::uint32_t row) { return Cell{view.label(row), view.decided[row]}; };
    std::iota(order_.begin(), order_.end(), 0U);
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return cell(a) < cell(b); });
    for (std::size_t i = 0; i < order_.size(); ++i) {
      if (cells_.empty() || cells_.back() != cell(order_[i])) cells_.push_back(cell(order_[i]));
      cells_.back().end = i + 1;
    }
  }

  double of(Draws draws) const override {
    ClassCounts counts{std::vector<std::uint64_t>(classes_), std::vector<std::uint64_t>(classes_),
                       std::vector<std::uint64_t>(classes_)};
    std::size_t i = 0;
    for (const Cell& cell : cells_) {
      std::uint64_t times = 0;
      for (; i < cell.end; ++i) times += draws[order_[i]];
      counts.actual[cell.actual] += times;
      counts.decided[cell.decided] += times;
      if (cell.actual == cell.decided) counts.right[cell.actual] += times;
    }
    return value_(counts);
  }

 private:
  struct Cell {
    std::uint32_t actual;
    std::uint32_t decided;
    std::size_t end = 0;  ///< Of its rows in the order.

    bool operator<(const Cell& o) const {
      return std::pair(actual, decided) < std::pair(o.actual, o.decided);
    }
    bool operator!=(const Cell& o) const { return actual != o.actual || decided != o.decided; }
  };

  std::size_t classes_;
  double (*value_)(const ClassCounts&);
  std::vector<std::uint32_t> order_;
  std::vector<Cell> cells_;
};

}  // namespace

RowMean::RowMean(std::vector<double> values) : values_(std::move(values)) {
  for (std::size_t row = 0; row < values_.size(); ++row) {
    if (std::isfinite(values_[row])) continue;
    odd_.push_back({row, values_[row]});
    values_[row] = 0;
  }
}

double RowMean::of(Draws draws) const {
  double sum = weighted_sum(values_, draws);
  for (const Odd& odd : odd_) {
    if (draws[odd.row] > 0) sum += odd.value;
  }
  return sum / static_cast<double>(draws.size());
}

StatisticOf mean_statistic(std::vector<double> values) { return std::make_unique<Mean>(std::move(values)); }

StatisticOf counts_statistic(const View& view, double (*value)(const ClassCounts&)) {
  return std::make_unique<Counts>(view, value);
}

Ranking::Ranking(std::span<const double> scores, std::span<const std::uint8_t> positive)
    : order_(scores.size()), flags_(scores.size()) {
  std::iota(order_.begin(), order_.end(), 0U);
  std::sort(order_.begin(), order_.end(),
            [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const bool last = i + 1 == order_.size() || scores[order_[i]] != scores[order_[i + 1]];
    flags_[i] = static_cast<std::uint8_t>((positive[order_[i]] != 0 ? 1U : 0U) | (last ? 2U : 0U));
  }
}

/// Without a branch: of each score, its negatives below the positives above it, and half of those beside
/// them, twice. Exact up to 2^32 rows.
double Ranking::auc(Draws draws) const {
  std::uint64_t positives = 0, negatives = 0, positives_above = 0, negatives_above = 0, right = 0;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const std::uint64_t times = draws[order_[i]];
    const std::uint64_t is = 0 - (flags_[i] & std::uint64_t{1});
    const std::uint64_t last = 0 - (std::uint64_t{flags_[i]} >> 1);
    positives += times & is;
    negatives += times & ~is;
    right += ((negatives - negatives_above) * (positives + positives_above)) & last;
    positives_above = last != 0 ? positives : positives_above;
    negatives_above = last != 0 ? negatives : negatives_above;
  }
  if (positives == 0 || negatives == 0) return nan;
  return static_cast<double>(right) / 2 / static_cast<double>(positives) / static_cast<double>(negatives);
}

double Ranking::average_precision(Draws draws) const {
  std::uint64_t positives = 0, rows = 0, before = 0;
  stats::Sum sum;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const std::uint64_t times = draws[order_[i]];
    rows += times;
    positives += (flags_[i] & 1) != 0 ? times : 0;
    if ((flags_[i] & 2) == 0 || positives == before) continue;
    sum.add(static_cast<double>(positives - before) *
            (static_cast<double>(positives) / static_cast<double>(rows)));
    before = positives;
  }
  return before == 0 ? nan : sum.value() / static_cast<double>(before);
}

}  // namespace mlops::evaluate
