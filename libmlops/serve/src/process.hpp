#pragma once
/// What the system says of this process, for the metrics that every Prometheus client has.

#include <cstdint>
#include <optional>

namespace mlops::serve {

struct ProcessFigures {
  double cpu_seconds = 0;
  std::optional<std::uint64_t> resident_bytes = {};
  std::optional<std::uint64_t> open_files = {};
  std::optional<double> started = {};  ///< Seconds since 1970.
};

/// What /proc does not tell is missing.
ProcessFigures process_figures();

}  // namespace mlops::serve
