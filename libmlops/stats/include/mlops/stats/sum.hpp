#pragma once
/// Sums that do not lose small values beside great ones (Neumaier 1974). The error is a few units in the last
/// place, whatever the number of values. Value type.

#include <cmath>
#include <span>

namespace mlops::stats {

class Sum {
 public:
  void add(double value) {
    const double next = sum_ + value;
    const bool greater = std::fabs(sum_) >= std::fabs(value);
    lost_ += greater ? (sum_ - next) + value : (value - next) + sum_;
    sum_ = next;
  }
  /// Where the sum is infinite or NaN, what was lost says nothing.
  double value() const { return std::isfinite(sum_) ? sum_ + lost_ : sum_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

inline double sum(std::span<const double> values) {
  Sum out;
  for (const double value : values) out.add(value);
  return out.value();
}

}  // namespace mlops::stats
