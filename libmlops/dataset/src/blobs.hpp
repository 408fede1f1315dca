#pragma once
/// Files that rows of a table point at: pictures, sounds, texts.

#include <mlops/store/objects.hpp>
#include <mlops/table/engine.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mlops::dataset {

/// Stores every file that the columns name (relative to `base`, never outside of it) and the tree of them;
/// nothing when there is no such column. Throws Error: not_found (naming the first that is missing, and how
/// many), corrupt (a path that leads out of `base`).
std::optional<Digest> put_blobs(table::Engine& engine, store::Objects& objects,
                                const std::filesystem::path& parquet, const std::vector<std::string>& columns,
                                const std::filesystem::path& base);

}  // namespace mlops::dataset
