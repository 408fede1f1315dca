#pragma once
/// What was pushed to a remote, read from it.

#include <mlops/remote/remote.hpp>

#include <optional>
#include <string>

#include "src/tracking.hpp"

namespace mlops::remote {

constexpr const char* format_key = "mlops-remote";

/// All of it; nothing was pushed where its number is 0. Throws Error: usage (by a newer program), corrupt.
Tracking::Known read_all(Space& space, const std::string& name, const Options& options, Progress& progress);

/// What came behind `known` is added to it; one request where nothing did. Nothing when the remote is another
/// one than it was.
std::optional<Tracking::Known> read_on(Space& space, const std::string& name, const Options& options,
                                       Tracking::Known known, Progress& progress);

[[noreturn]] void damaged(const std::string& name, const std::string& key, std::string_view why);

}  // namespace mlops::remote
