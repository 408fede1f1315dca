#include <mlops/stats/drift.hpp>

#include <mlops/base/error.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mlops::stats {
namespace {

using Tallies = std::span<const std::uint64_t>;

constexpr double undefined_distance = std::numeric_limits<double>::quiet_NaN();

double total_of(Tallies counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

/// The sums of both; false where one is 0.
bool both_totals(Tallies reference, Tallies current, double& r, double& c) {
  if (reference.size() != current.size())
    throw error(Code::internal, "counts of different bins are compared");
  r = total_of(reference);
  c = total_of(current);
  return r > 0 && c > 0;
}

/// The `k`-th of the values, each as often as it occurs; `ends` are the running sums of the counts.
double at_rank(std::span<const NumberCount> values, const std::vector<std::uint64_t>& ends, std::uint64_t k) {
  const auto found = std::upper_bound(ends.begin(), ends.end(), k);
  return values[static_cast<std::size_t>(found - ends.begin())].value;
}

/// As numpy does it: from the nearer end.
double between(double a, double b, double part) {
  if (a == b || part == 0) return a;
  return part < 0.5 ? a + (b - a) * part : b - (b - a) * (1 - part);
}

bool is_rare(std::uint64_t count, std::uint64_t rows) {
  return static_cast<double>(count) < rare * static_cast<double>(rows);
}

/// Borders around each number that fills a decile alone: most values of a column may be 0.
void set_apart(std::span<const NumberCount> values, std::vector<double>& edges) {
  std::uint64_t count = 0;
  for (const NumberCount& one : values) count += one.count;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].count * 10 < count) continue;
    if (i > 0) edges.push_back(values[i].value);
    if (i + 1 < values.size()) edges.push_back(values[i + 1].value);
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
}

}  // namespace

std::size_t Bins::other() const {
  return ranges ? edges.size() + 1 : numbers.empty() ? texts.size() : numbers.size();
}

std::size_t Bins::of(double value) const {
  if (std::isnan(value)) return null();
  if (ranges)
    return static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), value) - edges.begin());
  const auto found = std::lower_bound(numbers.begin(), numbers.end(), value);
  return found != numbers.end() && *found == value ? static_cast<std::size_t>(found - numbers.begin())
                                                   : other();
}

std::size_t Bins::of(std::string_view text) const {
  const auto found = std::lower_bound(texts.begin(), texts.end(), text);
  return found != texts.end() && *found == text ? static_cast<std::size_t>(found - texts.begin()) : other();
}

std::vector<double> quantile_edges(std::span<const NumberCount> values, std::size_t bins) {
  std::vector<std::uint64_t> ends;
  std::uint64_t count = 0;
  for (const NumberCount& one : values) ends.push_back(count += one.count);
  std::vector<double> edges;
  if (count == 0) return edges;
  for (std::size_t i = 1; i < bins; ++i) {
    const double at = static_cast<double>(count - 1) * static_cast<double>(i) / static_cast<double>(bins);
    const auto below = static_cast<std::uint64_t>(at);
    const double low = at_rank(values, ends, below);
    const double high = at_rank(values, ends, std::min(below + 1, count - 1));
    const double edge = between(low, high, at - std::floor(at));
    const bool outer = !std::isfinite(edge) || edge <= values.front().value || edge >= values.back().value;
    if (!outer && (edges.empty() || edge > edges.back())) edges.push_back(edge);
  }
  return edges;
}

Bins bins_of_numbers(std::span<const NumberCount> values, std::uint64_t rows) {
  Bins out;
  out.ranges = values.size() > few_numbers;
  if (out.ranges) {
    out.edges = quantile_edges(values);
    set_apart(values, out.edges);
  }
  for (const NumberCount& one : values) {
    if (!out.ranges && !is_rare(one.count, rows)) out.numbers.push_back(one.value);
  }
  return out;
}

Bins bins_of_texts(std::span<const TextCount> values, std::uint64_t rows) {
  Bins out;
  for (const auto& [text, count] : values) {
    if (!is_rare(count, rows)) out.texts.push_back(text);
  }
  std::sort(out.texts.begin(), out.texts.end());
  return out;
}

std::vector<std::uint64_t> counts_in(const Bins& bins, std::span<const NumberCount> values,
                                     std::uint64_t nulls) {
  std::vector<std::uint64_t> out(bins.size());
  for (const NumberCount& one : values) out[bins.of(one.value)] += one.count;
  out[bins.null()] += nulls;
  return out;
}

std::vector<std::uint64_t> counts_in(const Bins& bins, std::span<const TextCount> values, std::uint64_t nulls,
                                     std::uint64_t rows) {
  std::vector<std::uint64_t> out(bins.size());
  std::uint64_t told = nulls;
  for (const auto& [text, count] : values) {
    out[bins.of(text)] += count;
    told += count;
  }
  out[bins.null()] += nulls;
  out[bins.other()] += rows - std::min(rows, told);
  return out;
}

double psi(Tallies reference, Tallies current) {
  double r = 0, c = 0;
  if (!both_totals(reference, current, r, c)) return undefined_distance;
  double sum = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double p = std::max(static_cast<double>(reference[i]) / r, least_share);
    const double q = std::max(static_cast<double>(current[i]) / c, least_share);
    sum += (p - q) * std::log(p / q);
  }
  return sum;
}

namespace {

/// The expected part of a bin with the share p, which k ~ Binomial(rows, p) of the rows fall into.
double expected_part(double p, double rows) {
  constexpr double many = 50;
  const double mean = rows * p;
  if (mean > many) return (1 - p) / rows;
  const double r = std::max(p, least_share);
  const double last = std::min(rows, mean + 10 * std::sqrt(mean) + 20);
  const double odds = std::log(p) - std::log1p(-p);
  double sum = 0;
  double log_weight = rows * std::log1p(-p);
  for (double k = 0; k <= last; ++k) {
    const double q = std::max(k / rows, least_share);
    sum += std::exp(log_weight) * (r - q) * std::log(r / q);
    log_weight += odds + std::log((rows - k) / (k + 1));
  }
  return sum;
}

}  // namespace

double psi_by_chance(Tallies reference, std::uint64_t rows) {
  const double all = std::accumulate(reference.begin(), reference.end(), 0.0);
  if (all == 0 || rows == 0) return undefined_distance;
  double sum = 0;
  for (const std::uint64_t count : reference) {
    const double p = static_cast<double>(count) / all;
    if (p > 0 && p < 1) sum += expected_part(p, static_cast<double>(rows)) + (1 - p) / all;
  }
  return sum;
}

double jensen_shannon(Tallies reference, Tallies current) {
  double r = 0, c = 0;
  if (!both_totals(reference, current, r, c)) return undefined_distance;
  double sum = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double p = static_cast<double>(reference[i]) / r;
    const double q = static_cast<double>(current[i]) / c;
    if (p > 0) sum += p * std::log2(2 * p / (p + q));
    if (q > 0) sum += q * std::log2(2 * q / (p + q));
  }
  return std::sqrt(std::clamp(sum / 2, 0.0, 1.0));
}

double kolmogorov_smirnov(Tallies reference, Tallies current) {
  double r = 0, c = 0;
  if (!both_totals(reference, current, r, c)) return undefined_distance;
  std::uint64_t below_r = 0, below_c = 0;
  double most = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    below_r += reference[i];
    below_c += current[i];
    most = std::max(most, std::abs(static_cast<double>(below_r) / r - static_cast<double>(below_c) / c));
  }
  return most;
}

}  // namespace mlops::stats
