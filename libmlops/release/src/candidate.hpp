#pragma once
/// One candidate: trained, judged on the test rows, and sealed as a run.

#include <mlops/monitor/baseline.hpp>
#include <mlops/predict/package.hpp>
#include <mlops/predict/predictor.hpp>
#include <mlops/release/train.hpp>
#include <mlops/run/list.hpp>
#include <mlops/train/trainer.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace mlops::release {

/// The rows of each part, encoded by one signature.
struct Parts {
  predict::Signature signature;
  train::Part train;
  train::Part valid;
  train::Part test;
};

/// What all candidates share.
struct Bench {
  Parts parts;
  run::Code code;
  run::Environment environment;
  std::unique_ptr<monitor::BaselineMaker> baselines;
};

/// What a run of this key has made, where it can be read.
struct Made {
  run::Run run;
  predict::Package package;
};
std::optional<Made> find_made(store::Store& store, const Digest& key);

Bench set_up(Workshop& shop, const TrainRequest& request, const Prepared& prepared);

/// What train::plan() makes of the request with these columns.
train::Plan plan_of(const TrainRequest& request, const Prepared& prepared, const Candidate& candidate);

struct Judged {
  Outcome outcome;
  predict::Package package = {};
  std::vector<double> predictions = {};  ///< Of the test rows.
  std::optional<Digest> run_record = {};
};

/// What a run made of this key before, asked about the test rows now; nothing: there is none that can be
/// read.
std::optional<Judged> read_back(Workshop& shop, const Prepared& prepared, const Bench& bench,
                                const Candidate& candidate, const Digest& key);

/// Faults of the training end up in `outcome.fault`; Error(interrupted) leaves.
Judged train_one(Workshop& shop, const TrainRequest& request, const Prepared& prepared, const Bench& bench,
                 const Candidate& candidate, const Digest& key);

/// The truth that predictions for some rows are held to; the labels must outlive it.
evaluate::Truth truth_of(const train::Target& target, std::span<const double> labels);

/// "test.auc": {"value", "error", "low", "high", "greater_is_better"}, of every metric.
json::Object metrics_of(const evaluate::Evaluation& test);

}  // namespace mlops::release
