#pragma once
/// A map of settings in a file: the user's `config.yaml` is one, `settings:` of `mlops.yaml` another. Pure.

#include <mlops/config/settings.hpp>
#include <mlops/yaml/node.hpp>

#include <string_view>
#include <vector>

namespace mlops::config {

enum class Author { user, project };

/// The settings of the map `node` of `file`. What is wrong is added to `faults`: an unknown key with near
/// misses, a value that is none, and in a project's file what only the user may say.
std::vector<Said> read_settings(const yaml::Node& node, Author author, std::string_view file,
                                std::vector<yaml::Fault>& faults);

}  // namespace mlops::config
