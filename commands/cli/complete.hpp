#pragma once
/// What the shell may offer next.

#include "application.hpp"

#include <string>
#include <vector>

namespace mlops::cli {

/// Words that may stand where the last of `words` (which may be empty) stands, sorted as they are best read.
/// A word that ends with '/' or '=' wants to be gone on with.
std::vector<Candidate> complete(const Application& application, std::vector<std::string> words);

}  // namespace mlops::cli
