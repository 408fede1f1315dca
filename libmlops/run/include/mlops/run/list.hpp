#pragma once
/// Finding runs: an index in SQLite (<store>/runs.db) over sealed records and living journals, made anew from
/// them when it is lost. 10,000 runs are listed in well under a second.

#include <mlops/base/clock.hpp>
#include <mlops/base/error.hpp>
#include <mlops/json/value.hpp>
#include <mlops/run/run.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mlops::run {

struct Metric {
  double value = 0;  ///< The last one: that of the greatest step, and of several the one that came last.
  double min = 0;
  double max = 0;
  std::int64_t step = 0;  ///< Of the last value.
  std::uint64_t count = 0;

  bool operator==(const Metric&) const = default;
};

struct Run {
  std::string id;
  std::string experiment;
  std::string name;
  std::int64_t number = 0;
  Status status = Status::done;
  Time started = {};
  std::optional<Time> ended = {};
  std::optional<Digest> record = {};  ///< Nothing while it lives, or where it cannot be sealed.
  std::string parent = {};
  std::map<std::string, json::Value> params = {};
  std::map<std::string, Metric> metrics = {};
  std::map<std::string, std::string> tags = {};

  bool operator==(const Run&) const = default;
};

struct Filter {
  std::string experiment = {};
  std::optional<Status> status = {};
  /// "auc": by that metric, greatest first; "-auc": smallest first; empty: newest first.
  std::string sort = {};
  std::size_t limit = 0;  ///< 0: all.
};

/// Seals the runs of killed processes on the way, where the store can be written. Throws Error: not_found (an
/// experiment or a metric that no run has, with near misses).
std::vector<Run> list(store::Store& store, const Filter& filter);

/// A sealed run whose record is damaged or gone: list() goes on without it.
struct Unreadable {
  std::string id;
  std::string experiment;
  std::int64_t number = 0;
  Digest record = {};
  Time ended = {};
  std::string why;
};
/// Of one experiment, or of all when it is empty.
std::vector<Unreadable> unreadable(store::Store& store, const std::string& experiment = "");
/// The fault of one that was asked for: Error(corrupt).
Error unreadable_error(const Unreadable& run);

/// By id, by a prefix of it that only one run has, "run/k3f9", "runs:/ID", "@last". Throws Error: not_found
/// (near misses), usage (ambiguous), corrupt (its record cannot be read).
Run get(store::Store& store, std::string_view address);

struct Point {
  double value = 0;
  std::int64_t step = 0;
  Time time = {};
};
/// The newest run that ended well and was begun with this key (Begin::key), without reading any record.
std::optional<Run> find_done(store::Store& store, const Digest& key);

/// The series of one metric, in the order of its steps.
std::vector<Point> series(store::Store& store, const Run& run, std::string_view metric);

/// All that is known of a run: the members of its record (mlops-store(5)) with what was added since, and
/// instead of the digest of its "artifacts" the list of them, each with path, bytes and digest. Of a
/// living run what its record would hold if it ended now.
json::Object details(store::Store& store, const Run& run);

/// Makes the index anew; how many runs it has. Runs of killed processes are sealed.
std::size_t reindex(store::Store& store);

}  // namespace mlops::run
