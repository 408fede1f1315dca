#pragma once
/// Numbers that a person would have written down: with room, and with few digits.

#include <cstdint>
#include <optional>
#include <string>

namespace mlops::scaffold {

/// 1_234_567
std::string grouped(std::uint64_t count);

/// At most, with room for some fewer: 80 % of it, two digits.
std::uint64_t at_least(std::uint64_t count);

/// The percentage that a share of `share` stays under though it may grow by a quarter; nothing when there is
/// no telling any more.
std::optional<int> share_limit(double share);

/// As people write it: five digits, or the whole part where that is longer.
std::string about(double value);

struct Bounds {
  std::string low;
  std::string high;
};

/// `low` to `high` with a tenth of the span on either side, rounded outwards; what was never negative stays
/// so. Both are finite and low < high.
Bounds wider(double low, double high, bool whole);

}  // namespace mlops::scaffold
