#pragma once
/// What `mlops.yaml` says about schedules. Plain values; mlops/manifest/manifest.hpp reads them.

#include <mlops/manifest/tables.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mlops::manifest {

/// `retry: {times: 2, wait: 5m, backoff: 2}`: what ended by a signal, a time-out or exit code 75 is tried
/// again, the k-th time (from 1) `wait * backoff^(k-1)` after the attempt before ended.
struct RetrySpec {
  std::uint64_t times = 0;
  std::int64_t wait_us = 60'000'000;
  double backoff = 2;

  bool operator==(const RetrySpec&) const = default;
};

/// One entry of `schedule:`.
struct ScheduleSpec {
  std::string name;
  std::string at;                     ///< Five fields of cron, or hourly, daily, weekly, monthly; checked.
  std::string tz = {};                ///< Empty: UTC. Known zones are not checked here.
  std::vector<std::string> run = {};  ///< Targets as `mlops run` takes them; at least one.
  /// Any of them; empty: always. Text as in `expect:`, warn is never set.
  std::vector<ExpectSpec> when = {};
  /// Of times that passed while nobody ticked.
  enum class Missed { none, last, all };
  Missed missed = Missed::last;
  /// Of a tick while another one of the same schedule works. `wait` is the longest, `busy_wait_us`.
  enum class Busy { skip, wait, replace };
  Busy busy = Busy::skip;
  std::int64_t busy_wait_us = 0;
  std::optional<std::int64_t> deadline_us = {};  ///< How long the work may take.
  RetrySpec retry = {};
  std::string then = {};  ///< nothing, stage, promote; empty: nothing.
  std::string doc = {};
  Places places = {};

  bool operator==(const ScheduleSpec&) const = default;
};

}  // namespace mlops::manifest
