#pragma once
/// `-p NAME=VALUE`: values for the parameters that `mlops.yaml` declares in `params:`.

#include <mlops/json/value.hpp>

#include <string>
#include <utility>
#include <vector>

namespace mlops::manifest {
struct Manifest;
struct ReleaseSpec;
}  // namespace mlops::manifest

namespace mlops::commands {

/// Throws Error(usage) for a word that is not NAME=VALUE.
std::vector<std::pair<std::string, std::string>> assignments_of(const std::vector<std::string>& words);

/// `params:` with the values that the words give; words that name none of them say nothing here.
json::Object project_parameters(const std::vector<std::string>& words, const manifest::Manifest& manifest);

/// The same, where every word has to name one of them. Throws Error(usage) with near misses.
json::Object only_project_parameters(const std::vector<std::string>& words,
                                     const manifest::Manifest& manifest);

/// Throws Error(usage), with near misses, for a word that names none of them, nor a parameter of a model of
/// `releases`.
void require_parameters(const std::vector<std::string>& words,
                        const std::vector<manifest::ReleaseSpec>& releases,
                        const manifest::Manifest& manifest);

}  // namespace mlops::commands
