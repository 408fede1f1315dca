#pragma once
/// Counts the different values of a column in 16 bytes each: a million categories take 32 MB, no copies of
/// texts.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mlops::train {

class Tally {
 public:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t row = 0;    ///< Where it was met first.
    std::uint32_t count = 0;  ///< 0: an empty slot.
  };

  /// `same(row)`: does the value first met there equal the one that is added? Only asked when the keys agree.
  template <typename Same>
  void add(std::uint64_t key, std::uint32_t row, Same same) {
    if (2 * (used_ + 1) > slots_.size()) grow();
    for (std::size_t i = key & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[i];
      if (slot.count == 0) {
        slot = {key, row, 1};
        ++used_;
        return;
      }
      if (slot.key == key && same(slot.row)) {
        ++slot.count;
        return;
      }
    }
  }

  std::size_t distinct() const { return used_; }

  /// The values, in the order of first appearance.
  std::vector<Slot> slots() const;

 private:
  void grow();

  std::vector<Slot> slots_ = std::vector<Slot>(64);
  std::size_t used_ = 0;
};

}  // namespace mlops::train
