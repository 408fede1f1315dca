/// A model that somebody wrote: an SQL expression; where it gives null, the prior answers.
#include "src/fitting.hpp"

#include <mlops/base/error.hpp>
#include <mlops/predict/rule.hpp>

namespace mlops::train {
namespace {

std::vector<double> prior_of(const Fitting& fitting) {
  const auto fitted = json::Value(fit_prior(fitting).package.fitted);
  if (fitting.signature().task == predict::Task::regression) return {fitted["mean"].number_or(0)};
  std::vector<double> shares;
  for (const auto& share : *fitted["shares"].as_array()) shares.push_back(share.number_or(0));
  return shares;
}

}  // namespace

predict::Rule bound_rule(const json::Object& parameters, const predict::Signature& signature) {
  const json::Value* expression = parameters.find("case");
  if (expression == nullptr || expression->is_null()) {
    throw error(Code::usage, "rule wants its parameter 'case': an SQL expression over the columns")
        .with_id("train.parameter")
        .with_hint("for example case=\"CASE WHEN tenure < 3 THEN 0.8 ELSE 0.1 END\"");
  }
  return predict::Rule(expression->text_or(""), signature);
}

Fitted fit_rule(const Fitting& fitting) {
  const predict::Rule rule = bound_rule(fitting.parameters, fitting.signature());
  return {.package = {.signature = rule.signature(),
                      .algorithm = "rule",
                      .parameters = fitting.parameters,
                      .loss = "none",
                      .fitted = predict::Rule::fitted(rule, prior_of(fitting))},
          .notes = {}};
}

}  // namespace mlops::train
