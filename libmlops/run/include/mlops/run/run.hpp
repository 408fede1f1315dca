#pragma once
/// Runs: what was tried, with which parameters, code, data and environment, and what came out. While a run
/// lives, each fact is a line in its journal (<store>/runs/<id>/journal.jsonl, O_APPEND), which any process
/// may write; when it ends it is sealed into a record "run/1", the next entry of the reference
/// runs/<experiment>, and its folder is removed. A run whose process was killed is sealed by the next command
/// that meets it (status "lost"): nothing in its journal is lost.
///
/// A fact is a line of JSON: {"metric":"loss","value":0.31,"step":3}, {"param":"lr","value":0.1},
/// {"tag":"model","value":"small"}; "time" may be added. A metric that is not finite is the text "NaN",
/// "Infinity" or "-Infinity" (bare ones, as Python writes them, are understood). Without a step a metric
/// counts on from its last. The last line on a param or a tag holds; a tag that is null is taken away. A line
/// that cannot be read is counted and told, never fatal.

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
  std::string remote = {};
  std::string branch = {};  ///< Empty when detached.
  std::string commit = {};  ///< Empty without git.
  std::optional<Digest> patch =
      {};  ///< An object: binary patch of everything not committed, untracked files included.
  std::uint64_t patch_bytes = 0;
  /// Files that would make the patch larger than 100 MiB, and are not in it: "path sha256"; "path - size" for
  /// those beyond the first GiB, which are not read.
  std::vector<std::string> too_large = {};
  std::string note = {};  ///< Why something is missing: "git is not installed".
};

struct Environment {
  Digest listing =
      {};  ///< An object, canonical JSON: packages found on disk, machine, kernel, declared variables.
  std::string summary = {};  ///< "Debian 12, 2 CPUs, 24 GB, python 3.11.2"
};

using Variables = std::map<std::string, std::string>;

/// Where the code is and what the environment holds: worked out once, given to several runs. Code is asked of
/// `git`, started with `environment`; its index and its objects are left as they are. Whatever goes wrong
/// with git is told in the note.
Code capture_code(store::Objects& objects, const std::filesystem::path& folder,
                  const Variables& environment = {});

/// Reads what package managers leave on disk and starts no interpreter; lock files are looked for in `folder`
/// when it is given. Of `environment` only a list of names that numeric code heeds is kept (PYTHON*, CUDA*,
/// OMP_*, ...), and nothing whose name or value looks like a secret.
Environment capture_environment(store::Objects& objects, const Variables& environment,
                                const std::filesystem::path& folder = {});

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
  /// Of all that decides what comes out: runs with the same key make the same. Nothing: nobody knows that.
  std::optional<Digest> key = {};
};

/// What it took.
struct Resources {
  double wall_s = 0;
  double cpu_s = 0;
  std::uint64_t peak_rss_bytes = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t written_bytes = 0;
};

/// A run that lives in this process. Its folder holds what the run contract promises (contract.hpp).
class Live {
 public:
  /// Throws Error: usage (a name that cannot be one), busy (disk full), failed (a store that cannot be
  /// written).
  Live(store::Store& store, const Begin& begin);
  ~Live();  ///< Not ended: sealed as failed by the next command, as if the process had been killed.
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  const std::string& id() const;  ///< 12 of 0-9a-z, beginning with a letter.
  const std::filesystem::path& folder() const;
  std::filesystem::path journal() const;
  /// A folder, made by whoever needs it: what is in it when the run ends are artifacts.
  std::filesystem::path artifacts() const;

  void param(std::string_view name, const json::Value& value);
  void metric(std::string_view name, double value, std::optional<std::int64_t> step = {});
  void tag(std::string_view name, std::string_view value);
  void input(const DataReference& data);
  void output(const DataReference& data);  ///< Such as the tree of a model.
  /// Kept under artifacts/<path> of the run. Throws Error(usage) for a path that is not a relative one.
  void artifact(std::string_view path, std::string_view bytes);
  /// What the command wrote to its standard output or error, kept as it is, and when. Never throws: what the
  /// disk has no room for is counted and told at the end. Of each stream the first GiB is kept.
  void heard(bool error_stream, std::string_view bytes) noexcept;
  /// Lines for the journal, each with its end.
  void facts(std::string_view lines);
  /// What people should know of how it went; a part of the record.
  void remark(const std::vector<std::string>& notes);
  /// The time of the run's clock: that of its beginning and what has passed since.
  Time now() const;
  /// What was written by now survives a power cut; done by the other calls once a second, and by end().
  void sync();

  // Other than it was begun. Throw Error(usage) for what cannot be a name.
  void rename(const std::string& name);
  void move(const std::string& experiment);
  /// It is over, though more may be reported: so it shows, and so it is sealed should this process be killed.
  /// Nothing: it goes on after all.
  void mark(std::optional<Status> over);

  /// Forgets it: what it was for could not be begun.
  void discard() noexcept;

  struct Sealed {
    std::string id;
    Digest record;
    std::int64_t number = 0;              ///< In its experiment.
    std::vector<std::string> notes = {};  ///< What could not be understood or kept, for people.
  };
  /// Folds in what children wrote to the journal and to the folder, and publishes the record. `signal` is
  /// what killed the command, if one did. Throws Error: busy (disk full), failed; the run is sealed by a
  /// later command then.
  Sealed end(Status status, int exit_code, const Resources& resources, Time time, int signal = 0);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::run
