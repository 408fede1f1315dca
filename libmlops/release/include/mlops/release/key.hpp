#pragma once
/// What decides a model, known before anything is read or trained: two candidates of one key make the same
/// package, two releases of one key the same version and, but for the champion of the day, the same
/// judgement. Pure.

#include <mlops/base/digest.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/json/value.hpp>
#include <mlops/release/train.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::release {

/// The version of an engine ("table", "gbdt"), such as "XGBoost 1.7.4"; asked for where a model depends on
/// it.
using EngineVersion = std::function<std::string(std::string_view engine)>;

/// As the engines say, each opened for it; "" for one that is not installed.
EngineVersion versions_of(Engines& engines);

/// The trainer with its parameters, defaults among them, and its seed; label and task, the way to split,
/// which columns, the values and the facts of the table, the views with the values of theirs, and who
/// computes. Neither the candidate's name nor the number of threads is in it.
Digest key_of(const TrainRequest& request, const Candidate& candidate, const EngineVersion& versions);

/// The candidates with their keys in order, how one is picked, and by what it is judged.
Key key_of(const TrainRequest& request, const std::vector<Candidate>& candidates,
           const EngineVersion& versions);

/// The same of a request whose candidates are all named, as those of a release are.
Key key_of(const TrainRequest& request, const EngineVersion& versions);

/// The first component that differs, in words: "params of boosted: eta 0.1 -> 0.2"; empty for equal keys.
std::string difference(const Key& before, const Key& now);

}  // namespace mlops::release
