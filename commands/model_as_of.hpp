#pragma once
/// The version that an address meant at the time that --as-of takes for now.

#include <mlops/model/registry.hpp>

#include <string>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// As Registry::get(); under --as-of a bare name, and an alias, is what it was then. A number, a digest and a
/// moment of its own mean what they say. Throws as that does.
model::Version model_as_of(cli::Invocation& invocation, const std::string& address);

}  // namespace mlops::commands
