/// What is asked of models.
#include "src/signatures.hpp"

namespace mlops::expect {
namespace {

constexpr unsigned in_release = set_of(Where::release);
constexpr std::string_view unlabelled = "rows without truth are left out";

/// From 0 to 1, or of any size.
enum class Bounds { fraction, none };

Signature metric(std::string_view name, Bounds bounds, std::string_view doc) {
  return {.name = name,
          .about = About::model,
          .type = number,
          .metric = true,
          .fraction = bounds == Bounds::fraction,
          .where = set_of(Where::release, Where::monitor),
          .nulls = unlabelled,
          .doc = doc};
}

Signature worst() {
  return {.name = "worst",
          .about = About::model,
          .arguments = {{"metric", ArgumentKind::metric},
                        {.name = "slice", .kind = ArgumentKind::slice, .optional = true},
                        {.name = "least", .kind = ArgumentKind::count, .optional = true}},
          .type = number,
          .where = in_release,
          .nulls = "a slice of their own",
          .doc =
              "The metric on the slice where it is worst, of one column of `slices:`, or of all of them "
              "where none is named; slices of fewer rows than `least`, which is 100, are left out: "
              "`worst(auc, origin, least=500)`"};
}

Signature size() {
  return {.name = "size",
          .about = About::model,
          .type = {Sort::number, Measure::size},
          .where = in_release,
          .nulls = "none",
          .doc = "Bytes that the files of the model take"};
}

}  // namespace

std::vector<Signature> functions_of_models() {
  using enum Bounds;
  return {
      metric("auc", fraction,
             "Area under the ROC curve: how often a row that is so is rated above one that is not; of "
             "several classes the mean over each against the rest"),
      metric("logloss", none, "Mean of -ln of the probability that was given to what turned out to be so"),
      metric("accuracy", fraction, "Share of the rows whose class is told rightly"),
      metric("f1", fraction, "Harmonic mean of precision and recall; of several classes the mean of theirs"),
      metric("precision", fraction,
             "Share of those told to be so that are; of several classes the mean of theirs"),
      metric("recall", fraction,
             "Share of those that are so that are told to be; of several classes the mean of theirs"),
      metric("brier", fraction,
             "Mean of the squared difference of the probability and 0 or 1, of two classes"),
      metric("ece", fraction,
             "Expected calibration error, of two classes: how far probabilities are from how often it is so"),
      metric("average_precision", fraction, "Precision at each row that is so, on average, of two classes"),
      metric("rmse", none, "Root of the mean squared error of numbers"),
      metric("mae", none, "Mean absolute error of numbers"),
      metric("r2", none,
             "Share of the variance of numbers that is explained; below 0 it is worse than their mean"),
      metric("mape", none, "Mean absolute error as a share of the truth, 0.1 for 10 %"),
      metric("median_error", none, "Median of the absolute error of numbers"),
      worst(),
      size(),
  };
}

}  // namespace mlops::expect
