#pragma once
/// Finding runs: an index in SQLite (<store>/runs.db) over sealed records and living journals, made anew from
/// them when it is lost. 10,000 runs are listed in well under a second.

#include <mlops/base/clock.hpp>
#include <mlops/json/value.hpp>
#include <mlops/run/run.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mlops::run {

struct Metric {
  double value = 0;  ///< The last one.
  double min = 0;
  double max = 0;
  std::int64_t step = 0;  ///< Of the last value.
  std::uint64_t count = 0;
};

struct Run {
  std::string id;
  std::string experiment;
  std::string name;
  std::int64_t number = 0;
  Status status = Status::done;
  Time started = {};
  std::optional<Time> ended = {};
  std::optional<Digest> record = {};  ///< Nothing while it lives.
  std::string parent = {};
  std::map<std::string, json::Value> params = {};
  std::map<std::string, Metric> metrics = {};
  std::map<std::string, std::string> tags = {};
};

struct Filter {
  std::string experiment = {};
  std::optional<Status> status = {};
  std::string sort =
      {};  ///< "auc": by that metric, greatest first; "-auc": smallest first; empty: newest first.
  std::size_t limit = 0;  ///< 0: all.
};

std::vector<Run> list(store::Store& store, const Filter& filter);

/// By id, by a prefix of it that only one run has, "run/k3f9", "runs:/ID", "@last". Throws Error: not_found
/// (near misses), usage (ambiguous).
Run get(store::Store& store, std::string_view address);

struct Point {
  double value = 0;
  std::int64_t step = 0;
  Time time = {};
};
/// The series of one metric, in the order of its steps.
std::vector<Point> series(store::Store& store, const Run& run, std::string_view metric);

}  // namespace mlops::run
