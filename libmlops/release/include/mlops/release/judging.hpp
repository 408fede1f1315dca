#pragma once
/// What training makes of a version, for assertions about it: the very parts that `prepare()` makes, and the
/// inputs that it takes.

#include <mlops/dataset/ingest.hpp>
#include <mlops/dataset/validate.hpp>
#include <mlops/train/plan.hpp>
#include <mlops/train/target.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mlops::release {

/// How a version would be trained on.
struct Trainable {
  dataset::Version data;
  std::string label;
  std::optional<predict::Task> task = {};
  train::PlanRequest plan = {};
};

class TableTraining final : public dataset::Training {
 public:
  /// Store and workshop must outlive it.
  TableTraining(store::Store& store, dataset::Workshop& workshop, Trainable about)
      : store_(store), workshop_(workshop), about_(std::move(about)) {}

  /// Throws Error as train::read_target and train::split do.
  dataset::Parts parts() override;
  /// The same, and as train::plan does. 2 AUC - 1 of classes, R2 of numbers, nothing below 0.
  dataset::Telltale telltale(const std::string& label) override;

 private:
  std::vector<std::string> columns_of_split() const;

  store::Store& store_;
  dataset::Workshop& workshop_;
  Trainable about_;
};

}  // namespace mlops::release
