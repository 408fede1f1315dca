#pragma once
/// Watches as a project has them after some weeks, made by hand.

#include <mlops/monitor/watch.hpp>
#include <mlops/stats/drift.hpp>

#include <fmt/core.h>

#include <cmath>
#include <string>
#include <vector>

namespace mlops::monitor::test {

constexpr std::int64_t day_us = std::int64_t{86'400} * 1'000'000;
constexpr std::int64_t first_day_us = std::int64_t{11'474} * day_us;  // 2001-06-01

/// Bins of training, and how much of their weight a shift moves to the upper half.
inline WatchedColumn column(std::string name, std::string kind, std::string type, stats::Bins bins,
                            double moved) {
  WatchedColumn out{.name = std::move(name), .kind = std::move(kind), .type = std::move(type)};
  const std::size_t values = bins.other();
  out.reference.bins = std::move(bins);
  for (std::size_t i = 0; i < out.reference.bins.size(); ++i) {
    const bool upper = i >= values / 2;
    const std::uint64_t then = i < values ? 20'000 + 1'700 * (i * 7 % 5) : i == values ? 0 : 900;
    out.reference.counts.push_back(then);
    const double factor = i >= values ? 1 + moved : upper ? 1 + moved : 1 - moved;
    out.shift.counts.push_back(static_cast<std::uint64_t>(static_cast<double>(then) * factor / 40));
    out.reference.rows += then;
    out.shift.rows += out.shift.counts.back();
  }
  out.reference.nulls = out.reference.counts.back();
  out.shift.nulls = out.shift.counts.back();
  out.shift.psi = stats::psi(out.reference.counts, out.shift.counts);
  out.shift.drift = stats::jensen_shannon(out.reference.counts, out.shift.counts);
  return out;
}

inline WatchedColumn numbers(std::string name, std::string kind, std::string type, std::vector<double> edges,
                             double moved) {
  const double low = edges.front();
  const double high = edges.back();
  WatchedColumn out = column(std::move(name), std::move(kind), std::move(type),
                             {.edges = std::move(edges), .ranges = true}, moved);
  out.reference.mean = (low + high) / 2;
  out.shift.mean = (low + high) / 2 + moved * (high - low) / 4;
  out.shift.ks = std::abs(moved) / 2;
  return out;
}

inline WatchedColumn texts(std::string name, std::vector<std::string> values, double moved) {
  return column(std::move(name), "input", "VARCHAR", {.texts = std::move(values)}, moved);
}

inline WatchResult result(std::string text, bool warn, expect::Outcome outcome, std::string seen) {
  return {.assertion = std::move(text), .warn = warn, .verdict = {outcome, std::move(seen)}};
}

inline json::Object metrics(double auc, double half) {
  json::Object out;
  out.set("auc", json::Object{{"value", auc}, {"low", auc - half}, {"high", auc + half}});
  out.set("logloss",
          json::Object{{"value", 1.1 - auc}, {"low", 1.1 - auc - half}, {"high", 1.1 - auc + half}});
  out.set("ece", json::Object{{"value", 0.03}, {"low", nullptr}, {"high", nullptr}});
  return out;
}

/// A day of flights: the traffic shifts from the `breaks`-th on.
inline Watch flights(int day, int breaks) {
  const double moved = day < breaks ? 0.03 * (day % 4) : std::min(0.75, 0.3 + 0.06 * (day - breaks));
  const std::int64_t from = first_day_us + day * day_us;
  Watch out{.model = "delay",
            .time = {from + day_us + 3'600'000'000},
            .window = {{from}, {from + day_us}},
            .rows = 16'000 + static_cast<std::uint64_t>(day * 7919 % 3000),
            .requests = 15'000,
            .versions = {{"delay@v3", 15'200}, {"delay@v2", 800}},
            .version = "delay@v3"};
  out.columns = {
      numbers("distance", "input", "BIGINT", {190, 270, 336, 420, 547, 678, 867, 1'088, 1'670}, moved / 4),
      numbers("hour", "input", "BIGINT", {7, 8, 10, 12, 13, 15, 17, 18, 20}, 0.02),
      texts("origin",
            {"ATL", "BOS", "CLT", "DEN", "DFW", "DTW", "EWR", "IAH", "LAS", "LAX", "MSP", "ORD", "PHX", "SFO",
             "STL"},
            moved / 2),
      texts("carrier", {"AA", "DL", "UA"}, 0.05),
      numbers("airport__delay_1h", "feature", "DOUBLE", {-8.5, -4.25, -2, -0.5, 1.25, 3.75, 7.1, 12.4, 24.8},
              moved),
      numbers("departure", "input", "TIMESTAMP", {9.90e14, 9.92e14, 9.94e14}, 0.01),
      numbers("probability", "answer", "DOUBLE", {0.06, 0.09, 0.11, 0.14, 0.17, 0.2, 0.25, 0.31, 0.44},
              moved / 1.5),
  };
  const bool fails = day >= breaks;
  const auto outcome = fails ? expect::Outcome::fail : expect::Outcome::pass;
  out.results = {
      result("psi(*) < 0.2", true, outcome,
             fails ? fmt::format("psi(airport__delay_1h) = {:.3f}, wanted < 0.2", out.columns[4].shift.psi)
                   : "0.011 at most"),
      result("drift(prediction) < 0.1", false, expect::Outcome::pass, "drift(prediction) = 0.041"),
      result("auc >= test.auc - 0.02", false, outcome,
             fails ? "auc = 0.661, wanted >= 0.718" : "auc = 0.735"),
      result("null(distance) < 2%", false, expect::Outcome::pass, "null(distance) = 0.3 %"),
      result("rows >= last.rows * 0.5", false, expect::Outcome::skip, "there is no watch before"),
  };
  const double auc = fails ? 0.7 - 0.006 * (day - breaks) : 0.735 + 0.004 * (day % 3);
  out.performance = Performance{.window = {{from - 7'200'000'000}, {from + day_us - 7'200'000'000}},
                                .answered = out.rows,
                                .known = out.rows - 340,
                                .ambiguous = 2,
                                .metrics = metrics(auc, 0.012),
                                .released = metrics(0.738, 0.003),
                                .versions = {"delay@v3"}};
  return out;
}

inline std::vector<Watch> weeks(int days, int breaks) {
  std::vector<Watch> out;
  for (int day = 0; day < days; ++day) out.push_back(flights(day, breaks));
  return out;
}

}  // namespace mlops::monitor::test
