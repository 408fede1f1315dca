#include "src/timeline.hpp"

#include <algorithm>

#include "src/fold.hpp"
#include "src/slide.hpp"

namespace mlops::feature {
namespace {

struct SpanFold {
  const Layout* layout;
  Summary* out;

  void event(const Word* event) { take(1, layout->enters(event), layout->enters(event)); }
  void summary(const Summary& of) { take(of.events, of.first_enters, of.last_enters); }
  void take(std::int64_t events, std::int64_t first, std::int64_t last) {
    out->first_enters = out->events == 0 ? first : std::min(out->first_enters, first);
    out->last_enters = out->events == 0 ? last : std::max(out->last_enters, last);
    out->events += events;
  }
};

/// `each(fold)` hands all that is summed up to the fold.
template <typename Each>
Summary::Series series_of(const Layout& layout, std::size_t input, const Each& each) {
  Summary::Series out;
  CountFold counted{&layout, input};
  each(counted);
  out.count = counted.count;
  const bool whole = layout.cell(input) == Cell::whole;
  if (layout.needs(input).sum && whole) {
    WholeFold sum{&layout, input};
    each(sum);
    out.whole = sum.sum;
  } else if (layout.needs(input).sum) {
    RealFold sum{&layout, input};
    each(sum);
    out.real = stats::PackedSum(sum.sum);
  }
  if (!layout.needs(input).extremes) return out;
  for (const bool max : {false, true}) {
    ExtremeFold best{&layout, input, max, whole};
    each(best);
    (max ? out.greatest : out.least) = best.best;
  }
  return out;
}

template <typename Each>
Summary summed(const Layout& layout, const Each& each) {
  Summary out;
  SpanFold span{&layout, &out};
  each(span);
  for (std::size_t input = 0; input < layout.inputs(); ++input)
    out.series.push_back(series_of(layout, input, each));
  return out;
}

bool after(const Layout& layout, const Word* a, const Word* b) {
  const std::int64_t at = layout.at(a);
  return at != layout.at(b) ? at > layout.at(b) : layout.known(a) > layout.known(b);
}

std::ptrdiff_t distance(std::size_t n) { return static_cast<std::ptrdiff_t>(n); }

}  // namespace

std::size_t Timeline::events(const Layout& layout) const {
  std::size_t events = 0;
  for (std::size_t block = 0; block < blocks_.size(); ++block) events += count(layout, block);
  return events;
}

Place Timeline::first_at(const Layout& layout, std::int64_t moment) const {
  const auto last_is = [&](std::size_t block) {
    return layout.at(event(layout, {block, count(layout, block) - 1})) >= moment;
  };
  const std::size_t block = first_from(0, blocks_.size() - 1, last_is);
  return {block, first_from(0, count(layout, block), [&](std::size_t index) {
            return layout.at(event(layout, {block, index})) >= moment;
          })};
}

Place Timeline::behind(const Layout& layout, const Word* wanted) const {
  const auto last_is = [&](std::size_t block) {
    return after(layout, event(layout, {block, count(layout, block) - 1}), wanted);
  };
  const std::size_t block = first_from(0, blocks_.size() - 1, last_is);
  return {block, first_from(0, count(layout, block), [&](std::size_t index) {
            return after(layout, event(layout, {block, index}), wanted);
          })};
}

std::optional<Place> Timeline::latest(const Layout& layout, Place end, std::int64_t time) const {
  const auto last_seen = [&](std::size_t block, std::size_t index) -> std::optional<Place> {
    while (index-- > 0) {
      if (layout.enters(event(layout, {block, index})) <= time) return Place{block, index};
    }
    return std::nullopt;
  };
  if (const auto found = last_seen(end.block, end.index)) return found;
  for (std::size_t block = end.block; block > 0;) {
    std::size_t level = 0;
    const auto last = [&](std::size_t at) { return (block >> (fan_bits * at)) - 1; };
    while (level + 1 < levels_.size() && block % (std::size_t{1} << (fan_bits * (level + 1))) == 0) ++level;
    while (level > 0 && levels_[level][last(level)].first_enters <= time) --level;
    if (levels_[level][last(level)].first_enters <= time)
      return last_seen(block - 1, count(layout, block - 1));
    block -= std::size_t{1} << (fan_bits * level);
  }
  return std::nullopt;
}

void Timeline::insert(const Layout& layout, const Word* event) {
  if (blocks_.empty()) blocks_.emplace_back();
  else return insert_into(layout, behind(layout, event), event);
  blocks_[0].assign(event, event + layout.words());
}

void Timeline::insert_into(const Layout& layout, Place place, const Word* event) {
  const std::size_t last = blocks_.size() - 1;
  if (place.block == last && place.index == count(layout, last) && place.index >= block_events) {
    blocks_.emplace_back(event, event + layout.words());
    if (levels_.empty()) levels_.emplace_back();
    levels_[0].push_back(summary_of(layout, last));
    return raise(layout, last, last + 1);
  }
  Block& block = blocks_[place.block];
  block.insert(block.begin() + distance(place.index * layout.words()), event, event + layout.words());
  if (count(layout, place.block) > 2 * block_events) return split(layout, place.block);
  if (place.block == last) return;
  levels_[0][place.block] = summary_of(layout, place.block);
  raise(layout, place.block, place.block + 1);
}

void Timeline::split(const Layout& layout, std::size_t block) {
  const auto half = distance(block_events * layout.words());
  Block behind(blocks_[block].begin() + half, blocks_[block].end());
  blocks_[block].resize(static_cast<std::size_t>(half));
  blocks_.insert(blocks_.begin() + distance(block + 1), std::move(behind));
  if (levels_.empty()) levels_.emplace_back();
  levels_[0].insert(levels_[0].begin() + distance(block), summary_of(layout, block));
  if (block + 2 < blocks_.size()) levels_[0][block + 1] = summary_of(layout, block + 1);
  raise(layout, block, levels_[0].size());
}

Summary Timeline::summary_of(const Layout& layout, std::size_t block) const {
  return summed(layout, [&](auto& fold) {
    for (std::size_t index = 0; index < count(layout, block); ++index)
      fold.event(event(layout, {block, index}));
  });
}

Summary Timeline::summary_of(const Layout& layout, unsigned level, std::size_t node) const {
  return summed(layout, [&](auto& fold) {
    for (std::size_t below = node << fan_bits; below < (node + 1) << fan_bits; ++below)
      fold.summary(levels_[level - 1][below]);
  });
}

void Timeline::raise(const Layout& layout, std::size_t first, std::size_t end) {
  for (unsigned level = 1;; ++level) {
    const std::size_t nodes = levels_[level - 1].size() >> fan_bits;
    if (nodes == 0) return levels_.resize(level);
    if (levels_.size() == level) levels_.emplace_back();
    levels_[level].resize(nodes);
    first >>= fan_bits;
    end = ((end - 1) >> fan_bits) + 1;
    for (std::size_t node = first; node < std::min(end, nodes); ++node)
      levels_[level][node] = summary_of(layout, level, node);
  }
}

void Timeline::prune(const Layout& layout, Place end, const std::function<bool(Place)>& keep,
                     const std::function<void(const Word*)>& gone) {
  std::vector<Block> kept;
  const std::size_t words = layout.words();
  const auto take = [&](const Word* event) {
    if (kept.empty() || kept.back().size() >= block_events * words) kept.emplace_back();
    kept.back().insert(kept.back().end(), event, event + words);
  };
  for (Place place; place.block <= end.block; ++place.block) {
    for (place.index = 0; place.index < count(layout, place.block); ++place.index) {
      const Word* one = event(layout, place);
      if (place >= end || keep(place)) take(one);
      else gone(one);
    }
  }
  const auto cut = distance(std::min(end.block + 1, blocks_.size()));
  blocks_.erase(blocks_.begin(), blocks_.begin() + cut);
  blocks_.insert(blocks_.begin(), std::make_move_iterator(kept.begin()), std::make_move_iterator(kept.end()));
  levels_.clear();
  if (blocks_.size() < 2) return;
  levels_.emplace_back();
  for (std::size_t block = 0; block + 1 < blocks_.size(); ++block)
    levels_[0].push_back(summary_of(layout, block));
  raise(layout, 0, levels_[0].size());
}

}  // namespace mlops::feature
