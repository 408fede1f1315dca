#pragma once
/// What turned out to be true of what was answered: joined by the ids of requests, as texts.

#include <mlops/dataset/kept.hpp>
#include <mlops/monitor/watch.hpp>
#include <mlops/table/engine.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/collected.hpp"
#include "src/window_table.hpp"

namespace mlops::monitor {

/// The truth of a row that was answered: the number of its class, or the value.
struct KnownTruth {
  std::uint64_t n = 0;
  double label = 0;
};

struct JoinedTruth {
  TruthColumn column = {};           ///< Of all rows that were read.
  std::vector<KnownTruth> due = {};  ///< Of those that are due, by n.
  std::uint64_t ambiguous = 0;       ///< Of those that are due.
  std::string unmatched = {};        ///< As in Performance.
};

/// Of the column: that of the label, where it is a plain one.
std::string type_of_truth(const WatchedVersion& version);

/// Gives ids of requests of the whole log, the newest first, until it is told to stop (false).
using LogIds = std::function<void(const std::function<bool(std::string_view id)>& take)>;

/// `version` says what a truth has to be. Throws Error(usage): columns that are not there, a truth that is no
/// class of the model, or no number.
JoinedTruth join_truth(table::Engine& engine, const dataset::TablePlace& place, const Truth& truth,
                       const Collected& collected, const WatchedVersion& version, const LogIds& log);

/// Of the rows of versions that answer as `version` does.
Performance performance_of(const Collected& collected, const JoinedTruth& truth,
                           const WatchedVersion& version, const Window& window);

}  // namespace mlops::monitor
