#pragma once
/// What is known of a run, read from its journal line by line.

#include <mlops/run/list.hpp>
#include <mlops/run/run.hpp>
#include <mlops/store/tree.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::run {

struct Facts {
  std::map<std::string, json::Value> params;
  std::map<std::string, std::vector<Point>> metrics;
  std::map<std::string, std::string> tags;
  std::vector<DataReference> inputs;
  std::vector<DataReference> outputs;
  std::map<std::string, store::TreeFile> artifacts;
  std::uint64_t lines = 0;
  std::uint64_t bad_lines = 0;  ///< Torn, or not understood.
  std::string first_bad = {};   ///< The beginning of the first of them.
  Time last = {};               ///< Of what was read last; lines without a time have this one.
  std::vector<std::string> notes = {};
};

/// A name of a metric, param or tag: UTF-8 without control characters, 1 to 250 bytes.
bool is_name(std::string_view name);

/// Throws Error(usage) unless it is a name; `what` is "metric", ...
void require_name(std::string_view what, std::string_view name);
/// Throws Error(usage) unless it is a relative path without '.' and '..'.
void require_artifact_path(std::string_view path);

/// Appends the point; without a step the next one.
void add_point(Facts& facts, const std::string& name, double value, std::optional<std::int64_t> step,
               Time time);

/// Last (that of the greatest step), least, greatest, last step and count. Values that are no numbers are
/// neither least nor greatest unless there are no others.
Metric summary_of(const std::vector<Point>& points);

/// What json::number() made; also "nan", "inf" and flags. Nothing for anything else.
std::optional<double> number_of(const json::Value& value);

}  // namespace mlops::run
