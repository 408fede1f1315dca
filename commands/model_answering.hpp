#pragma once
/// Whether an alias that moves would leave its address without answers.

#include <mlops/model/registry.hpp>

#include <string>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// For an alias that is about to point at `version`, which only needs its name and algorithm. Throws
/// Error(negative, "model.opaque") where that is only kept and the version it points at now runs, unless it
/// is forced: then, and where the alias is new, a warning says what will not answer.
void check_answering(cli::Invocation& invocation, const model::Version& version, const std::string& alias,
                     bool force);

}  // namespace mlops::commands
