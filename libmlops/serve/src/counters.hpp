#pragma once
/// What is counted while requests are answered. Each thread has a shard of its own, on its own cache lines:
/// one writer, no locked instruction. Whoever wants the figures adds the shards up.

#include "src/routes.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mlops::serve {

inline constexpr std::size_t cache_line = 64;

/// One writer, any number of readers.
template <typename Number>
class Counter {
 public:
  void add(Number more) {
    value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
  Number value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<Number> value_ = 0;
};

using Count = Counter<std::uint64_t>;

/// Upper bounds of the classes of a duration, in seconds; behind the last comes +Inf.
inline constexpr std::array duration_bounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                               0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   5.0,  10.0};

/// Every status that a handler gives.
inline constexpr std::array<int, 8> statuses = {200, 400, 404, 405, 415, 422, 500, 503};
std::size_t status_index(int status);

struct RouteCounts {
  std::array<Count, statuses.size()> by_status = {};
  std::array<Count, duration_bounds.size() + 1> by_duration = {};
  Counter<double> seconds = {};

  void add(int status, double seconds);
};

/// Of one thread.
struct alignas(cache_line) Shard {
  std::array<RouteCounts, route_count> routes = {};
};

/// Of one thread and one version of a model.
class VersionShard {
 public:
  explicit VersionShard(std::size_t inputs);

  enum Of : std::size_t { rows, unanswered, lookups, lookup_ns, forgotten, kinds_of };
  enum Met : std::size_t { nulls, unseen, out_of_range, kinds_of_met };

  Count& operator[](Of which) { return at(which); }
  Count& met(Met which, std::size_t input) { return at(kinds_of + input * kinds_of_met + which); }
  std::uint64_t value(Of which) const { return at(which).value(); }
  std::uint64_t value(Met which, std::size_t input) const {
    return at(kinds_of + input * kinds_of_met + which).value();
  }

 private:
  static constexpr std::size_t counts_per_line = cache_line / sizeof(Count);
  struct alignas(cache_line) Line {
    std::array<Count, counts_per_line> counts = {};
  };
  Count& at(std::size_t i) { return lines_[i / counts_per_line].counts[i % counts_per_line]; }
  const Count& at(std::size_t i) const { return lines_[i / counts_per_line].counts[i % counts_per_line]; }

  std::vector<Line> lines_;
};

}  // namespace mlops::serve
