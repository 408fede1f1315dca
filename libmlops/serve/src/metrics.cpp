/// The counters as Prometheus' text format 0.0.4 has them.
#include <mlops/base/version.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>

#include "src/feature_answerer.hpp"
#include "src/label.hpp"
#include "src/process.hpp"
#include "src/state.hpp"

namespace mlops::serve {
namespace {

class Page {
 public:
  explicit Page(std::string& out) : out_(out) {}

  void begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    print("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  /// `labels` without braces.
  template <typename Number>
  void line(const std::string& labels, Number value, std::string_view suffix = "") {
    if (labels.empty()) print("{}{} {}\n", name_, suffix, value);
    else print("{}{}{{{}}} {}\n", name_, suffix, labels, value);
  }
  template <typename Number>
  void single(std::string_view name, std::string_view type, std::string_view help, Number value) {
    begin(name, type, help);
    line("", value);
  }

 private:
  template <typename... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  std::string& out_;
  std::string_view name_;
};

/// All shards of a route together.
struct RouteSum {
  std::array<std::uint64_t, statuses.size()> by_status = {};
  std::array<std::uint64_t, duration_bounds.size() + 1> by_duration = {};
  std::uint64_t requests = 0;
  double seconds = 0;
};

RouteSum sum_of(const State& state, std::size_t route) {
  RouteSum sum;
  for (const auto& shard : state.shards) {
    const RouteCounts& counts = shard->routes[route];
    for (std::size_t i = 0; i < sum.by_status.size(); ++i) sum.by_status[i] += counts.by_status[i].value();
    for (std::size_t i = 0; i < sum.by_duration.size(); ++i) {
      sum.by_duration[i] += counts.by_duration[i].value();
      sum.requests += counts.by_duration[i].value();
    }
    sum.seconds += counts.seconds.value();
  }
  return sum;
}

using RouteSums = std::array<RouteSum, route_count>;

std::string_view label_of(std::size_t route) { return pattern(static_cast<Route>(route)); }

/// The two that predict have lines from the start, so that a rate knows of their first request.
bool is_shown(std::size_t route, const RouteSum& sum) {
  const bool asks = route == static_cast<std::size_t>(Route::invocations) ||
                    route == static_cast<std::size_t>(Route::infer);
  return asks || sum.requests > 0;
}

void write_requests(Page& page, const RouteSums& sums) {
  page.begin("mlops_requests_total", "counter", "Requests answered, by path and status.");
  for (std::size_t route = 0; route < route_count; ++route) {
    if (!is_shown(route, sums[route])) continue;
    for (std::size_t i = 0; i < statuses.size(); ++i) {
      const std::uint64_t count = sums[route].by_status[i];
      if (count == 0 && statuses[i] != 200) continue;
      page.line(fmt::format("route=\"{}\",code=\"{}\"", label_of(route), statuses[i]), count);
    }
  }
}

void write_durations(Page& page, const RouteSums& sums) {
  page.begin("mlops_request_duration_seconds", "histogram",
             "Time from a whole request to its answer, without the network.");
  for (std::size_t route = 0; route < route_count; ++route) {
    const RouteSum& sum = sums[route];
    if (!is_shown(route, sum)) continue;
    const std::string label = fmt::format("route=\"{}\"", label_of(route));
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < duration_bounds.size(); ++i) {
      below += sum.by_duration[i];
      page.line(fmt::format("{},le=\"{}\"", label, duration_bounds[i]), below, "_bucket");
    }
    page.line(label + ",le=\"+Inf\"", sum.requests, "_bucket");
    page.line(label, sum.seconds, "_sum");
    page.line(label, sum.requests, "_count");
  }
}

std::string version_label(const Series& series) {
  return fmt::format("model=\"{}\",version=\"{}\"", escaped(series.model), series.version);
}

std::uint64_t sum_of(const Series& series, VersionShard::Of which) {
  std::uint64_t sum = 0;
  for (const auto& [thread, shard] : series.shards) sum += shard.value(which);
  return sum;
}

std::uint64_t sum_of(const Series& series, VersionShard::Met which, std::size_t input) {
  std::uint64_t sum = 0;
  for (const auto& [thread, shard] : series.shards) sum += shard.value(which, input);
  return sum;
}

void write_rows(Page& page, const State& state) {
  page.begin("mlops_predictions_total", "counter", "Rows answered.");
  for (const auto& [key, series] : state.series)
    page.line(version_label(series), sum_of(series, VersionShard::rows));
  page.begin("mlops_unanswered_total", "counter",
             "Rows that got the prior's answer, as the rule has none for them.");
  for (const auto& [key, series] : state.series)
    page.line(version_label(series), sum_of(series, VersionShard::unanswered));
}

void write_lookups(Page& page, const State& state) {
  const auto each = [&](std::string_view name, std::string_view help, VersionShard::Of which) {
    page.begin(name, "counter", help);
    for (const auto& [key, series] : state.series) {
      if (!series.looks_up) continue;
      const std::uint64_t sum = sum_of(series, which);
      if (which == VersionShard::lookup_ns) page.line(version_label(series), static_cast<double>(sum) / 1e9);
      else page.line(version_label(series), sum);
    }
  };
  each("mlops_feature_lookups_total", "Features looked up: one for each view and row.",
       VersionShard::lookups);
  each("mlops_feature_lookup_seconds_total", "Time that looking up took.", VersionShard::lookup_ns);
  each("mlops_feature_lookups_forgotten_total",
       "Requests refused, as they were of a moment before what the online store keeps.",
       VersionShard::forgotten);
}

/// Of each view that a version looks up, however often it uses it.
template <typename Value>
void write_views(Page& page, const State& state, std::string_view name, std::string_view help, Value value) {
  page.begin(name, "gauge", help);
  std::set<std::string> written;
  for (const Served& one : *state.models) {
    if (!one.loaded->completer) continue;
    for (const auto& live : one.loaded->completer->views()) {
      const model::Version& version = one.loaded->version;
      const std::string labels = fmt::format(R"(model="{}",version="{}",view="{}")", escaped(version.name),
                                             version.number, escaped(live->view().name));
      const auto figure = value(*live);
      if (figure && written.insert(labels).second) page.line(labels, *figure);
    }
  }
}

void write_views(Page& page, const State& state) {
  using feature::LiveView;
  const auto seconds = [](std::int64_t us) { return static_cast<double>(us) / 1e6; };
  write_views(page, state, "mlops_feature_view_events", "Events in memory.",
              [](const LiveView& live) { return std::optional(live.events()); });
  write_views(page, state, "mlops_feature_view_keys", "Keys that have events in memory.",
              [](const LiveView& live) { return std::optional(live.keys()); });
  write_views(page, state, "mlops_feature_view_newest_event_timestamp_seconds",
              "Event time of the newest event, in seconds since 1970: time() less this is its age.",
              [&](const LiveView& live) {
                const auto newest = live.newest();
                return newest ? std::optional(seconds(*newest)) : std::nullopt;
              });
  write_views(page, state, "mlops_feature_view_complete_from_timestamp_seconds",
              "Moment from which on requests are answered, in seconds since 1970.",
              [&](const LiveView& live) { return std::optional(seconds(live.complete_from())); });
}

bool is_served(const State& state, const Series& series) {
  for (const Served& one : *state.models) {
    const model::Version& version = one.loaded->version;
    if (version.name == series.model && version.number == series.version) return true;
  }
  return false;
}

bool can_meet(VersionShard::Met which, predict::Encoding encoding) {
  if (which == VersionShard::unseen) return encoding == predict::Encoding::category;
  return which != VersionShard::out_of_range || encoding == predict::Encoding::number;
}

/// Of a version that does not answer any more only what was met: a thousand inputs have a thousand lines.
void write_met(Page& page, const State& state, VersionShard::Met which, std::string_view name,
               std::string_view help) {
  page.begin(name, "counter", help);
  for (const auto& [key, series] : state.series) {
    const bool served = is_served(state, series);
    for (std::size_t i = 0; i < series.inputs.size(); ++i) {
      const std::uint64_t count = sum_of(series, which, i);
      if (count == 0 && !(served && can_meet(which, series.encodings[i]))) continue;
      page.line(fmt::format("{},input=\"{}\"", version_label(series), escaped(series.inputs[i])), count);
    }
  }
}

void write_models(Page& page, const State& state) {
  page.begin("mlops_model_info", "gauge", "Versions that answer now; the value is always 1.");
  std::set<std::string> written;
  for (const Served& one : *state.models) {
    const model::Version& version = one.loaded->version;
    const std::string labels =
        fmt::format(R"(model="{}",version="{}",algorithm="{}",digest="{}",alias="{}")", escaped(version.name),
                    version.number, escaped(version.algorithm), version.record.text(), escaped(one.follows));
    if (written.insert(labels).second) page.line(labels, 1);
  }
  page.begin("mlops_model_loads_total", "counter", "Versions loaded, or tried to be.");
  for (const auto& [name, loads] : state.loads) {
    page.line(fmt::format("model=\"{}\",result=\"ok\"", escaped(name)), loads.good);
    page.line(fmt::format("model=\"{}\",result=\"failed\"", escaped(name)), loads.failed);
  }
}

void write_traffic(Page& page, const http::Traffic& traffic) {
  page.single("mlops_connections_open", "gauge", "Connections that are open.", traffic.open);
  page.single("mlops_connections_total", "counter", "Connections taken.", traffic.accepted);
  page.single("mlops_connections_refused_total", "counter", "Connections beyond the limit.", traffic.refused);
  page.begin("mlops_requests_refused_total", "counter",
             "Requests that were refused before any model was asked: status 400, 413 and 431, 408, 503.");
  page.line("reason=\"malformed\"", traffic.malformed);
  page.line("reason=\"too_large\"", traffic.too_large);
  page.line("reason=\"too_slow\"", traffic.too_slow);
  page.line("reason=\"overloaded\"", traffic.overloaded);
}

void write_log(Page& page, const monitor::LogFigures& log) {
  page.single("mlops_prediction_log_rows_total", "counter", "Rows written into the prediction log.",
              log.rows);
  page.begin("mlops_prediction_log_dropped_total", "counter",
             "Rows that were answered and not logged: the disk did not keep up, or did not take them.");
  page.line("reason=\"behind\"", log.behind);
  page.line("reason=\"unwritten\"", log.unwritten);
  page.single("mlops_prediction_log_bytes_total", "counter", "Bytes written into the prediction log.",
              log.bytes);
  page.single("mlops_prediction_log_failing", "gauge", "1 while nothing can be written into it.",
              log.failing ? 1 : 0);
}

void write_process(Page& page) {
  const ProcessFigures process = process_figures();
  page.single("process_cpu_seconds_total", "counter", "User and system time of all threads, in seconds.",
              process.cpu_seconds);
  if (process.resident_bytes)
    page.single("process_resident_memory_bytes", "gauge", "Resident memory.", *process.resident_bytes);
  if (process.open_files)
    page.single("process_open_fds", "gauge", "Open file descriptors.", *process.open_files);
  if (process.started)
    page.single("process_start_time_seconds", "gauge", "Start of the process, in seconds since 1970.",
                *process.started);
}

}  // namespace

void write_metrics(const State& state, std::string& out) {
  Page page(out);
  page.begin("mlops_build_info", "gauge", "The program; the value is always 1.");
  page.line(fmt::format("version=\"{}\"", version()), 1);
  page.single("mlops_draining", "gauge", "1 from when it was told to end.", state.draining.load() ? 1 : 0);
  const std::lock_guard lock(state.mutex);
  RouteSums sums;
  for (std::size_t route = 0; route < route_count; ++route) sums[route] = sum_of(state, route);
  write_models(page, state);
  write_requests(page, sums);
  write_durations(page, sums);
  write_rows(page, state);
  write_met(page, state, VersionShard::nulls, "mlops_input_nulls_total",
            "Rows without a value of the input.");
  write_met(page, state, VersionShard::unseen, "mlops_input_unseen_total",
            "Rows with a category that training never saw.");
  write_met(page, state, VersionShard::out_of_range, "mlops_input_out_of_range_total",
            "Rows with a number beyond those that training saw.");
  const auto looks_up = [](const auto& one) { return one.second.looks_up; };
  if (std::any_of(state.series.begin(), state.series.end(), looks_up)) {
    write_lookups(page, state);
    write_views(page, state);
  }
  if (state.log != nullptr) write_log(page, state.log->figures());
  if (state.traffic) write_traffic(page, state.traffic());
  if (state.features != nullptr) write_feature_metrics(state.features->impl(), out);
  write_process(page);
}

}  // namespace mlops::serve
