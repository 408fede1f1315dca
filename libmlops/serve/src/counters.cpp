#include "src/counters.hpp"

#include <algorithm>

namespace mlops::serve {

std::size_t status_index(int status) {
  auto found = std::find(statuses.begin(), statuses.end(), status);
  if (found == statuses.end()) found = std::find(statuses.begin(), statuses.end(), 500);
  return static_cast<std::size_t>(found - statuses.begin());
}

void RouteCounts::add(int status, double took) {
  by_status[status_index(status)].add(1);
  std::size_t duration = 0;
  while (duration < duration_bounds.size() && took > duration_bounds[duration]) ++duration;
  by_duration[duration].add(1);
  seconds.add(took);
}

VersionShard::VersionShard(std::size_t inputs)
    : lines_((kinds_of + inputs * kinds_of_met + counts_per_line - 1) / counts_per_line) {}

}  // namespace mlops::serve
