#pragma once
/// From the words of `mlops ingest` to the sources that are read.

#include <mlops/dataset/ingest.hpp>
#include <mlops/manifest/manifest.hpp>
#include <mlops/project/project.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

struct IngestArgs {
  std::vector<std::string> targets;
  std::optional<std::string> name;
  std::optional<std::string> kind;
  std::optional<std::string> party;
  std::optional<std::string> licence;
  std::optional<std::string> price;
  std::optional<std::string> url;
  std::vector<std::string> pii;
  std::vector<std::string> blobs;
  std::optional<std::string> format;
  std::optional<std::string> delimiter;
  std::optional<std::string> quote;
  std::optional<std::string> encoding;
  std::optional<std::string> decimal;
  std::optional<std::string> quarantine;
  bool header = false;
  bool no_header = false;
  std::vector<std::string> nulls;
  std::vector<std::string> types;
  bool accept_schema = false;
};

/// Sources of the project by name, and paths: each its own dataset, or all of them one under `--name`.
std::vector<manifest::SourceSpec> sources_of(project::Project& project, const IngestArgs& args);

/// The name that the source's file would give it, where that has a meaning of its own and names no source.
std::optional<std::string> reserved_name(const manifest::SourceSpec& source);

/// The source with what the command line says of it, by the rules of the project file.
manifest::SourceSpec with_flags(const IngestArgs& args, manifest::SourceSpec source);

/// Ingests a source of mlops.yaml as `mlops ingest NAME` does, and pins it: for commands that need it.
dataset::IngestReport ingest_source(cli::Invocation& invocation, project::Project& project,
                                    dataset::Workshop& shop, const manifest::SourceSpec& source);

/// The same without a word in mlops.yaml: for who writes that.
dataset::IngestReport ingest_unlisted(cli::Invocation& invocation, project::Project& project,
                                      dataset::Workshop& shop, const manifest::SourceSpec& source);

}  // namespace mlops::commands
