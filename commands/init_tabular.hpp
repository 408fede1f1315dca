#pragma once
/// `mlops init tabular`: a project for a table, written after a look at it.

#include <mlops/dataset/version.hpp>

#include <optional>
#include <string>

namespace mlops::cli {
class Invocation;
}
namespace mlops::project {
class Project;
}

namespace mlops::commands {

struct InitArgs {
  std::string from_template = {};  ///< Empty: the plain one.
  std::optional<std::string> file = {};
  std::optional<std::string> label = {};
  std::optional<std::string> time = {};
  std::optional<std::string> kind = {};
  std::optional<std::string> name = {};
  std::optional<std::string> data = {};
};

/// Ingests the file of `args` into `project` (into nowhere in a dry run) and gives the text of its
/// mlops.yaml. Throws Error: usage (no label, a label that is not there, what ingest refuses), negative
/// (nothing to learn), not_found, corrupt.
std::string tabular_text(const InitArgs& args, cli::Invocation& invocation, project::Project& project);

}  // namespace mlops::commands
