#pragma once
/// From the words of `mlops train run` and `mlops.yaml` to what is trained.

#include <mlops/manifest/manifest.hpp>
#include <mlops/release/train.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

struct TrainArgs {
  std::vector<std::string> models;
  std::optional<std::string> label;
  std::optional<std::string> data;
  std::optional<std::string> name;
  std::optional<std::string> task;
  std::vector<std::string> trainers;
  std::optional<std::string> rule;
  std::vector<std::string> parameters;
  std::vector<std::string> only;
  std::vector<std::string> without;
  std::optional<std::string> time;
  std::optional<std::string> group;
  std::optional<std::string> part;
  std::optional<std::string> test;
  std::optional<std::string> valid;
  std::optional<std::int64_t> seed;
  bool plan = false;  ///< Nothing is made or judged on the way.
};

/// Flags first, then the project file, then defaults. Throws Error: usage (what is to be predicted or from
/// which data is not clear, a parameter that no trainer has), not_found (no such dataset or model).
release::TrainRequest train_request(const TrainArgs& args, cli::Invocation& invocation);

/// What `mlops.yaml` should say of it; nothing when the flags make it a trial that the file has no words for.
std::optional<manifest::TrainingEdit> training_edit_of(const TrainArgs& args,
                                                       const release::TrainRequest& request,
                                                       const release::Prepared& prepared,
                                                       const manifest::Manifest& manifest);

}  // namespace mlops::commands
