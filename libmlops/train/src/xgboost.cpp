/// Boosted trees of XGBoost. The number of rounds is where the loss on the validation rows is least; then the
/// trees are grown again on all rows, a tenth more of them because there are more rows.
#include <mlops/stats/sum.hpp>
#include "src/fitting.hpp"

#include <mlops/base/text.hpp>
#include <mlops/gbdt/booster.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace mlops::train {
namespace {

using predict::Task;

constexpr double eta_of_all_rounds = 200;  ///< Rounds times eta, when validation rows can stop them.
constexpr double eta_of_rounds_without_choice = 20;  ///< And when none can.
constexpr double more_rounds = 1.1;
constexpr std::size_t many_rows = 50000;  ///< From here on the validation rows add little.

/// Parameters that XGBoost takes under the same name.
constexpr std::array handed_on = {"eta",
                                  "max_depth",
                                  "min_child_weight",
                                  "subsample",
                                  "colsample_bytree",
                                  "colsample_bynode",
                                  "lambda",
                                  "alpha",
                                  "gamma",
                                  "max_bin",
                                  "max_cat_to_onehot",
                                  "max_cat_threshold",
                                  "nthread"};

struct LabelledRows {
  explicit LabelledRows(const Part& part)
      : values(part.frame.rows * part.frame.features.size()),
        labels(part.labels.begin(), part.labels.end()),
        rows(part.frame.rows),
        columns(part.frame.features.size()) {
    part.frame.to_floats(values);
  }
  gbdt::Matrix matrix() const { return {values, rows, columns}; }

