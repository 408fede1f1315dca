#pragma once
/// What the handlers, the poll and the metrics share. `models` and everything else that grows is guarded by
/// `mutex`; a handler takes it only when `generation` says that the models are others than it knows.

#include <mlops/serve/features.hpp>
#include <mlops/serve/service.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "src/counters.hpp"
#include "src/loaded.hpp"

namespace mlops::serve {

/// What was counted for one version, by all threads, from its first request on. It stays when the version
/// goes, so that no figure ever goes back.
struct Series {
  std::string model;
  std::int64_t version = 0;
  bool looks_up = false;  ///< Features that requests lack.
  std::vector<std::string> inputs = {};
  std::vector<predict::Encoding> encodings = {};     ///< Of the inputs.
  std::map<const Shard*, VersionShard> shards = {};  ///< Nodes stay where they are.
};

/// An address and what answers for it now.
struct Served {
  std::string address;
  std::string follows;
  std::shared_ptr<const Loaded> loaded;
};

struct State {
  mutable std::mutex mutex;
  std::atomic<std::uint64_t> generation = 1;
  std::shared_ptr<const std::vector<Served>> models = {};
  std::vector<std::unique_ptr<Shard>> shards = {};
  std::map<std::pair<std::string, std::int64_t>, Series> series = {};
  struct Loads {
    std::uint64_t good = 0;
    std::uint64_t failed = 0;
  };
  std::map<std::string, Loads> loads = {};  ///< By model.
  std::function<http::Traffic()> traffic = {};
  std::function<void(const Service::Seen&)> seen = {};
  FeatureServer* features = nullptr;
  monitor::PredictionLog* log = nullptr;
  std::atomic<bool> draining = false;
  const Clock* now = nullptr;  ///< Of look-ups and examples, which --as-of may have stopped.

  /// With the mutex held.
  Series& series_of(const Loaded& loaded);
};

/// Prometheus' text format 0.0.4.
void write_metrics(const State& state, std::string& out);

/// Answers requests of one thread.
http::Handler make_handler(Engines& engines, State& state);

}  // namespace mlops::serve
