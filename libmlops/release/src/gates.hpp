#pragma once
/// The values that gates are judged by: metrics of everybody who answered the same rows.

#include <mlops/evaluate/bootstrap.hpp>
#include <mlops/evaluate/evaluation.hpp>
#include <mlops/evaluate/slices.hpp>
#include <mlops/expect/evaluate.hpp>
#include <mlops/release/judgement.hpp>
#include <mlops/release/train.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mlops::release {

/// One of those whose metrics may be asked for.
struct Party {
  std::string name;  ///< As it stands before the dot.
  std::string fault = {};
  std::span<const double> predictions = {};
  double threshold = 0.5;
  std::vector<evaluate::Metric> metrics = {};
  std::uint64_t bytes = 0;
};

/// What is known when judging begins; all of it outlives the judging.
struct Evidence {
  evaluate::Truth truth;
  std::vector<Party> parties = {};
  std::size_t judged = 0;                    ///< Of the parties, the one that has no name before it.
  std::string no_champion = {};              ///< Why there is none to compare with, where there is none.
  std::vector<evaluate::Slice> slices = {};  ///< Of the judged one, those of a column beside each other.
  evaluate::Bootstrap bootstrap = {};
};

struct GatesJudged {
  std::vector<Gate> gates;
  bool resampled = false;  ///< A gate asked for a confidence.
};

/// Judges gates that have no faults, see faults_of(). All confidences come from one run of the bootstrap.
GatesJudged judge_gates(std::span<const GateSpec> gates, const expect::Scope& scope,
                        const Evidence& evidence);

}  // namespace mlops::release
