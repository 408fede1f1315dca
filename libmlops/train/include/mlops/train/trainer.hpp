#pragma once
/// Fitting: data in, a package out. Trainers are known by name, simplest first. Our own code gives the same
/// model whatever the number of threads; XGBoost's thread count is one of its parameters ("nthread").

#include <mlops/base/cancel.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/json/value.hpp>
#include <mlops/predict/frame.hpp>
#include <mlops/predict/package.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::train {

struct ParameterInfo {
  std::string name;
  json::Value fallback;  ///< null: worked out from the data.
  std::string doc;       ///< With its range, lower case, no full stop.
};

struct TrainerInfo {
  std::string name;  ///< "prior", "mean", "rule", "linear", "logistic", "xgboost"
  std::vector<predict::Task> tasks;
  std::string doc;
  std::vector<ParameterInfo> parameters;
};

/// Simplest first.
const std::vector<TrainerInfo>& trainers();
/// Throws Error(usage) with near misses.
const TrainerInfo& trainer(std::string_view name);
/// What is tried when nobody says: those for the task that need no parameter, simplest first.
std::vector<std::string> default_trainers(predict::Task task);

/// The parameters as terms of a manual page, in Markdown; a test compares them with the page.
std::string parameters_markdown();

/// One part of the data, encoded by the signature.
struct Part {
  predict::Frame frame;
  std::vector<double> labels;  ///< Class numbers or values.
};

struct FitRequest {
  std::string trainer;
  json::Object parameters = {};  ///< What was asked for; the rest are defaults.
  const predict::Signature& signature;
  const Part& train;
  const Part& valid;
  std::uint64_t seed = 1;
  unsigned threads = 1;
  const Cancel* cancel = nullptr;
  std::function<void(std::string_view metric, double value, int step)> at_step = {};
};

struct Fitted {
  predict::Package package;
  std::vector<std::string> notes;  ///< "columns a and b are collinear", "the classes are separable"
};

/// What fit() would say of the parameters before any row is looked at; a rule is read and bound. Throws
/// Error(usage).
void check(const std::string& trainer, const json::Object& parameters, const predict::Signature& signature);

/// Throws Error: usage (unknown parameter with near misses, value out of range, trainer not for this task),
/// failed (did not converge, engine not installed), interrupted.
Fitted fit(Engines& engines, const FitRequest& request);

}  // namespace mlops::train
