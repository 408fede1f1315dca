#include <mlops/stats/exact_sum.hpp>

#include <cmath>
#include <limits>

namespace mlops::stats {
namespace {

constexpr int last_bit = -1074;  // 2^-1074 is the least double
constexpr unsigned precision = 53;

/// The number whose digits to the base 2^32 begin (the last one first) at `words`; the leading one, at `top`,
/// is not 0. Rounded to nearest, ties to even.
double rounded(const std::uint32_t* words, std::size_t top, int exponent) {
  const auto word = [&](std::size_t below) {
    return below > top ? std::uint64_t{0} : std::uint64_t{words[top - below]};
  };
  // 64 bits from the leading one on, and whether anything is behind them.
  const auto zeros = static_cast<unsigned>(std::countl_zero(words[top]));
  const std::uint64_t head = word(0) << 32 | word(1);
  const std::uint64_t leading = zeros == 0 ? head : head << zeros | word(2) >> (32 - zeros);
  bool more = (word(2) << zeros & 0xFFFF'FFFF) != 0;
  for (std::size_t below = 3; below <= top && !more; ++below) more = word(below) != 0;

  // Digits behind 2^-1074 do not exist, so what has less than 53 bits is exact.
  std::uint64_t mantissa = leading >> (64 - precision);
  const std::uint64_t rest = leading << precision;
  constexpr std::uint64_t half = std::uint64_t{1} << 63;
  if (rest > half || (rest == half && (more || (mantissa & 1) != 0))) ++mantissa;
  const int scale = exponent + 32 * static_cast<int>(top) + 32 - static_cast<int>(zeros + precision);
  return std::ldexp(static_cast<double>(mantissa), scale);
}

}  // namespace

void ExactSum::put_special(std::uint64_t bits, std::int64_t sign) {
  const bool is_nan = (bits & ((std::uint64_t{1} << 52) - 1)) != 0;
  (is_nan ? nans_ : (bits >> 63) != 0 ? minus_infinities_ : infinities_) += sign;
}

void ExactSum::add(const PackedSum& sum) {
  if (sum.count_ == 0) return;
  if (count_ == 0) low_ = chunks, high_ = 0;
  count_ += sum.count_;
  nans_ += sum.nans_;
  infinities_ += sum.infinities_;
  minus_infinities_ += sum.minus_infinities_;
  if (sum.chunks_.empty()) return;
  for (std::size_t i = 0; i < sum.chunks_.size(); ++i) chunks_[sum.low_ + i] += sum.chunks_[i];
  low_ = std::min(low_, sum.low_);
  high_ = std::max(high_, sum.low_ + sum.chunks_.size() - 1);
}

PackedSum::PackedSum(const ExactSum& sum)
    : count_(sum.count_),
      nans_(sum.nans_),
      infinities_(sum.infinities_),
      minus_infinities_(sum.minus_infinities_) {
  if (count_ == 0 || sum.low_ > sum.high_) return;
  std::size_t low = sum.low_;
  std::size_t end = sum.high_ + 1;
  while (low < end && sum.chunks_[low] == 0) ++low;
  while (end > low && sum.chunks_[end - 1] == 0) --end;
  const auto* const chunks = sum.chunks_.data();
  chunks_.assign(chunks + low, chunks + end);
  low_ = low;
}

double ExactSum::value() const {
  if (nans_ > 0 || (infinities_ > 0 && minus_infinities_ > 0))
    return std::numeric_limits<double>::quiet_NaN();
  if (infinities_ > 0) return std::numeric_limits<double>::infinity();
  if (minus_infinities_ > 0) return -std::numeric_limits<double>::infinity();
  if (count_ == 0 || low_ > high_) return 0;

  // Carried twice: the sign of the sum is that of the last carry, and the digits are those of its magnitude.
  std::array<std::uint32_t, chunks + 2> words = {};
  const std::size_t size = high_ - low_ + 1;
  const auto carry = [&](std::int64_t sign) {
    std::int64_t over = 0;
    for (std::size_t i = 0; i < size + 1; ++i) {
      over += i < size ? sign * chunks_[low_ + i] : 0;
      words[i] = static_cast<std::uint32_t>(over);
      over >>= 32;
    }
    return over;
  };
  const bool negative = carry(1) < 0;
  if (negative) carry(-1);
  std::size_t top = size;
  while (top > 0 && words[top] == 0) --top;
  if (words[top] == 0) return 0;
  const double magnitude = rounded(words.data(), top, last_bit + 32 * static_cast<int>(low_));
  return negative ? -magnitude : magnitude;
}

double ExactSum::mean() const {
  return count_ == 0 ? std::numeric_limits<double>::quiet_NaN() : value() / static_cast<double>(count_);
}

}  // namespace mlops::stats
