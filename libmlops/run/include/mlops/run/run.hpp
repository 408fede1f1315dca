#pragma once
/// Runs: what was tried, with which parameters, code, data and environment, and what came out. While a run
/// lives, each fact is a line in its journal (<store>/runs/<id>/journal.jsonl, O_APPEND), which any process
/// may write; when it ends it is sealed into a record "run/1", the next entry of the reference
/// runs/<experiment>. A run whose process was killed is sealed by the next command that meets it (status
/// "lost"): nothing in its journal is lost.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/json/value.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::run {

enum class Status { running, done, failed, interrupted, lost };
std::string_view name_of(Status status);

/// Data that a run read or wrote, by address and by digest.
struct DataReference {
  std::string role;     ///< "training", "input", ...
  std::string address;  ///< "sources/churn@v2"; may be empty.
  std::string digest;   ///< "sha256:..." of a record or object in the store.

  bool operator==(const DataReference&) const = default;
};

/// The code: what git knows, and what it does not know yet.
struct Code {
  std::string remote;
  std::string branch;  ///< Empty when detached.
  std::string commit;  ///< Empty without git.
  std::optional<Digest>
      patch;  ///< An object: binary patch of everything not committed, untracked files included.
  std::uint64_t patch_bytes = 0;
  std::vector<std::string> too_large = {};  ///< Instead of a patch over 100 MiB: "path sha256".
  std::string note = {};                    ///< Why something is missing: "git is not installed".
};

struct Environment {
  Digest listing =
      {};  ///< An object, canonical JSON: packages found on disk, machine, kernel, declared variables.
  std::string summary;  ///< "Debian 12, 2 CPUs, 24 GB, python 3.11.2"
};

/// Where the code is and what the environment holds: worked out once, given to several runs. Starts no
/// interpreter.
Code capture_code(store::Objects& objects, const std::filesystem::path& folder);
Environment capture_environment(store::Objects& objects,
                                const std::map<std::string, std::string>& environment);

struct Begin {
  std::string experiment;  ///< "churn"
  std::string name = {};   ///< "xgboost"; may be empty.
  std::vector<std::string> command = {};
  std::filesystem::path folder = {};
  std::string parent = {};  ///< Id of the run that this one belongs to.
  std::uint64_t seed = 1;
  Code code = {};
  Environment environment = {};
  std::string who = {};
  Time time = {};
};

/// What it took.
struct Resources {
  double wall_s = 0;
  double cpu_s = 0;
  std::uint64_t peak_rss_bytes = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t written_bytes = 0;
};

/// A run that lives in this process. Its folder holds what the run contract promises: journal, params.json,
/// outputs.
class Live {
 public:
  Live(store::Store& store, const Begin& begin);
  ~Live();  ///< Not ended: sealed as failed by the next command, as if the process had been killed.
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  const std::string& id() const;  ///< 12 of 0-9a-z, beginning with a letter.
  const std::filesystem::path& folder() const;

  void param(std::string_view name, const json::Value& value);
  void metric(std::string_view name, double value, std::optional<std::int64_t> step = {});
  void tag(std::string_view name, std::string_view value);
  void input(const DataReference& data);
  void output(const DataReference& data);  ///< Such as the tree of a model.
  /// Kept under artifacts/<path> of the run.
  void artifact(std::string_view path, std::string_view bytes);

  struct Sealed {
    std::string id;
    Digest record;
    std::int64_t number = 0;  ///< In its experiment.
  };
  /// Folds in what children wrote to the journal and to the folder, and publishes the record.
  Sealed end(Status status, int exit_code, const Resources& resources, Time time);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::run
