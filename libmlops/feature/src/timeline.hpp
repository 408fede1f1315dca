#pragma once
/// The events of one key in the order (at, known, arrival), in blocks. Of the blocks before the last, of 16
/// of them, of 256, and so on there are summaries, so that a long window is a few of them and the events at
/// its two ends, wherever new events come in between.

#include <mlops/stats/exact_sum.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "src/layout.hpp"
#include "src/meaning.hpp"

namespace mlops::feature {

/// What windows ask of some events next to each other.
struct Summary {
  struct Series {
    std::int64_t count = 0;  ///< That are not null.
    Int128Sum whole = 0;
    stats::PackedSum real = {};
    Word least = 0;  ///< The last of equal ones, as the greatest is.
    Word greatest = 0;
  };

  std::int64_t events = 0;
  std::int64_t first_enters = 0;  ///< The earliest and latest moment from which one of them is seen.
  std::int64_t last_enters = 0;
  std::vector<Series> series = {};  ///< For each input.
};

/// Where an event stands.
struct Place {
  std::size_t block = 0;
  std::size_t index = 0;

  auto operator<=>(const Place&) const = default;
};

class Timeline {
 public:
  /// Behind those of equal moments.
  void insert(const Layout& layout, const Word* event);

  std::size_t events(const Layout& layout) const;
  bool empty() const { return blocks_.empty(); }
  const Word* event(const Layout& layout, Place place) const {
    return blocks_[place.block].data() + place.index * layout.words();
  }
  /// The first event at `moment` or later; else the place behind the last.
  Place first_at(const Layout& layout, std::int64_t moment) const;
  /// The last of those before `end` that are seen at `time`.
  std::optional<Place> latest(const Layout& layout, Place end, std::int64_t time) const;

  /// Hands those of [from, end) that are seen at `time` to `fold`, in order: events one by one, or many at
  /// once as a summary. All of them are at `time` or earlier.
  template <typename Fold>
  void fold(const Layout& layout, Place from, Place end, std::int64_t time, Fold& fold) const;

  /// Drops the events before `end` for which `keep` is false, telling of each that goes.
  void prune(const Layout& layout, Place end, const std::function<bool(Place)>& keep,
             const std::function<void(const Word*)>& gone);

 private:
  using Block = std::vector<Word>;
  static constexpr std::size_t block_events =
      64;  // appended; a block with events put in between has up to 128
  static constexpr unsigned fan_bits = 4;

  std::size_t count(const Layout& layout, std::size_t block) const {
    return blocks_[block].size() / layout.words();
  }
  Place behind(const Layout& layout, const Word* event) const;
  void insert_into(const Layout& layout, Place place, const Word* event);
  void split(const Layout& layout, std::size_t block);
  Summary summary_of(const Layout& layout, std::size_t block) const;
  Summary summary_of(const Layout& layout, unsigned level, std::size_t node) const;
  /// Brings the levels above the first up to date for blocks [first, end).
  void raise(const Layout& layout, std::size_t first, std::size_t end);

  template <typename Fold>
  void scan(const Layout& layout, std::size_t block, std::size_t from, std::size_t end, std::int64_t time,
            Fold& fold) const;
  template <typename Fold>
  std::size_t step(const Layout& layout, std::size_t block, std::size_t end, std::int64_t time,
                   Fold& fold) const;

  std::vector<Block> blocks_;
  std::vector<std::vector<Summary>> levels_;  // level 0: of each block but the last; above: of 16 below
};

template <typename Fold>
void Timeline::scan(const Layout& layout, std::size_t block, std::size_t from, std::size_t end,
                    std::int64_t time, Fold& fold) const {
  const std::size_t words = layout.words();
  const Word* event = blocks_[block].data() + from * words;
  for (std::size_t i = from; i < end; ++i, event += words) {
    if (!layout.has_known() || layout.enters(event) <= time) fold.event(event);
  }
}

/// Takes the greatest summary that begins with `block`, ends by `end` and is seen as a whole or not at all;
/// without one the block's events. The next block.
template <typename Fold>
std::size_t Timeline::step(const Layout& layout, std::size_t block, std::size_t end, std::int64_t time,
                           Fold& fold) const {
  std::size_t level = 0;
  const auto size = [](std::size_t at) { return std::size_t{1} << (fan_bits * at); };
  while (level + 1 < levels_.size() && block % size(level + 1) == 0 && block + size(level + 1) <= end)
    ++level;
  for (;; --level) {
    const Summary& summary = levels_[level][block >> (fan_bits * level)];
    const bool seen = !layout.has_known() || summary.last_enters <= time;
    if (seen) fold.summary(summary);
    if (seen || summary.first_enters > time) return block + size(level);
    if (level == 0) break;
  }
  scan(layout, block, 0, count(layout, block), time, fold);
  return block + 1;
}

template <typename Fold>
void Timeline::fold(const Layout& layout, Place from, Place end, std::int64_t time, Fold& fold) const {
  if (from.block == end.block) return scan(layout, from.block, from.index, end.index, time, fold);
  scan(layout, from.block, from.index, count(layout, from.block), time, fold);
  for (std::size_t block = from.block + 1; block < end.block;)
    block = step(layout, block, end.block, time, fold);
  scan(layout, end.block, 0, end.index, time, fold);
}

}  // namespace mlops::feature
