#pragma once
/// What is worked out from the events of a window: event by event, or from summaries of many.

#include <optional>

#include "src/timeline.hpp"

namespace mlops::feature {

/// count() without an input, and count(x).
struct CountFold {
  const Layout* layout;
  std::optional<std::size_t> input;
  std::int64_t count = 0;

  void event(const Word* event) { count += !input || layout->has(event, *input); }
  void summary(const Summary& of) { count += input ? of.series[*input].count : of.events; }
};

struct WholeFold {
  const Layout* layout;
  std::size_t input;
  Int128Sum sum = 0;
  std::int64_t count = 0;

  void event(const Word* event) {
    if (!layout->has(event, input)) return;
    sum += layout->whole(event, input);
    ++count;
  }
  void summary(const Summary& of) {
    sum += of.series[input].whole;
    count += of.series[input].count;
  }
};

struct RealFold {
  const Layout* layout;
  std::size_t input;
  stats::ExactSum sum = {};

  void event(const Word* event) {
    if (layout->has(event, input)) sum.add(layout->real(event, input));
  }
  void summary(const Summary& of) { sum.add(of.series[input].real); }
};

/// Of equal values the last.
struct ExtremeFold {
  const Layout* layout;
  std::size_t input;
  bool max;
  bool whole;
  bool any = false;
  std::int64_t best_rank = 0;
  Word best = 0;

  void event(const Word* event) {
    if (layout->has(event, input)) offer(layout->value(event, input));
  }
  void summary(const Summary& of) {
    const Summary::Series& series = of.series[input];
    if (series.count != 0) offer(max ? series.greatest : series.least);
  }
  void offer(Word value) {
    const std::int64_t ranked = whole ? static_cast<std::int64_t>(value) : rank(std::bit_cast<double>(value));
    if (any && (max ? ranked < best_rank : ranked > best_rank)) return;
    any = true;
    best_rank = ranked;
    best = value;
  }
};

}  // namespace mlops::feature
