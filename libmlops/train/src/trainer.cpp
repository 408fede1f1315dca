#include <mlops/train/trainer.hpp>

#include "src/fitting.hpp"
#include "src/parameters.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace mlops::train {
namespace {

using predict::Task;

constexpr std::string_view kind_of(Knob::Kind kind) {
  switch (kind) {
    case Knob::Kind::whole:
      return "whole number ";
    case Knob::Kind::number:
      return "number ";
    case Knob::Kind::flag:
      return "true or false";
    case Knob::Kind::text:
      return "text";
  }
  return "";
}

ParameterInfo info_of(const Knob& knob) {
  const bool number = knob.kind == Knob::Kind::whole || knob.kind == Knob::Kind::number;
  return {.name = knob.name,
          .fallback = knob.fallback,
          .doc = fmt::format("{} ({}{})", knob.doc, kind_of(knob.kind), number ? range_of(knob) : "")};
}

TrainerInfo info_of(std::string name, std::vector<Task> tasks, std::string doc) {
  std::vector<ParameterInfo> parameters;
  for (const Knob& knob : knobs_of(name)) parameters.push_back(info_of(knob));
  return {std::move(name), std::move(tasks), std::move(doc), std::move(parameters)};
}

bool takes(const TrainerInfo& trainer, Task task) {
  return std::find(trainer.tasks.begin(), trainer.tasks.end(), task) != trainer.tasks.end();
}

void require_task(const TrainerInfo& trainer, Task task) {
  if (takes(trainer, task)) return;
  std::vector<std::string> others;
  for (const auto& other : trainers()) {
    if (takes(other, task)) others.push_back(other.name);
  }
  throw error(Code::usage, "trainer '{}' is not for a {} task", trainer.name, predict::name_of(task))
      .with_id("train.wrong_task")
      .with_hint("for it there are {}", fmt::join(others, ", "));
}

void require_part(const FitRequest& request, const Part& part, std::string_view name) {
  const auto features = predict::features_of(request.signature).size();
  const bool empty_frame = part.frame.rows == 0 && part.labels.empty();
  if (part.frame.rows == part.labels.size() && (empty_frame || part.frame.features.size() == features))
    return;
  throw error(Code::internal, "the part {} has {} rows, {} labels and {} features, want {} features", name,
              part.frame.rows, part.labels.size(), part.frame.features.size(), features);
}

void require_parts(const FitRequest& request) {
  require_part(request, request.train, "train");
  require_part(request, request.valid, "valid");
  if (request.train.labels.empty()) throw error(Code::negative, "nothing to learn: no training rows");
}

}  // namespace

const std::vector<TrainerInfo>& trainers() {
  static const std::vector<TrainerInfo> all = {
      info_of("prior", {Task::binary, Task::multiclass}, "the shares of the classes, whatever the row"),
      info_of("mean", {Task::regression}, "the mean, whatever the row"),
      info_of("rule", {Task::binary, Task::multiclass, Task::regression},
              "an SQL expression that somebody wrote"),
      info_of("linear", {Task::regression}, "linear regression by least squares"),
      info_of("logistic", {Task::binary, Task::multiclass},
              "logistic regression, of many classes the softmax"),
      info_of("xgboost", {Task::binary, Task::multiclass, Task::regression},
              "gradient boosted trees of XGBoost"),
  };
  return all;
}

const TrainerInfo& trainer(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& info : trainers()) {
    if (info.name == name) return info;
    known.push_back(info.name);
  }
  auto fault = error(Code::usage, "no trainer '{}'", name).with_id("train.no_trainer");
  const auto near = near_misses(name, known);
  if (!near.empty()) throw std::move(fault).with_hint("a similar trainer exists: {}", one_of(near));
  throw std::move(fault).with_hint("the trainers: {}", fmt::join(known, ", "));
}

std::vector<std::string> default_trainers(Task task) {
  std::vector<std::string> names;
  for (const auto& info : trainers()) {
    if (takes(info, task) && info.name != "rule") names.push_back(info.name);
  }
  return names;
}

namespace {

std::string sentence(std::string text) {
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text + '.';
}

}  // namespace

std::string parameters_markdown() {
  std::string out;
  for (const auto& info : trainers()) {
    out += fmt::format("\n`{}`\n: {}\n", info.name, sentence(info.doc));
    for (const auto& one : info.parameters) {
      const bool decided = one.fallback.is_null();
      const std::string fallback = decided ? "" : fmt::format("; default: {}", json::dump(one.fallback));
      out += fmt::format("\n`{}.{}`\n: {}\n", info.name, one.name, sentence(one.doc + fallback));
    }
  }
  return out;
}

void check(const std::string& name, const json::Object& parameters, const predict::Signature& signature) {
  const TrainerInfo& info = trainer(name);
  require_task(info, signature.task);
  const json::Object resolved = resolve(info.name, parameters);
  if (info.name == "rule") (void)bound_rule(resolved, signature);
}

Fitted fit(Engines& engines, const FitRequest& request) {
  const TrainerInfo& info = trainer(request.trainer);
  require_task(info, request.signature.task);
  Fitting fitting = {request, resolve(info.name, request.parameters)};
  require_parts(request);
  fitting.check();
  if (info.name == "prior" || info.name == "mean") return fit_prior(fitting);
  if (info.name == "rule") return fit_rule(fitting);
  if (info.name == "linear") return fit_linear(std::move(fitting));
  if (info.name == "logistic") return fit_logistic(std::move(fitting));
  return fit_xgboost(engines, std::move(fitting));
}

}  // namespace mlops::train
