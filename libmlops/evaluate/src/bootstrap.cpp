#include <mlops/evaluate/bootstrap.hpp>

#include <mlops/base/parallel.hpp>

#include <algorithm>
#include <limits>
#include <memory>

#include "src/resample.hpp"

namespace mlops::evaluate {
namespace {

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15U;

constexpr std::uint64_t mixed(std::uint64_t z) {
  z += golden;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

/// Rows at random, each as likely as any other.
class Draw {
 public:
  Draw(std::span<std::uint8_t> times, std::uint64_t seed, std::uint64_t number)
      : times_(times.data()),
        rows_(times.size()),
        refused_((std::uint64_t{1} << 32) % rows_),
        state_(mixed(mixed(seed) ^ number)) {}

  void all() {
    std::size_t drawn = 0;
    while (drawn + 2 <= rows_) {
      const std::uint64_t bits = next();
      drawn += one(static_cast<std::uint32_t>(bits)) + one(static_cast<std::uint32_t>(bits >> 32));
    }
    while (drawn < rows_) drawn += one(static_cast<std::uint32_t>(next()));
  }

 private:
  std::uint64_t next() {
    const std::uint64_t bits = mixed(state_);
    state_ += golden;
    return bits;
  }

  /// How many were drawn: 0 or 1.
  std::size_t one(std::uint32_t bits) {
    const std::uint64_t place = std::uint64_t{bits} * rows_;
    if (static_cast<std::uint32_t>(place) < refused_) return 0;
    ++times_[place >> 32];
    return 1;
  }

  std::uint8_t* times_;
  std::uint64_t rows_;
  std::uint64_t refused_;
  std::uint64_t state_;
};

class Undefined final : public Statistic {
 public:
  double of(Draws) const override { return std::numeric_limits<double>::quiet_NaN(); }
};

std::vector<StatisticOf> statistics(const Truth& truth, std::span<const Resampled> wanted,
                                    const Bootstrap& how) {
  std::vector<StatisticOf> out(wanted.size());
  in_parallel(wanted.size(), {how.threads, how.cancel}, [&](std::size_t i) {
    const MetricRow& metric = get_metric(truth.task, wanted[i].metric);
    const View all = view(truth, wanted[i].predictions, wanted[i].threshold);
    const bool defined = all.finite && all.rows() > 0;
    out[i] = defined ? metric.resampled(all) : std::make_unique<const Undefined>();
  });
  return out;
}

}  // namespace

std::vector<std::uint8_t> drawn(std::size_t rows, std::uint64_t seed, std::uint64_t number) {
  std::vector<std::uint8_t> times(rows);
  if (rows > 0) Draw(times, seed, number).all();
  return times;
}

std::vector<double> bootstrap(const Truth& truth, std::span<const Resampled> wanted, const Bootstrap& how) {
  const std::vector<StatisticOf> ready = statistics(truth, wanted, how);
  std::vector<double> out(how.resamples * wanted.size());
  in_parallel(how.resamples, {how.threads, how.cancel}, [&](std::size_t number) {
    const std::vector<std::uint8_t> times = drawn(truth.labels.size(), how.seed, number);
    double* values = out.data() + number * ready.size();
    for (const StatisticOf& one : ready) *values++ = one->of(times);
  });
  return out;
}

}  // namespace mlops::evaluate
