#pragma once
/// Features over HTTP, from the online store of the project.

#include <mlops/serve/features.hpp>

#include <memory>
#include <string>
#include <vector>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// Answers for those views; none: all that are online. It must not outlive the invocation. Throws
/// Error(not_found) where there is no online store, or no such view in it.
std::unique_ptr<serve::FeatureServer> feature_server(cli::Invocation& invocation,
                                                     const std::vector<std::string>& views = {});

/// Nothing where there is no online store.
std::unique_ptr<serve::FeatureServer> feature_server_if_online(cli::Invocation& invocation);

}  // namespace mlops::commands
