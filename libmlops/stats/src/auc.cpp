/// The area under the ROC curve and its variance, from one sort. A row's placement is the share of the other
/// class that it is ranked rightly against; the area is the mean placement of either class, and DeLong's
/// variance is the sum of the variances of the two means.
#include "src/internal.hpp"

#include <mlops/stats/sum.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace mlops::stats {
namespace {

struct Ranked {
  double score;
  std::size_t row;
};

std::vector<Ranked> ranked(std::span<const double> scores) {
  std::vector<Ranked> out(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) out[i] = {scores[i], i};
  std::sort(out.begin(), out.end(), [](const Ranked& a, const Ranked& b) { return a.score < b.score; });
  return out;
}

struct Placements {
  std::vector<double> of_row;
  std::uint64_t positives = 0;
  std::uint64_t negatives = 0;
  double area = std::numeric_limits<double>::quiet_NaN();

  bool defined() const { return !std::isnan(area); }
};

struct Counts {
  std::uint64_t positives = 0;
  std::uint64_t negatives = 0;
};

/// The rows of one score, [begin, end) of `order`, above `below`.
class Ties {
 public:
  Ties(std::span<const Ranked> rows, std::span<const std::uint8_t> truth) : rows_(rows), truth_(truth) {
    for (const Ranked& r : rows) ++(truth[r.row] != 0 ? counts.positives : counts.negatives);
  }

  void place(const Counts& below, const Counts& all, std::vector<double>& of_row) const {
    const auto half = [](std::uint64_t whole, std::uint64_t ties, std::uint64_t count) {
      return (static_cast<double>(whole) + static_cast<double>(ties) / 2) / static_cast<double>(count);
    };
    const std::uint64_t above = all.positives - below.positives - counts.positives;
    const double positive = half(below.negatives, counts.negatives, all.negatives);
    const double negative = half(above, counts.positives, all.positives);
    for (const Ranked& r : rows_) of_row[r.row] = truth_[r.row] != 0 ? positive : negative;
  }

  Counts counts;

 private:
  std::span<const Ranked> rows_;
  std::span<const std::uint8_t> truth_;
};

std::size_t end_of_ties(std::span<const Ranked> order, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < order.size() && order[end].score == order[begin].score) ++end;
  return end;
}

Placements placements(std::span<const double> scores, std::span<const std::uint8_t> truth) {
  require_equal(scores.size(), truth.size());
  Placements out;
  for (const std::uint8_t t : truth) ++(t != 0 ? out.positives : out.negatives);
  const Counts all{out.positives, out.negatives};
  const bool nan = std::any_of(scores.begin(), scores.end(), [](double s) { return std::isnan(s); });
  if (nan || all.positives == 0 || all.negatives == 0) return out;

  const std::vector<Ranked> order = ranked(scores);
  out.of_row.resize(scores.size());
  Counts below;
  double right = 0;  // pairs in the right order, twice: exact below 2^53, and good enough beyond
  for (std::size_t begin = 0; begin < order.size();) {
    const std::size_t end = end_of_ties(order, begin);
    const Ties ties{std::span<const Ranked>(order).subspan(begin, end - begin), truth};
    ties.place(below, all, out.of_row);
    right += static_cast<double>(ties.counts.positives) *
             static_cast<double>(2 * below.negatives + ties.counts.negatives);
    below.positives += ties.counts.positives;
    below.negatives += ties.counts.negatives;
    begin = end;
  }
  out.area = right / 2 / static_cast<double>(all.positives) / static_cast<double>(all.negatives);
  return out;
}

/// DeLong's standard error of the mean placement, where `of_row` has the placements (or the differences of
/// two models') and `mean` their mean in either class.
double delong_error(std::span<const double> of_row, std::span<const std::uint8_t> truth, const Counts& all,
                    double mean) {
  Sum positive;
  Sum negative;
  for (std::size_t i = 0; i < of_row.size(); ++i) {
    const double off = of_row[i] - mean;
    (truth[i] != 0 ? positive : negative).add(off * off);
  }
  const double m = static_cast<double>(all.positives);
  const double n = static_cast<double>(all.negatives);
  return std::sqrt(positive.value() / (m - 1) / m + negative.value() / (n - 1) / n);
}

/// Normal on the logit scale, so that it stays inside 0 and 1.
Estimate logit_normal(double area, double error) {
  const double middle = std::log(area / (1 - area));
  const double half = normal_quantile * error / (area * (1 - area));
  const auto back = [](double x) { return 1 / (1 + std::exp(-x)); };
  return {area, error, back(middle - half), back(middle + half)};
}

}  // namespace

Estimate auc(std::span<const double> scores, std::span<const std::uint8_t> truth) {
  const Placements p = placements(scores, truth);
  if (!p.defined()) return undefined();
  if (p.positives < 2 || p.negatives < 2) return bare(p.area);
  const double error = delong_error(p.of_row, truth, {p.positives, p.negatives}, p.area);
  if (p.area > 0 && p.area < 1) return logit_normal(p.area, error);
  const std::uint64_t trials = std::min(p.positives, p.negatives);
  const Estimate wilson = share(p.area > 0 ? trials : 0, trials);
  return {p.area, error, wilson.low, wilson.high};
}

Estimate auc_difference(std::span<const double> a, std::span<const double> b,
                        std::span<const std::uint8_t> truth) {
  Placements first = placements(a, truth);
  const Placements second = placements(b, truth);
  if (!first.defined() || !second.defined()) return undefined();
  const double value = first.area - second.area;
  if (first.positives < 2 || first.negatives < 2) return bare(value);
  for (std::size_t i = 0; i < first.of_row.size(); ++i) first.of_row[i] -= second.of_row[i];
  return normal(value, delong_error(first.of_row, truth, {first.positives, first.negatives}, value));
}

std::vector<double> auc_influence(std::span<const double> scores, std::span<const std::uint8_t> truth) {
  Placements p = placements(scores, truth);
  if (!p.defined()) return {};
  const double rows = static_cast<double>(truth.size());
  const double of_positive = rows / static_cast<double>(p.positives);
  const double of_negative = rows / static_cast<double>(p.negatives);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    p.of_row[i] = (p.of_row[i] - p.area) * (truth[i] != 0 ? of_positive : of_negative);
  }
  return std::move(p.of_row);
}

}  // namespace mlops::stats
