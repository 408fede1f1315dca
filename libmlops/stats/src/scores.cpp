/// Rankings and calibration.
#include "src/internal.hpp"

#include <mlops/stats/sum.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace mlops::stats {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool has_nan(std::span<const double> scores) {
  return std::any_of(scores.begin(), scores.end(), [](double s) { return std::isnan(s); });
}

}  // namespace

std::vector<Threshold> thresholds(std::span<const double> scores, std::span<const std::uint8_t> truth) {
  require_equal(scores.size(), truth.size());
  if (has_nan(scores)) return {};
  std::vector<std::pair<double, std::uint8_t>> rows(scores.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = {scores[i], truth[i]};
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Threshold> out;
  Threshold now;
  for (const auto& [score, positive] : rows) {
    if (!out.empty() && out.back().score == score) out.pop_back();
    now.score = score;
    ++(positive != 0 ? now.positives : now.negatives);
    out.push_back(now);
  }
  return out;
}

double average_precision(std::span<const double> scores, std::span<const std::uint8_t> truth) {
  const std::vector<Threshold> all = thresholds(scores, truth);
  if (all.empty() || all.back().positives == 0) return nan;
  Sum out;
  std::uint64_t before = 0;
  for (const Threshold& t : all) {
    const double precision =
        static_cast<double>(t.positives) / static_cast<double>(t.positives + t.negatives);
    out.add(static_cast<double>(t.positives - before) * precision);
    before = t.positives;
  }
  return out.value() / static_cast<double>(before);
}

std::size_t bin_of(double score, std::size_t bins) {
  const double place = score * static_cast<double>(bins);
  if (!(place > 0)) return 0;
  return place >= static_cast<double>(bins) ? bins - 1 : static_cast<std::size_t>(place);
}

double calibration_error(std::span<const double> scores, std::span<const std::uint8_t> truth,
                         std::size_t bins) {
  require_equal(scores.size(), truth.size());
  if (scores.empty() || bins == 0 || has_nan(scores)) return nan;
  std::vector<Sum> gaps(bins);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    gaps[bin_of(scores[i], bins)].add(scores[i] - (truth[i] != 0 ? 1.0 : 0.0));
  }
  Sum out;
  for (const Sum& gap : gaps) out.add(std::fabs(gap.value()));
  return out.value() / static_cast<double>(scores.size());
}

}  // namespace mlops::stats
