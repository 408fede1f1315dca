#include "src/tally.hpp"

#include <algorithm>
#include <utility>

namespace mlops::train {

std::vector<Tally::Slot> Tally::slots() const {
  std::vector<Slot> out;
  out.reserve(used_);
  for (const Slot& slot : slots_) {
    if (slot.count > 0) out.push_back(slot);
  }
  std::sort(out.begin(), out.end(), [](const Slot& a, const Slot& b) { return a.row < b.row; });
  return out;
}

void Tally::grow() {
  const auto old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.count == 0) continue;
    std::size_t i = slot.key & mask;
    while (slots_[i].count > 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

}  // namespace mlops::train
