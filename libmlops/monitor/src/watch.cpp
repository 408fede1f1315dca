#include <mlops/monitor/watch.hpp>

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/validate.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/table/engine.hpp>

#include <algorithm>
#include <memory>

#include "src/asked.hpp"
#include "src/collected.hpp"
#include "src/truth.hpp"
#include "src/window_table.hpp"

namespace mlops::monitor {
namespace {

std::vector<std::pair<std::string, std::uint64_t>> versions_of(const Collected& collected) {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  for (const VersionRows& one : collected.versions) {
    if (one.rows > 0) out.emplace_back(one.version.address, one.rows);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string note_of(const WatchedVersion& version, std::uint64_t rows) {
  if (rows == 0) return "nothing was answered";
  if (!version.known) return fmt::format("{} is not in this store", version.address);
  if (!version.baseline) return fmt::format("{} has no baseline of its training", version.address);
  return {};
}

dataset::Subject subject_of(dataset::Version table, const std::filesystem::path& file, Asked& asked) {
  return {.version = std::move(table), .file = file, .monitored = &asked};
}

void judge(store::Store& store, dataset::Workshop& shop, const WatchRequest& request,
           const dataset::Subject& subject, Watch& out) {
  dataset::Validator validator(store, shop);
  std::vector<expect::Assertion> sound;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < request.assertions.size(); ++i) {
    const Asserted& one = request.assertions[i];
    out.results.push_back({.assertion = one.text, .warn = one.warn});
    const auto faults = validator.check(one.assertion, subject);
    if (faults.empty()) {
      sound.push_back(one.assertion);
      places.push_back(i);
    } else {
      out.results.back().verdict = {expect::Outcome::fail, faults.front().message};
    }
  }
  const auto verdicts = validator.judge(sound, subject);
  for (std::size_t i = 0; i < places.size(); ++i) out.results[places[i]].verdict = verdicts[i];
}

std::optional<Window> due_window(const WatchRequest& request) {
  if (!request.truth) return std::nullopt;
  const std::int64_t after = request.truth->after_us;
  return Window{{request.window.from.us - after}, {request.window.to.us - after}};
}

/// One window on its way.
class Watching {
 public:
  Watching(store::Store& store, dataset::Workshop& shop, const WatchRequest& request)
      : store_(store), shop_(shop), request_(request), scratch_(request.scratch), due_(due_window(request)) {}

  Watch run() {
    read();
    open();
    if (request_.truth && told_by().known) join();
    else if (request_.truth) out_.performance = Performance{.window = *due_};
    const std::filesystem::path file = scratch_.path() / "window.parquet";
    dataset::Version table = write_table(*engine_, compared(), truth_, file);
    out_.columns = shifts_of(*engine_, compared(), file);
    Asked asked(out_, compared().version);
    judge(store_, shop_, request_, subject_of(std::move(table), file, asked), out_);
    return std::move(out_);
  }

 private:
  void read() {
    collected_ = collect(place(), request_, due_);
    out_ = {.model = request_.model,
            .time = shop_.clock.now(),
            .window = request_.window,
            .rows = collected_.rows,
            .requests = collected_.requests,
            .logged = request_.logged,
            .torn = collected_.torn,
            .versions = versions_of(collected_)};
    if (collected_.newest() == nullptr) now_ = answering_now();
    else out_.version = compared().version.address;
    out_.note = note_of(compared().version, out_.rows);
  }

  CollectPlace place() const {
    return {.store = store_, .engines = shop_.engines, .scratch = scratch_.path(), .cancel = shop_.cancel};
  }

  /// Of the version that would answer now: no rows.
  VersionRows answering_now() {
    VersionRows rows = {.version = watched(store_, model::Registry(store_).get(request_.model))};
    start(rows, scratch_.path(), collected_.versions.size());
    rows.csv->close();
    return rows;
  }

  const VersionRows& compared() const { return now_ ? *now_ : *collected_.newest(); }

  /// The version that says what a truth is.
  const WatchedVersion& told_by() const {
    const VersionRows* newest = collected_.newest_due();
    return newest == nullptr ? compared().version : newest->version;
  }

  void open() {
    engine_ = table::open(shop_.engines,
                          {.threads = shop_.resources.threads,
                           .memory_bytes = shop_.resources.memory_bytes,
                           .spill_dir = scratch_.path() / "spill"},
                          shop_.cancel);
  }

  void join() {
    const JoinedTruth truth =
        join_truth(*engine_, dataset::table_place(store_, shop_), *request_.truth, collected_, told_by(),
                   [this](const auto& take) { each_id(place(), request_, take); });
    out_.performance = performance_of(collected_, truth, told_by(), *due_);
    out_.performance->unmatched = truth.unmatched;
    truth_ = truth.column;
  }

  store::Store& store_;
  dataset::Workshop& shop_;
  const WatchRequest& request_;
  const fs::TemporaryFolder scratch_;
  const std::optional<Window> due_;
  Collected collected_ = {};
  std::optional<VersionRows> now_ = {};
  std::unique_ptr<table::Engine> engine_ = {};
  std::optional<TruthColumn> truth_ = {};
  Watch out_ = {};
};

}  // namespace

Watch watch(store::Store& store, dataset::Workshop& shop, const WatchRequest& request) {
  return Watching(store, shop, request).run();
}

std::vector<expect::Fault> check(store::Store& store, dataset::Workshop& shop, const std::string& model,
                                 const expect::Assertion& assertion, bool truth) {
  VersionRows rows = {.version = watched(store, model::Registry(store).get(model))};
  rows.columns = columns_of(rows.version);
  const Watch nothing;
  Asked asked(nothing, rows.version);
  const std::optional<TruthColumn> column =
      truth ? std::optional(TruthColumn{.relation = {}, .type = type_of_truth(rows.version)}) : std::nullopt;
  const dataset::Subject subject = subject_of(table_of(rows, column), {}, asked);
  return dataset::Validator(store, shop).check(assertion, subject);
}

}  // namespace mlops::monitor
