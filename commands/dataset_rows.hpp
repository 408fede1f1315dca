#pragma once
/// What a dataset looks like on screen, and what its commands share.

#include "cli/command.hpp"
#include "ui/row.hpp"

#include <mlops/dataset/ingest.hpp>
#include <mlops/dataset/kept.hpp>
#include <mlops/dataset/resources.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/worktree/worktree.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// The lines of a list; what became of their contents is shown where that is something.
std::vector<ui::Row> version_rows(const std::vector<dataset::Version>& versions);

/// The same of an added path.
ui::Row files_version_row(const worktree::Version& version);

/// Everything about one version.
ui::Row version_record(const dataset::Version& version);

/// What an ingest did and decided.
ui::Row ingest_row(const std::string& name, const dataset::IngestReport& report, bool planned);

/// `--format`: one of `formats`, for a file whose name does not say.
cli::Option format_option(std::optional<std::string>& target, std::vector<std::string> formats);

/// Threads and memory as the settings and the machine allow.
dataset::Resources resources_of(cli::Invocation& invocation);

/// What datasets are worked on with: the engines, clock and environment of the command.
dataset::Workshop data_workshop(cli::Invocation& invocation);

/// Where tables are read from, with the progress of the command where one has to be made again.
dataset::TablePlace tables_of(cli::Invocation& invocation);

/// Who works here, for histories: $MLOPS_USER, $USER or the number of the user.
std::string user_of(cli::Invocation& invocation);

}  // namespace mlops::commands