  std::vector<float> values;
  std::vector<float> labels;
  std::size_t rows;
  std::size_t columns;
};

double mean_label(const Part& part) {
  stats::Sum sum;
  for (const double label : part.labels) sum.add(label);
  return sum.value() / static_cast<double>(part.labels.size());
}

std::map<std::string, std::string> objective(const Fitting& fitting) {
  const auto& signature = fitting.signature();
  if (signature.task == Task::multiclass) {
    return {{"objective", "multi:softprob"},
            {"eval_metric", "mlogloss"},
            {"num_class", std::to_string(signature.classes.size())}};
  }
  const double mean = mean_label(fitting.request.train);
  if (signature.task == Task::regression) {
    return {
        {"objective", "reg:squarederror"}, {"eval_metric", "rmse"}, {"base_score", fmt::format("{}", mean)}};
  }
  return {{"objective", "binary:logistic"},
          {"eval_metric", "logloss"},
          {"base_score", fmt::format("{}", std::clamp(mean, 1e-6, 1 - 1e-6))}};
}

std::map<std::string, std::string> library_parameters(const Fitting& fitting) {
  auto parameters = objective(fitting);
  parameters["tree_method"] = "hist";
  parameters["seed"] = std::to_string(fitting.request.seed % 2147483647);
  for (const char* name : handed_on) parameters[name] = json::dump(json::Value(fitting.parameters)[name]);
  return parameters;
}

/// Regression's second derivatives are 1, so that a leaf holds so many rows; those of classes are at most a
/// quarter and small where the answer is certain.
double least_weight(const Fitting& fitting) {
  if (fitting.signature().task != Task::regression) return 1;
  return std::clamp(std::floor(static_cast<double>(fitting.request.train.labels.size()) / 30), 1.0, 10.0);
}

bool stops(const Fitting& fitting) { return can_choose(fitting) && fitting.whole("stop_after") > 0; }

/// Small steps are worth their time where there is little to learn from, and too dear where there is much.
double eta_for(const Fitting& fitting, std::size_t rows) {
  const auto& signature = fitting.signature();
  const auto columns = predict::features_of(signature).size();
  const double cells = static_cast<double>(rows) * static_cast<double>(columns * signature.outputs());
  if (cells > 50e6) return 0.3;
  return cells > 5e6 ? 0.2 : 0.1;
}

void fill_in(Fitting& fitting) {
  auto& parameters = fitting.parameters;
  const auto rows = fitting.request.train.labels.size() + fitting.request.valid.labels.size();
  if (!fitting.given("min_child_weight")) parameters.set("min_child_weight", least_weight(fitting));
  if (!fitting.given("nthread"))
    parameters.set("nthread", static_cast<std::int64_t>(fitting.request.threads));
  if (!fitting.given("refit")) parameters.set("refit", rows < many_rows);
  if (!fitting.given("eta")) parameters.set("eta", eta_for(fitting, rows));
  if (!fitting.given("rounds")) {
    const double all = stops(fitting) ? eta_of_all_rounds : eta_of_rounds_without_choice;
    parameters.set("rounds", std::max<std::int64_t>(1, std::llround(all / fitting.number("eta"))));
  }
}

gbdt::TrainRequest request_for(const Fitting& fitting, const LabelledRows& rows, int rounds) {
  gbdt::TrainRequest request = {
      .train = rows.matrix(), .train_labels = rows.labels, .parameters = library_parameters(fitting)};
  for (const auto& feature : predict::features_of(fitting.signature())) {
    request.categorical.push_back(feature.is_category());
  }
  request.rounds = rounds;
  request.cancel = fitting.request.cancel;
  return request;
}

gbdt::Trained search(Engines& engines, const Fitting& fitting) {
  const LabelledRows train(fitting.request.train), valid(fitting.request.valid);
  auto request = request_for(fitting, train, fitting.whole("rounds"));
  request.valid = valid.matrix();
  request.valid_labels = valid.labels;
  request.stop_after = fitting.whole("stop_after");
  const std::string metric = fitting.signature().task == Task::regression ? "rmse" : "logloss";
  request.at_round = [&](int round, double on_train, double on_valid) {
    fitting.step("train." + metric, on_train, round);
    fitting.step("valid." + metric, on_valid, round);
  };
  return gbdt::train(engines, request);
}

gbdt::Trained grow(Engines& engines, const Fitting& fitting, int rounds) {
  return fit_on_all(fitting, [&](const Part& part) {
    const LabelledRows rows(part);
    return gbdt::train(engines, request_for(fitting, rows, rounds));
  });
}

struct Grown {
  gbdt::Trained booster;
  std::vector<std::string> notes = {};
};

std::vector<std::string> notes_on_search(const Fitting& fitting, const gbdt::Trained& found) {
  if (found.history.size() < static_cast<std::size_t>(fitting.whole("rounds"))) return {};
  return {fmt::format("still improving after {}: allow more rounds or a greater eta",
                      count_of(found.history.size(), "round"))};
}

Grown trained(Engines& engines, const Fitting& fitting) {
  if (!stops(fitting)) return {grow(engines, fitting, fitting.whole("rounds"))};
  auto found = search(engines, fitting);
  auto notes = notes_on_search(fitting, found);
  if (!fitting.refits()) return {std::move(found), std::move(notes)};
  const int rounds = std::max(1, static_cast<int>(std::lround(found.rounds * more_rounds)));
  return {grow(engines, fitting, rounds), std::move(notes)};
}

/// Threads that nobody asked for are those of a machine, and no part of the model.
json::Object lasting(const json::Object& parameters, bool threads_given) {
  json::Object out;
  for (const auto& [name, value] : parameters)
    if (name != "nthread" || threads_given) out.append(name, value);
  return out;
}

}  // namespace

Fitted fit_xgboost(Engines& engines, Fitting fitting) {
  const bool threads_given = fitting.given("nthread");
  fill_in(fitting);
  auto [boosted, notes] = trained(engines, fitting);
  return {.package = {.signature = fitting.signature(),
                      .algorithm = "xgboost",
                      .parameters = lasting(fitting.parameters, threads_given),
                      .loss = fitting.signature().task == Task::regression ? "squared error" : "logloss",
                      .fitted = {{"rounds", boosted.rounds}},
                      .files = {{"booster.json", std::move(boosted.model)}}},
          .notes = std::move(notes)};
}

}  // namespace mlops::train
