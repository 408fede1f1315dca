/// The answer that looks at nothing: the shares of the classes, or the mean.
#include <mlops/stats/sum.hpp>
#include "src/fitting.hpp"

namespace mlops::train {
namespace {

std::vector<const std::vector<double>*> labels_of(const FitRequest& request) {
  return {&request.train.labels, &request.valid.labels};
}

json::Object shares(const FitRequest& request) {
  std::vector<double> counts(request.signature.classes.size());
  double rows = 0;
  for (const auto* labels : labels_of(request)) {
    for (const double label : *labels) ++counts[static_cast<std::size_t>(label)], ++rows;
  }
  json::Array out;
  for (const double count : counts) out.emplace_back(count / rows);
  return {{"shares", out}};
}

json::Object mean(const FitRequest& request) {
  stats::Sum sum;
  double rows = 0;
  for (const auto* labels : labels_of(request)) {
    for (const double label : *labels) sum.add(label), ++rows;
  }
  return {{"mean", sum.value() / rows}};
}

}  // namespace

Fitted fit_prior(const Fitting& fitting) {
  const bool regression = fitting.signature().task == predict::Task::regression;
  return {.package = {.signature = fitting.signature(),
                      .algorithm = fitting.request.trainer,
                      .parameters = fitting.parameters,
                      .loss = regression ? "squared error" : "logloss",
                      .fitted = regression ? mean(fitting.request) : shares(fitting.request)},
          .notes = {}};
}

}  // namespace mlops::train
