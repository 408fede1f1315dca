#pragma once
/// Exact sums of doubles, in any order: add() and remove() take constant time and lose nothing, value() is
/// the exact sum rounded once (to nearest, ties to even), which is what Python's math.fsum gives. So a sum
/// depends on what is in it alone, never on order, threads, or what was in it once.
///
/// A fixed-point number that spans all doubles, in chunks of 32 bits kept in 64-bit words (the small
/// superaccumulator of Neal, "Fast exact summation using small and large superaccumulators", 2015). A value
/// adds less than 2^32 to a chunk, and removing it takes exactly that away again, so chunks need no carrying
/// while at most 2^30 values are in.
///
/// With a NaN inside, or both infinities, the sum is NaN; with one infinity it is that one. Sums beyond the
/// doubles are infinite. No value, and sums of nothing but zeros, are +0. Value type, 600 bytes; a PackedSum
/// keeps what is in one in as many words as it needs.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mlops::stats {

class PackedSum;

class ExactSum {
 public:
  void add(double value) { put(value, 1); }
  /// Takes a value away that was added before.
  void remove(double value) { put(value, -1); }
  /// All values of the other, as if each were added here.
  void add(const PackedSum& sum);

  /// How many values are in.
  std::int64_t count() const { return count_; }
  double value() const;
  /// value() / count(), rounded a second time; NaN without values.
  double mean() const;

 private:
  friend class PackedSum;
  static constexpr std::size_t chunks = 68;  // 2,098 bits of doubles, 31 of carries, room for the top

  void put(double value, std::int64_t sign) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const auto exponent = static_cast<unsigned>(bits >> 52) & 0x7FF;
    if (count_ == 0) low_ = chunks, high_ = 0;
    count_ += sign;
    if (exponent == 0x7FF) return put_special(bits, sign);
    const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
    const std::uint64_t mantissa = exponent == 0 ? fraction : fraction | std::uint64_t{1} << 52;
    if (mantissa == 0) return;
    const unsigned position = exponent == 0 ? 0 : exponent - 1;  // of the last bit, from 2^-1074 on
    const std::size_t first = position / 32;
    const unsigned shift = position % 32;
    const std::int64_t by = (bits >> 63) != 0 ? -sign : sign;
    chunks_[first] += by * static_cast<std::int64_t>((mantissa << shift) & 0xFFFF'FFFF);
    chunks_[first + 1] += by * static_cast<std::int64_t>((mantissa >> (32 - shift)) & 0xFFFF'FFFF);
    chunks_[first + 2] += by * static_cast<std::int64_t>(mantissa >> 32 >> (32 - shift));
    low_ = std::min(low_, first);
    high_ = std::max(high_, first + 2);
  }
  void put_special(std::uint64_t bits, std::int64_t sign);

  std::array<std::int64_t, chunks> chunks_ = {};
  std::size_t low_ = chunks;  // chunks outside of [low_, high_] are 0
  std::size_t high_ = 0;
  std::int64_t count_ = 0;
  std::int64_t nans_ = 0;
  std::int64_t infinities_ = 0;
  std::int64_t minus_infinities_ = 0;
};

/// The values of an ExactSum, to be added to others. Those of one magnitude take 4 or 5 words of its 68.
class PackedSum {
 public:
  PackedSum() = default;
  explicit PackedSum(const ExactSum& sum);

 private:
  friend class ExactSum;

  std::vector<std::int64_t> chunks_ = {};
  std::size_t low_ = 0;
  std::int64_t count_ = 0;
  std::int64_t nans_ = 0;
  std::int64_t infinities_ = 0;
  std::int64_t minus_infinities_ = 0;
};

}  // namespace mlops::stats
