#pragma once
/// From the words of `mlops train run` and `mlops.yaml` to the data and the column that are meant.

#include "train_request.hpp"

#include <mlops/dataset/version.hpp>
#include <mlops/manifest/manifest.hpp>

#include <string>

namespace mlops::project {
class Project;
}

namespace mlops::commands {

/// What is to be predicted, from which data.
struct Subject {
  dataset::Version data;
  const manifest::TableSpec* table = nullptr;  ///< Its entry in mlops.yaml; null when there is none.
  std::string label;

  /// Whether the project file speaks of this very label.
  bool is_declared() const { return table != nullptr && table->label == label; }
};

/// Throws Error(not_found) with near misses, or with the flag that the word belongs to.
const manifest::ModelSpec& declared_model(const std::string& name, const manifest::Manifest& manifest);

/// Asks a person what is left open. Throws Error: usage (it stays open), not_found (no such dataset or
/// model).
Subject subject_of(const TrainArgs& args, project::Project& project, cli::Invocation& invocation);

}  // namespace mlops::commands
