#pragma once
/// Where something stands in `mlops.yaml`, for faults that show only when data are known.

#include <mlops/manifest/tables.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::manifest {

/// Of `word` at the end of the keys `path`, such as {"models", "linear", "without"}: the item of a list, the
/// key of a map or its value; where the word is not found, of what the path leads to. Nothing: the path leads
/// nowhere, or `text` is no YAML.
std::optional<Place> find_place(std::string_view text, const std::vector<std::string>& path,
                                std::string_view word);

}  // namespace mlops::manifest
