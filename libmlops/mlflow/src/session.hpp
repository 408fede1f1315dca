#pragma once
/// The insides of a session: where each of its runs keeps what it is told.

#include <mlops/mlflow/session.hpp>
#include <mlops/run/report.hpp>

#include <deque>
#include <set>
#include <tuple>

namespace mlops::mlflow {

/// A point of a metric: step, time and the bits of its value.
using Mark = std::tuple<std::int64_t, std::int64_t, std::uint64_t>;

/// A run and its journal. `live` is nothing for the run around the program, whose journal belongs to another
/// thread, and for one that was sealed.
struct Entry {
  TrackedRun run;
  std::map<std::string, std::set<Mark>> seen = {};  ///< Of each metric.
  std::unique_ptr<run::Live> live;
  Time began = {};
  std::optional<Time> ended = {};
  bool sealed = false;
};

struct Session::Impl {
  Impl(store::Store& to, run::Live& live, const run::Begin& how, const SessionOptions& which);

  Entry& entry(const std::string& id);
  Time now() const { return main.now(); }
  /// In the journal when it returns; of a sealed run, an annotation.
  void write(Entry& entry, const run::Report& report);

  Entry& adopt(const NewRun& run, const Experiment& experiment);
  Entry& begin_within(const NewRun& run, const Experiment& experiment, const std::string& parent);
  void set_name(Entry& entry, const std::string& name);
  void put_tag(Entry& entry, const std::string& name, const std::string& value);
  void over(Entry& entry, std::optional<run::Status> status);
  void seal_oldest();
  void seal(Entry& entry, run::Status status);
  void keep_late_artifacts(Entry& entry);
  std::filesystem::path model_folder(const TrackedRun& run, const std::string& name,
                                     const std::string& id) const;

  store::Store& store;
  run::Live& main;
  const run::Begin begun;
  const SessionOptions options;
  bool adopted = false;
  std::map<std::string, Entry> entries = {};
  std::vector<std::string> order = {};  ///< Ids in the order of their beginning.
  std::deque<std::string> ended = {};   ///< Not sealed yet, the one that ended first in front.
  std::map<std::string, Experiment> experiments = {};
  std::map<std::string, std::string> aliases = {};  ///< Names of experiments that the client wanted made.
  std::map<std::string, LoggedModel> models = {};
  std::vector<std::string> notes = {};
};

}  // namespace mlops::mlflow
