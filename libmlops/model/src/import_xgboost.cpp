/// A model of XGBoost becomes a package: what it takes and gives is read from it.
#include <mlops/base/error.hpp>
#include <mlops/gbdt/booster.hpp>

#include <algorithm>
#include <charconv>
#include <set>

#include "src/import.hpp"

namespace mlops::model {
namespace {

using predict::Encoding;
using predict::Task;

struct Objective {
  Task task = Task::regression;
  std::string loss;
};

/// What the library predicts for each objective. The rest (rankings, survival, functions of one's own) is a
/// value as far as a signature goes, but what it means is not known here.
std::optional<Objective> objective_of(const std::string& name) {
  if (name == "binary:logistic") return Objective{Task::binary, "logloss"};
  if (name == "multi:softprob" || name == "multi:softmax") return Objective{Task::multiclass, "logloss"};
  if (name == "reg:squarederror" || name == "reg:linear") return Objective{Task::regression, "squared error"};
  if (name.starts_with("reg:") || name.starts_with("count:")) return Objective{Task::regression, name};
  return std::nullopt;
}

std::int64_t whole(const json::Value& value) {
  const std::string text = value.text_or("0");
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// The library's answer of classes is turned into one of probabilities: the trees are the same.
void answer_probabilities(std::string& model) {
  constexpr std::string_view softmax = R"("name":"multi:softmax")";
  const std::size_t at = model.rfind(softmax);
  if (at != std::string::npos) model.replace(at, softmax.size(), R"("name":"multi:softprob")");
}

predict::Input input_of(std::string name, const std::string& type) {
  predict::Input input = {.name = std::move(name), .type = "DOUBLE", .nullable = true};
  if (type == "int" || type == "c") input.type = "BIGINT";
  if (type == "i") input.type = "BOOLEAN";
  if (type == "i") input.encoding = Encoding::flag;
  return input;
}

std::string text_at(const json::Array* texts, std::size_t at) {
  return texts == nullptr || at >= texts->size() ? "" : (*texts)[at].text_or("");
}

std::vector<predict::Input> inputs_of(const json::Value& learner, std::size_t count) {
  const json::Array* names = learner["feature_names"].as_array();
  const json::Array* types = learner["feature_types"].as_array();
  std::vector<predict::Input> inputs;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = text_at(names, i);
    if (name.empty()) name = fmt::format("f{}", i);
    if (!seen.insert(name).second) throw error(Code::corrupt, "the model has two features '{}'", name);
    inputs.push_back(input_of(std::move(name), text_at(types, i)));
  }
  return inputs;
}

std::vector<std::string> classes_of(Task task, std::int64_t count) {
  if (task == Task::regression) return {};
  std::vector<std::string> classes;
  for (std::int64_t i = 0; i < (task == Task::binary ? 2 : count); ++i)
    classes.push_back(fmt::format("{}", i));
  return classes;
}

std::int64_t trees_in(const json::Value& booster) {
  const json::Value& model = booster["gbtree"].is_null() ? booster["model"] : booster["gbtree"]["model"];
  return whole(model["gbtree_model_param"]["num_trees"]);
}

void require_sane(std::int64_t count, std::string_view what) {
  constexpr std::int64_t most = 1'000'000;
  if (count < 0 || count > most)
    throw error(Code::corrupt, "the model says that it has {} {}, at most {} are taken", count, what, most);
}

predict::Package package_of(const json::Value& model, std::string booster, const Objective& objective) {
  const json::Value& learner = model["learner"];
  const json::Value& shape = learner["learner_model_param"];
  const std::int64_t features = whole(shape["num_feature"]);
  require_sane(features, "features");
  require_sane(whole(shape["num_class"]), "classes");
  const bool counted = objective.task != Task::regression;
  predict::Package package;
  package.signature = {
      .task = objective.task,
      .inputs = inputs_of(learner, static_cast<std::size_t>(std::max<std::int64_t>(features, 0))),
      .label = "label",
      .label_type = counted ? "BIGINT" : "DOUBLE",
      .classes = classes_of(objective.task, whole(shape["num_class"]))};
  package.algorithm = "xgboost";
  package.loss = objective.loss;
  package.parameters = {{"booster", learner["gradient_booster"]["name"].text_or("")},
                        {"objective", learner["objective"]["name"].text_or("")},
                        {"trees", trees_in(learner["gradient_booster"])}};
  package.files.emplace("booster.json", std::move(booster));
  return package;
}

Objective known_objective(const json::Value& learner) {
  const std::string name = learner["objective"]["name"].text_or("");
  if (const auto objective = objective_of(name)) return *objective;
  throw error(Code::failed, "what the objective '{}' of the model predicts is not known here", name)
      .with_id("model.differs")
      .with_hint("binary:logistic, multi:softprob, reg:* and count:* are known");
}

/// Early stopping leaves the rounds after the best one in the file; scikit-learn's wrapper leaves them out
/// when it answers, the library itself does not.
void warn_of_best_round(const json::Value& learner, std::vector<std::string>& warnings) {
  const std::string best = learner["attributes"]["best_iteration"].text_or("");
  const json::Value& booster = learner["gradient_booster"];
  const json::Value& model = booster["gbtree"].is_null() ? booster["model"] : booster["gbtree"]["model"];
  const std::int64_t groups = std::max<std::int64_t>(whole(learner["learner_model_param"]["num_class"]), 1);
  const std::int64_t parallel =
      std::max<std::int64_t>(whole(model["gbtree_model_param"]["num_parallel_tree"]), 1);
  const std::int64_t rounds = trees_in(booster) / (groups * parallel);
  const std::int64_t kept = whole(json::Value(best)) + 1;
  if (best.empty() || kept >= rounds) return;
  warnings.push_back(fmt::format(
      "early stopping found round {} of {} the best, and the file holds all of them, which all answer "
      "here; save booster[:{}] for those up to the best",
      kept, rounds, kept));
}

}  // namespace

bool is_xgboost(std::string_view head) {
  constexpr std::size_t reach = 24;
  if (head.size() < 2 || head[0] != '{') return false;
  const bool binary = std::string_view("iUIlL").find(head[1]) != std::string_view::npos;
  if (binary) return head.substr(0, reach).find("learner") != std::string_view::npos;
  const std::size_t key = head.find_first_not_of(" \t\r\n", 1);
  return key != std::string_view::npos && head.substr(key).starts_with("\"learner\"");
}

Imported import_xgboost(Engines& engines, std::string_view bytes, const std::string& what) {
  gbdt::try_load(engines, bytes);
  std::string text = gbdt::load(engines, bytes)->save("JSON");
  answer_probabilities(text);
  const json::Value model = json::parse_written(text);  // a split by category has no number: NaN
  Imported out = {.origin = Origin::xgboost};
  predict::Package& package = out.registration.package;
  package = package_of(model, std::move(text), known_objective(model["learner"]));
  verify_xgboost(engines, package, model, what);
  warn_of_best_round(model["learner"], out.warnings);
  return out;
}

}  // namespace mlops::model
