#pragma once
/// One window of a model's live traffic, judged: the prediction log beside what the model was trained on, and
/// beside the truth where it is known by now.
///
/// A window is [from, to) of the times of answers. Its inputs and predictions are those of the version that
/// answered last in it; its performance is that of the rows whose truth is due by now, whatever version
/// answered them: [from - after, to - after).
///
/// The result is a record of kind "watch/1", the next entry of the reference `watches/<model>`;
/// mlops-store(5) lists its fields.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/dataset/ingest.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/expect/evaluate.hpp>
#include <mlops/expect/parse.hpp>
#include <mlops/json/value.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/monitor/segments.hpp>
#include <mlops/stats/reference.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::monitor {

struct Window {
  Time from = {};
  Time to = {};  ///< Behind it.

  bool operator==(const Window&) const = default;
};

/// The newest window of that length that is over at `now`; windows begin at whole multiples since 1970 UTC.
Window newest_window(Time now, std::int64_t every_us);

/// Every window that is over at `now` and in which something was answered, or the truth of something falls
/// due `after_us` its answer; oldest first.
std::vector<Window> windows_of(const std::filesystem::path& log, const std::string& model, Time now,
                               std::int64_t every_us, std::int64_t after_us = 0);

/// Where the truth stands.
struct Truth {
  dataset::Version table = {};
  std::string id = "request";
  std::string row = {};  ///< Empty: one row a request.
  std::string label = {};
  std::int64_t after_us = 0;
};

struct Asserted {
  std::string text;
  bool warn = false;
  expect::Assertion assertion = {};
};

struct WatchRequest {
  std::string model;
  std::filesystem::path log;  ///< The folder of prediction logs.
  Window window = {};
  std::optional<Truth> truth = {};
  std::vector<Asserted> assertions = {};
  std::filesystem::path scratch = {};
  std::optional<double> logged = {};  ///< The share of the requests that is in the log; nothing: not known.
};

/// How one column of the window is beside training.
struct WatchedColumn {
  std::string name;
  std::string kind;       ///< "input", "feature" (of a view) or "answer"
  std::string type = {};  ///< SQL
  stats::Reference reference = {};
  stats::Shift shift = {};

  /// A date or a time stamp: every window is far from training, and it means nothing.
  bool moves_on() const;
  /// What psi is to be expected of so few rows without any shift; NaN: not known.
  double psi_by_chance() const;
};

/// A metric over rows whose truth is known.
struct Performance {
  Window window = {};          ///< Whose answers.
  std::uint64_t answered = 0;  ///< Rows in it.
  std::uint64_t known = 0;     ///< Of these with truth.
  /// Rows left out: with two different truths, or that share their request with others where the truth does
  /// not tell the row, or whose id was used again.
  std::uint64_t ambiguous = 0;
  /// Where no row of the table, which has some, has the id of any request: an id of both; else empty.
  std::string unmatched = {};
  json::Object metrics = {};               ///< "auc": {"value", "low", "high"}; empty: nothing is known.
  json::Object released = {};              ///< What the version had on its test rows, by the same names.
  std::vector<std::string> versions = {};  ///< That answered them, "delay@v3".
};

/// Why rows whose truth is there are left out: "the truth of 3 rows is ambiguous: ...".
std::string ambiguous_text(const Performance& performance);

/// "10% of the requests are logged: rows and requests are those of the log"
std::string logged_text(double share);

/// "20 rows, about 0.91 by chance", of a psi that is worth a look; else empty.
std::string chance_text(const WatchedColumn& column);

struct WatchResult {
  std::string assertion;
  bool warn = false;
  expect::Verdict verdict = {};

  bool operator==(const WatchResult&) const = default;
  bool fails() const { return !warn && verdict.outcome == expect::Outcome::fail; }
};

struct Watch {
  std::string model;
  Time time = {};  ///< When it was judged.
  Window window = {};
  std::uint64_t rows = 0;  ///< Answered in it by all versions.
  std::uint64_t requests = 0;
  std::optional<double> logged = {};  ///< The share of the requests that is in the log; nothing: not known.
  std::uint64_t torn = 0;             ///< Lines that cannot be read.
  std::vector<std::pair<std::string, std::uint64_t>> versions = {};  ///< Rows by "delay@v3".
  std::string version = {};  ///< The one that is compared; empty: nothing was answered.
  std::string note = {};     ///< Why there is no comparison: no baseline, nothing answered.
  std::vector<WatchedColumn> columns = {};
  std::optional<Performance> performance = {};  ///< Nothing: no truth is declared.
  std::vector<WatchResult> results = {};

  bool fails() const;
  /// "3 assertions hold, 1 fails, 1 is skipped"
  std::string summary() const;
};

/// What is wrong with an assertion, given the columns of the version that answers now; `truth`: whether one
/// is declared. Reads the registry, and what `shop` has where a regular expression is to be read.
std::vector<expect::Fault> check(store::Store& store, dataset::Workshop& shop, const std::string& model,
                                 const expect::Assertion& assertion, bool truth = true);

/// Throws Error: not_found (no such model), corrupt, interrupted, usage (a truth table without the columns).
Watch watch(store::Store& store, dataset::Workshop& shop, const WatchRequest& request);

json::Object to_record(const Watch& watch);
/// Throws Error(corrupt).
Watch watch_from(const json::Object& record, const Digest& digest);

/// Keeps it, unless the newest one of its window says the same but for its time, whoever else keeps one
/// meanwhile. Throws as publish() does.
void keep(store::Store& store, const Watch& watch, std::string_view who);

/// Whether keep() would keep it.
bool is_new(store::Store& store, const Watch& watch);

/// The newest of each window that was over at `until`, oldest window first; `most` of the newest windows, all
/// as long as the one that was kept last: `every` may have changed. Only these are read, however long the
/// history is.
std::vector<Watch> watches(store::Store& store, std::string_view model, std::size_t most = 1000,
                           std::optional<Time> until = {});

}  // namespace mlops::monitor
