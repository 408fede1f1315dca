#pragma once
/// Choosing among models that were judged on the same rows: the simplest that is not measurably worse than
/// the best. "Measurably" means the standard error of the difference on these very rows (paired). Where the
/// models mostly agree it is far smaller than the error of either metric, because both meet the same easy and
/// difficult rows. Pure.

#include <mlops/evaluate/evaluation.hpp>
#include <mlops/stats/metrics.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mlops::release {

struct Contender {
  std::string name;
  std::span<const double> predictions;  ///< As predict::Predictor gives them, for the rows of the truth.
};

struct PickRequest {
  evaluate::Truth truth = {};
  std::vector<Contender> contenders = {};  ///< Simplest first; at least one.
  std::string metric = {};                 ///< Empty: the main one of the task.
  std::optional<double> within = 1.0;      ///< Standard errors of the difference; nothing: the best itself.
  double threshold = 0.5;
};

/// How one contender stands against the best.
struct Standing {
  std::string name;
  stats::Estimate metric;
  stats::Estimate
      behind;           ///< How much worse than the best it is: 0 or more, with the error of the difference.
  bool within = false;  ///< Close enough to be picked.
};

struct Pick {
  std::size_t index = 0;  ///< Of the contender that was picked.
  std::size_t best = 0;   ///< Of the one with the best metric; the simplest of those that are equal.
  std::string metric;
  std::vector<Standing> standings;  ///< As the contenders.
  /// One sentence without full stop: "xgboost: auc 0.912 +- 0.011; logistic is 0.031 worse (se 0.006)".
  std::string reason;
};

/// Throws Error: usage (no contender, a metric that is unknown or, with `within`, has no standard error of a
/// difference), internal (lengths that differ). Where the metric is not defined for a contender (NaN), it is
/// not picked; where it is defined for none, the simplest is.
Pick pick(const PickRequest& request);

/// Whether what was picked is worth having at all.
struct Gain {
  bool better = false;   ///< More than one standard error better than the first contender.
  stats::Estimate gain;  ///< Positive: the picked one is better.
  std::string reason;    ///< "logistic is 0.002 better than prior (se 0.011)"
};

/// The picked contender against the first of the request (prior, mean). Where the first itself was picked,
/// nothing is gained and `better` is false.
Gain better_than_baseline(const PickRequest& request, const Pick& picked);

}  // namespace mlops::release
