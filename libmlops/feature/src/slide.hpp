#pragma once
/// Windows that slide over the events of one key while the rows go by in order of time. Events are added
/// when they become visible and removed when they are older than the window; what is held in between depends
/// on which are inside alone.

#include <mlops/stats/exact_sum.hpp>

#include <cstdint>
#include <limits>
#include <vector>

#include "src/history.hpp"
#include "src/meaning.hpp"

namespace mlops::feature {

/// count(), and count(x).
struct Counter {
  const Series* series = nullptr;
  std::int64_t count = 0;

  void add(std::uint32_t position) { count += series == nullptr || series->has(position); }
  void remove(std::uint32_t position) { count -= series == nullptr || series->has(position); }
};

struct WholeSum {
  const Series* series;
  Int128Sum sum = 0;
  std::int64_t count = 0;

  void add(std::uint32_t position) {
    if (!series->has(position)) return;
    sum += series->whole[position];
    ++count;
  }
  void remove(std::uint32_t position) {
    if (!series->has(position)) return;
    sum -= series->whole[position];
    --count;
  }
};

struct RealSum {
  const Series* series;
  stats::ExactSum sum = {};

  void add(std::uint32_t position) {
    if (series->has(position)) sum.add(series->real[position]);
  }
  void remove(std::uint32_t position) {
    if (series->has(position)) sum.remove(series->real[position]);
  }
};

/// The greatest or least value: of those inside, the positions that no later and better one hides, in order.
/// The best is the first of them.
template <typename Better>
class Extreme {
 public:
  Extreme(const Series& series, Better better) : series_(&series), better_(better) {}

  void add(std::uint32_t position) {
    if (!series_->has(position)) return;
    std::size_t place = steps_.size();
    while (place > head_ && steps_[place - 1] > position) --place;
    if (place < steps_.size() && !better_(position, steps_[place])) return;
    std::size_t from = place;
    while (from > head_ && !better_(steps_[from - 1], position)) --from;
    const auto at = [&](std::size_t i) { return steps_.begin() + static_cast<std::ptrdiff_t>(i); };
    if (from < place) {
      steps_[from] = position;
      steps_.erase(at(from + 1), at(place));
    } else {
      steps_.insert(at(place), position);
    }
  }
  void remove(std::uint32_t position) {
    if (head_ == steps_.size() || steps_[head_] != position) return;
    ++head_;
    if (head_ < 1024 || head_ * 2 < steps_.size()) return;
    steps_.erase(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
  bool empty() const { return head_ == steps_.size(); }
  std::uint32_t best() const { return steps_[head_]; }

 private:
  const Series* series_;
  Better better_;
  std::vector<std::uint32_t> steps_;
  std::size_t head_ = 0;
};

/// One row that asks.
struct Question {
  std::int64_t time;
  std::uint32_t row;
};

/// The first of [begin, end) for which it holds, as it does for all after it; `end` without one.
template <typename Holds>
std::size_t first_from(std::size_t begin, std::size_t end, Holds holds) {
  while (begin < end) {
    const std::size_t middle = begin + (end - begin) / 2;
    if (holds(middle)) end = middle;
    else begin = middle + 1;
  }
  return begin;
}

/// Calls `answer(row)` for each question, in order of time, with `window` holding the events of the group
/// that are visible at the question's time and at most `width` older.
template <typename Window, typename Answer>
void slide(const History::Impl& events, std::uint32_t group, std::int64_t width,
           const std::vector<Question>& questions, Window& window, Answer answer) {
  const std::size_t end = events.groups.begin[group + 1];
  // What is too old for the first question is too old for all: a few rows do not go through all the past.
  const std::int64_t first = questions.empty() ? 0 : questions.front().time - width;
  std::size_t leave = first_from(events.groups.begin[group], end,
                                 [&](std::size_t position) { return events.at[position] >= first; });
  std::size_t enter =
      events.entering.empty() ? leave : first_from(events.groups.begin[group], end, [&](std::size_t place) {
        return events.enters(events.entering[place]) >= first;
      });
  std::int64_t before = std::numeric_limits<std::int64_t>::min();
  for (const Question& question : questions) {
    const std::int64_t oldest = question.time - width;
    for (; leave < end && events.at[leave] < oldest; ++leave) {
      // What was visible to the question before was inside of its window too.
      if (events.enters(leave) <= before) window.remove(static_cast<std::uint32_t>(leave));
    }
    for (; enter < end; ++enter) {
      const auto position =
          events.entering.empty() ? static_cast<std::uint32_t>(enter) : events.entering[enter];
      if (events.enters(position) > question.time) break;
      if (events.at[position] >= oldest) window.add(position);
    }
    before = question.time;
    answer(question.row);
  }
}

}  // namespace mlops::feature
