#pragma once
/// From a dataset version to a registered model: every candidate is trained on the same rows and judged on
/// the same rows, each is a run of its own, the simplest that is as good as the best becomes the next version
/// of the model, and the first version becomes its champion. Where the release has gates they are judged
/// before the version is registered, beside the champion asked again on the same rows; the judgement is kept
/// under the number that it got (judgement.hpp), and the first version that passes becomes champion.
///
/// A process may end between any two of these writes: the runs, the version (which says of itself that it is
/// gated), its judgement, the alias. A gated version without a judgement answers for nobody, and the next
/// training that makes the same model keeps its judgement and moves the alias.

#include <mlops/base/cancel.hpp>
#include <mlops/base/clock.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/base/error.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/dataset/kept.hpp>
#include <mlops/dataset/resources.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/evaluate/evaluation.hpp>
#include <mlops/expect/parse.hpp>
#include <mlops/feature/join.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/release/judgement.hpp>
#include <mlops/run/run.hpp>
#include <mlops/score/derived.hpp>
#include <mlops/score/enrich.hpp>
#include <mlops/score/features.hpp>
#include <mlops/store/store.hpp>
#include <mlops/train/plan.hpp>
#include <mlops/train/split.hpp>
#include <mlops/train/target.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mlops::release {

/// One way to make the model.
struct Candidate {
  std::string name;     ///< Of the run, such as "boosted".
  std::string trainer;  ///< Of train::trainers(), such as "xgboost".
  json::Object parameters = {};
  std::optional<std::uint64_t> seed = {};  ///< Instead of the request's.
  /// Features to take instead of the request's; empty: those. A column with a transform by either of its
  /// names.
  std::vector<std::string> only = {};
  std::vector<std::string> without = {};  ///< Columns to leave out beside the request's.
  std::vector<std::string> views = {};    ///< Of the request's, by their prefixes; no other is taken.

  bool operator==(const Candidate&) const = default;
  /// Whether its features are others than the request's.
  bool has_columns() const { return !only.empty() || !without.empty(); }
};

/// What a version has to be to answer in production.
struct GateSpec {
  std::string text;
  bool warn = false;  ///< A failure is told, and rejects nothing.
  expect::Assertion assertion = {};
};

/// What decides what comes of a request; mlops/release/key.hpp makes it.
struct Key {
  Digest digest = {};
  json::Object of = {};  ///< Its components; mlops-store(5) lists them.
  /// The tables that are read, with the number of the version of each: for people, no part of the digest.
  std::vector<std::pair<std::string, std::int64_t>> tables = {};
  std::vector<Digest> candidates = {};  ///< Of each.
};

struct TrainRequest {
  std::string model;  ///< Its name in the registry.
  dataset::Version data = {};
  std::string label;
  std::optional<predict::Task> task = {};
  train::PlanRequest plan = {};
  std::vector<Candidate> candidates = {};  ///< Simplest first; empty: the default trainers of the task.
  std::vector<Candidate> more = {};  ///< Tried after the first, the baseline, when `candidates` is empty.
  /// Put into each candidate whose trainer knows them; "xgboost.eta" into those of that trainer.
  json::Object parameters = {};
  /// Joined to the data as of `time`; their prefixes are different.
  std::vector<score::ViewUse> views = {};
  std::string time = {};               ///< Column of the data; must be there when there are views.
  std::string metric = {};             ///< By which one is picked; empty: the main one of the task.
  std::optional<double> within = 1.0;  ///< Standard errors, see release::PickRequest.
  std::vector<GateSpec> gates = {};
  std::vector<std::string> among = {};  ///< Whom gates may name, whether or not they are trained this time.
  std::vector<evaluate::SliceBy> slices = {};
  /// The events of a view that the champion was trained on, as they are now; may throw.
  std::function<feature::History(const feature::View& view)> history = {};
  std::uint64_t seed = 1;                 ///< Of the trainers, and of the resamples that judge.
  std::vector<std::string> command = {};  ///< What was typed, for the runs.
  std::filesystem::path folder = {};      ///< Whose code is captured.
  std::string who = {};
  /// A candidate whose key a run has that ended well is not trained again but read back, and asked about the
  /// rows that judge.
  bool reuse = false;
};

/// Everything that the work is done with; all of it must outlive the calls.
struct Workshop {
  store::Store& store;
  Engines& engines;
  dataset::Resources resources;
  const Clock& clock;
  Progress& progress;
  const std::map<std::string, std::string>& environment;
  const Cancel* cancel = nullptr;

  dataset::TablePlace tables() const {
    return {
        .store = store, .engines = engines, .resources = resources, .cancel = cancel, .progress = &progress};
  }
};

/// What will be done, and with which rows and columns. Nothing is written yet.
struct Prepared {
  Columns table = {};  ///< With the features of views, after their transforms.
  Columns given = {};  ///< The same before transforms; of the columns without one not a copy.
  /// All views of the request; the fits were learnt from the rows of `split.train` alone, and are those of
  /// every candidate.
  score::ModelFeatures features = {};
  /// What the table's SQL makes of columns of its rows, and agrees with them.
  std::vector<score::DerivedColumn> derived = {};
  train::Target target = {};
  train::Split split = {};
  train::Plan plan = {};  ///< Of the candidates that have no columns of their own.
  std::vector<train::Leak> leaks = {};
  std::vector<Candidate> candidates = {};
  Key key = {};
};

/// Throws Error as train::read_target, train::split, train::plan, score::enrich and feature::fit do.
Prepared prepare(Workshop& shop, const TrainRequest& request);

/// What is wrong with a gate now that the task is known.
struct GateFault {
  std::size_t gate = 0;  ///< Of the request's.
  expect::Fault fault = {};
};
/// Of all gates; nothing: they can be judged. Throws as evaluate::slices_of() does.
std::vector<GateFault> faults_of_gates(const TrainRequest& request, const Prepared& prepared);

/// What came of one candidate.
struct Outcome {
  Candidate candidate;
  std::string run;                  ///< Id.
  bool reused = false;              ///< The run is one of before.
  std::optional<Error> fault = {};  ///< Why there is no model; what follows is empty then.
  evaluate::Evaluation test = {};
  double train_s = 0;                   ///< Wall time.
  double predict_us = 0;                ///< For one row of a batch, from features to answer; one thread.
  std::uint64_t bytes = 0;              ///< Of the model's folder.
  std::vector<std::string> notes = {};  ///< Of the trainer.
};

struct TrainReport {
  std::vector<Outcome> outcomes;  ///< In the order of the candidates.
  std::size_t picked = 0;
  std::string metric;          ///< By which it was picked.
  std::string reason;          ///< Why that one, a sentence without full stop.
  bool beats_baseline = true;  ///< Of nothing but one candidate, too.
  model::Registry::Added added;
  std::optional<std::int64_t> champion = {};  ///< The version that answers now; nothing: none does.
  bool became_champion = false;
  std::optional<Judgement> judgement = {};  ///< Where the request has gates or slices.
  std::int64_t champion_judged = 0;         ///< The champion when judging began; 0: there was none.
};

/// A candidate that cannot be trained does not stop the others; when none can, the first one's Error is
/// thrown. A champion that cannot be asked about these rows fails the gates that ask for it. A version that
/// is the newest one already is judged again all the same.
TrainReport train_models(Workshop& shop, const TrainRequest& request, const Prepared& prepared);

/// The candidates of a key, by name, whose model no run has made or can be read of: what TrainRequest::reuse
/// leaves to train.
std::vector<std::string> to_be_trained(store::Store& store, const Key& key);

}  // namespace mlops::release
