#include <mlops/stats/reference.hpp>

#include <algorithm>
#include <cmath>

namespace mlops::stats {
namespace {

std::uint64_t count_of(std::span<const NumberCount> values) {
  std::uint64_t count = 0;
  for (const NumberCount& one : values) count += one.count;
  return count;
}

std::optional<double> mean_of(std::span<const NumberCount> values) {
  double sum = 0;
  std::uint64_t count = 0;
  for (const NumberCount& one : values) {
    if (!std::isfinite(one.value)) continue;
    sum += one.value * static_cast<double>(one.count);
    count += one.count;
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

/// A value is left out while less than a thousandth of all is between its neighbours that stay.
std::vector<NumberCount> steps_of(std::span<const NumberCount> values, std::uint64_t count) {
  std::vector<NumberCount> out;
  const bool all = values.size() <= Reference::most_steps;
  std::uint64_t up_to = 0;
  std::uint64_t kept = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    up_to += values[i].count;
    if (!all && i + 1 < values.size() && (up_to - kept) * Reference::most_steps <= count) continue;
    out.push_back({values[i].value, up_to});
    kept = up_to;
  }
  return out;
}

/// The greatest difference of the cumulative shares, as kolmogorov_smirnov() has it of all values: those of
/// the reference are taken to lie on its steps.
std::optional<double> greatest_difference(std::span<const NumberCount> steps,
                                          std::span<const NumberCount> values) {
  const double r = steps.empty() ? 0 : static_cast<double>(steps.back().count);
  const auto c = static_cast<double>(count_of(values));
  if (r == 0 || c == 0) return std::nullopt;
  double most = 0;
  std::uint64_t below_r = 0, below_c = 0;
  for (std::size_t i = 0, k = 0; i < steps.size() || k < values.size();) {
    const bool of_steps = k == values.size() || (i < steps.size() && steps[i].value <= values[k].value);
    const double at = of_steps ? steps[i].value : values[k].value;
    if (i < steps.size() && steps[i].value == at) below_r = steps[i++].count;
    if (k < values.size() && values[k].value == at) below_c += values[k++].count;
    most = std::max(most, std::abs(static_cast<double>(below_r) / r - static_cast<double>(below_c) / c));
  }
  return most;
}

void measure(const Reference& reference, Shift& shift) {
  shift.psi = psi(reference.counts, shift.counts);
  shift.drift = jensen_shannon(reference.counts, shift.counts);
}

}  // namespace

Reference reference_of(std::span<const NumberCount> values, std::uint64_t nulls) {
  const std::uint64_t count = count_of(values);
  Reference out = {.rows = count + nulls, .nulls = nulls};
  out.bins = bins_of_numbers(values, out.rows);
  out.counts = counts_in(out.bins, values, nulls);
  out.steps = steps_of(values, count);
  if (!values.empty()) {
    out.min = values.front().value;
    out.max = values.back().value;
  }
  out.mean = mean_of(values);
  return out;
}

Reference reference_of(std::span<const TextCount> values, std::uint64_t nulls) {
  Reference out = {.rows = nulls, .nulls = nulls};
  for (const auto& [text, count] : values) out.rows += count;
  out.bins = bins_of_texts(values, out.rows);
  out.counts = counts_in(out.bins, values, nulls, out.rows);
  return out;
}

Shift shift_of(const Reference& reference, std::span<const NumberCount> values, std::uint64_t nulls,
               std::uint64_t others) {
  Shift out = {.counts = counts_in(reference.bins, values, nulls),
               .rows = count_of(values) + nulls + others,
               .nulls = nulls};
  out.counts[reference.bins.other()] += others;
  measure(reference, out);
  out.ks = greatest_difference(reference.steps, values);
  out.mean = mean_of(values);
  return out;
}

Shift shift_of(const Reference& reference, std::span<const TextCount> values, std::uint64_t nulls,
               std::uint64_t rows) {
  Shift out = {.counts = counts_in(reference.bins, values, nulls, rows), .rows = rows, .nulls = nulls};
  measure(reference, out);
  return out;
}

}  // namespace mlops::stats
