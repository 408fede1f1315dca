#pragma once
/// `mlops run -- COMMAND`: any program as a run, through the run contract. The program finds in its
/// environment
///
///   MLOPS_RUN_ID  MLOPS_PARENT_RUN_ID (in a run of a run)  MLOPS_PROJECT  MLOPS_ATTEMPT  MLOPS_SEED
///   PYTHONHASHSEED  MLOPS_PARAMS (a file of JSON)  MLOPS_PARAM_<name>  MLOPS_INPUT_<name> (a file)
///   MLOPS_LOG (the journal)  MLOPS_RUN_DIR (metrics.json, params.json; anything else is an artifact)
///   MLOPS_OUTPUTS (what it makes)  MLOPS_CHECKPOINTS (stays when it fails)
///
/// and what a companion adds (MLFLOW_TRACKING_URI, see mlflow/loopback.hpp). It may report by what it prints
/// (`::metric auc=0.91 step=3`, `auc: 0.91`), by files in MLOPS_RUN_DIR, by lines of JSON in MLOPS_LOG, by
/// `mlops log`, and to the companion.

#include <mlops/base/cancel.hpp>
#include <mlops/run/run.hpp>

#include <functional>

namespace mlops::run {

struct TaskInput {
  std::string name;  ///< Of MLOPS_INPUT_<name>.
  DataReference data;
  std::filesystem::path file;
  /// The object that the file is, where it is one: the program gets a copy of it in the run's folder that it
  /// may destroy. Where a copy would be too dear it gets a link, and what it does to the object is told.
  std::optional<Digest> object = {};
  std::string link = {};  ///< The name of the copy or link, for programs that go by endings; not empty then.
};

/// A file as an input, by its digest; it is not kept. Throws Error: not_found, failed.
DataReference file_input(const std::filesystem::path& file, const std::string& address);

/// Another way in which the program may report: somebody who listens as long as it runs.
class Companion {
 public:
  virtual ~Companion() = default;
  /// Before the program starts; `environment` is what it will be given. What it throws leaves no run.
  virtual void begin(Live& live, const Begin& begun, Variables& environment) = 0;
  /// About ten times a second. Nothing that it does may fail.
  virtual void tick() noexcept = 0;
  /// The program has ended, and the run is about to be. What people should know.
  virtual std::vector<std::string> end(Status status) noexcept = 0;
};

struct Task {
  std::vector<std::string> command = {};
  std::filesystem::path folder = {};   ///< Where it runs; what is captured of the code is of here.
  std::filesystem::path project = {};  ///< The root.
  Variables environment = {};
  std::string experiment = {};
  std::string name = {};
  std::map<std::string, std::string> params = {};  ///< As they were typed.
  std::map<std::string, std::string> tags = {};
  std::vector<TaskInput> inputs = {};
  std::uint64_t most_copied =
      1ULL << 30;  ///< Bytes of an object that are copied where blocks cannot be shared.
  std::uint64_t seed = 1;
  std::string who = {};
  Time time = {};
  /// Bytes as they come; false when nobody reads them any more, which the program is told. Nothing that it
  /// does may fail.
  std::function<bool(bool error_stream, std::string_view bytes)> at_output = {};
  Companion* companion = nullptr;
};

struct Tracked {
  Live::Sealed sealed;
  Status status = Status::done;
  int exit_code = 0;  ///< Of the program; 6 where it was 0 and the program damaged an input.
  int signal = 0;
  double wall_s = 0;
};

/// MLOPS_PARAM_<name>, MLOPS_INPUT_<name>: what is no letter, digit or '_' becomes '_'.
std::string variable_name(std::string_view prefix, std::string_view name);

/// What would keep the task from being started. Throws Error: not_found (the program), usage (two params or
/// inputs of one variable, a name that cannot be one).
void check(const Task& task);

/// Starts it, hears it, and seals its run. A program that fails is no error; one that cannot be started
/// leaves no run. Throws Error as check() and Live do.
Tracked track(store::Store& store, const Task& task, const Cancel* cancel = nullptr);

}  // namespace mlops::run
