#pragma once
/// What was answered, to what, by which version of which model: a line of JSON for each row
/// (mlops-predictions(5)). It never holds an answer up: the thread that answers copies numbers and codes into
/// memory of its own, a thread of the log makes lines of them and writes. Where that does not keep up (a slow
/// disk), or cannot write (a full one), rows are dropped and counted; requests are in it whole or not at all.
///
/// What was handed over is in its file after `interval`, or when the log ends; nothing is synced.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/monitor/segments.hpp>
#include <mlops/score/completer.hpp>
#include <mlops/score/scorer.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace mlops::monitor {

/// Of one model.
struct LogPolicy {
  double share = 1;  ///< Of its requests, from 0 to 1.
  Keep keep = {};
};

struct LogOptions {
  std::filesystem::path folder;
  std::map<std::string, LogPolicy> models = {};  ///< By name; others are not logged.
  std::uint64_t segment_bytes = 64'000'000;      ///< From then on, and each hour, a new file begins.
  std::uint64_t buffered_bytes = 64'000'000;  ///< Of all threads, but 4 MB of each, before rows are dropped.
  std::chrono::milliseconds interval{50};     ///< Between two looks of the thread that writes.
  std::chrono::milliseconds calm{5000};       ///< Without a loss, before news() says that it is over.
  std::chrono::milliseconds retry{1000};      ///< Between two attempts where nothing can be written.
};

/// A version of a model whose answers are logged.
class Stream;

/// No moment, in Entry::as_of_us.
inline constexpr std::int64_t no_moment = std::numeric_limits<std::int64_t>::min();

/// A request that was answered. Everything is copied.
struct Entry {
  std::string_view request;  ///< Its id.
  const score::Answered& answered;
  /// As of when the features of each row were looked up, microseconds since 1970 UTC; empty: none were.
  std::span<const std::int64_t> as_of_us = {};
  /// The rows as they came: keys by which features were looked up, and texts that training never saw.
  const score::GivenRows& given;
};

/// What one thread hands over.
class Lane {
 public:
  virtual ~Lane() = default;
  /// False: the request was dropped; one that is no part of the sample is not. Allocates nothing in a steady
  /// state, waits for nobody who writes.
  virtual bool put(const Stream& stream, const Entry& entry) = 0;
};

/// Since the log began, but `failing`.
struct LogFigures {
  std::uint64_t rows = 0;       ///< Written.
  std::uint64_t bytes = 0;      ///< Written.
  std::uint64_t behind = 0;     ///< Rows dropped because the log did not keep up.
  std::uint64_t unwritten = 0;  ///< Rows dropped because they could not be written.
  bool failing = false;         ///< Rows are dropped now.
};

class PredictionLog {
 public:
  /// `clock` tells the time of answers, which `--as-of` may have stopped; `machine` that of the machine: ids
  /// are made of it, and no line is forgotten before it is old by both. Both must outlive the log.
  PredictionLog(LogOptions options, const Clock& clock, const Clock& machine);
  PredictionLog(LogOptions options, const Clock& clock) : PredictionLog(std::move(options), clock, clock) {}
  ~PredictionLog();  ///< Writes what was handed over.
  PredictionLog(const PredictionLog&) = delete;
  PredictionLog& operator=(const PredictionLog&) = delete;

  /// Null for a model that is not logged. Valid as long as the log. `address`: "churn@v3"; `record`: of the
  /// version.
  const Stream* stream(const std::string& model, const std::string& address, const Digest& record,
                       const score::Scorer& scorer);
  /// For one thread; valid as long as the log.
  Lane& lane();

  /// True when all that was handed over is written or dropped; false when `patience` ended first. Nothing is
  /// to be handed over any more.
  bool finish(std::chrono::milliseconds patience);

  const Clock& machine() const;
  LogFigures figures() const;
  /// What people have to know and were not told yet: that rows are dropped and why, and that it is over. To
  /// be asked several times a second by one thread.
  std::optional<std::string> news();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whether a request is in a log of that share of all: a function of its id alone, so that every process that
/// sees the id says the same, and a greater share has all requests of a smaller one.
bool is_sampled(std::string_view request, double share);

}  // namespace mlops::monitor
