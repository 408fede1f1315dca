#pragma once
/// What a client of MLflow's tracking protocol may see and change while `mlops run` runs it: the run around
/// it, the runs that it starts within, and their experiments. Facts become lines of journals, as `mlops log`
/// writes them; what MLflow knows beside them (sources, profiles of datasets, models) is kept as long as the
/// session, for the client to read back.
///
/// The first run that the client starts is the run around it; each further one is a run of its own with a
/// parent. A run that the client ends goes on until the session does, or until `most_ended` others have
/// ended: clients log to runs that they ended, and take them up again. Used by one thread at a time.

#include <mlops/json/value.hpp>
#include <mlops/run/list.hpp>
#include <mlops/run/run.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mlops::mlflow {

using Texts = std::vector<std::pair<std::string, std::string>>;

/// A run as its client has it.
struct TrackedRun {
  std::string id = {};
  std::string experiment = {};  ///< Its id for clients.
  std::string name = {};
  std::string user = {};
  std::string status = "RUNNING";
  std::int64_t started_ms = 0;
  std::optional<std::int64_t> ended_ms = {};
  std::filesystem::path artifacts = {};
  std::map<std::string, std::vector<run::Point>> metrics = {};
  std::map<std::string, std::string> params = {};
  std::map<std::string, std::string> tags = {};
  std::vector<json::Value> datasets = {};       ///< As they were logged.
  std::vector<json::Value> input_models = {};   ///< {"model_id"}
  std::vector<json::Value> output_models = {};  ///< {"model_id", "step"}
};

/// A model of MLflow 3: its files are artifacts of the run that made it.
struct LoggedModel {
  std::string id = {};
  std::string experiment = {};
  std::string name = {};
  std::string type = {};
  std::string run = {};
  std::string status = "LOGGED_MODEL_PENDING";
  std::int64_t created_ms = 0;
  std::int64_t changed_ms = 0;
  std::filesystem::path artifacts = {};
  std::map<std::string, std::string> tags = {};
  std::map<std::string, std::string> params = {};
  std::map<std::string, json::Value> metrics = {};  ///< The newest of each key, as it was logged.
};

struct Experiment {
  std::string id;
  std::string name;
  std::int64_t created_ms = 0;
};

struct NewRun {
  std::string experiment = {};
  std::string name = {};
  std::string user = {};
  std::optional<std::int64_t> started_ms = {};
  Texts tags = {};
};

struct NewModel {
  std::string experiment = {};
  std::string name = {};
  std::string type = {};
  std::string run = {};
  Texts tags = {};
  Texts params = {};
};

struct Changes {
  std::vector<std::pair<std::string, run::Point>> metrics = {};
  Texts params = {};
  Texts tags = {};
};

struct SessionOptions {
  /// The user said which experiment: what the client names instead holds for nothing.
  bool experiment_chosen = false;
  std::size_t most_ended = 32;
};

class Session {
 public:
  /// All must outlive the session.
  Session(store::Store& store, run::Live& main, const run::Begin& begun, const SessionOptions& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const std::string& main_id() const;
  std::int64_t now_ms() const;

  const std::map<std::string, Experiment>& experiments() const;  ///< By id.
  const Experiment* find_experiment(const std::string& id) const;
  const Experiment* find_experiment_named(const std::string& name) const;
  /// Throws Error: conflict (there is one), usage (a name that cannot be one).
  const Experiment& add_experiment(const std::string& name);

  /// Throws Error: usage, not_found (its experiment or parent), busy, failed.
  TrackedRun& start(const NewRun& run);
  /// Throws Error(not_found).
  TrackedRun& get(const std::string& id);
  std::vector<const TrackedRun*> runs() const;

  /// All of them or none. Throws Error: usage (a name that cannot be one, a param that has another value),
  /// not_found (the run is gone), busy, failed.
  void log(TrackedRun& run, const Changes& changes);
  /// Throws Error: not_found (it has no such tag), and as log().
  void delete_tag(TrackedRun& run, const std::string& name);
  /// A dataset as MLflow describes it: {"dataset": {...}, "tags": [...]}.
  void log_dataset(TrackedRun& run, const json::Value& dataset);
  /// `status` as MLflow has it. Throws Error(usage) for one that it does not know.
  void set_status(TrackedRun& run, const std::string& status, std::optional<std::int64_t> ended_ms);
  void rename(TrackedRun& run, const std::string& name);

  LoggedModel& add_model(const NewModel& model);
  /// Throws Error(not_found).
  LoggedModel& get_model(const std::string& id);
  std::vector<const LoggedModel*> models() const;
  void remove_model(const std::string& id);

  /// Once a second: what was acknowledged by now survives a power cut.
  void sync();
  /// Seals the runs within; one that the client did not end has the status of the run around it. What people
  /// should know.
  std::vector<std::string> end(run::Status status);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::mlflow
