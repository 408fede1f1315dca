#pragma once
/// Files that rows of a table point at: pictures, sounds, texts.

#include <mlops/base/cancel.hpp>
#include <mlops/store/objects.hpp>
#include <mlops/table/engine.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mlops::dataset {

struct BlobSource {
  std::filesystem::path base;  ///< Where the files lie, and none outside of it.
  unsigned threads = 1;
  const Cancel* cancel = nullptr;
};

/// Stores every file that the columns name and the tree of them; nothing when there is no such column. Throws
/// Error: not_found (naming the first that is missing, and how many), corrupt (a path that leads out of
/// `base`), interrupted.
std::optional<Digest> put_blobs(table::Engine& engine, store::Objects& objects,
                                const std::filesystem::path& parquet, const std::vector<std::string>& columns,
                                const BlobSource& from);

/// The tree of those files of `tree` that the columns name.
Digest keep_blobs(table::Engine& engine, store::Objects& objects, const std::filesystem::path& parquet,
                  const std::vector<std::string>& columns, const Digest& tree);

}  // namespace mlops::dataset
