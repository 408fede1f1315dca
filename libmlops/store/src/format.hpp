#pragma once
/// The folder of a store: made, recognised, refused when it is of a newer format.

#include <filesystem>

namespace mlops::store {

/// True when `root` holds a store that this program can read. Throws Error: usage (newer), corrupt.
bool is_store(const std::filesystem::path& root);

/// Makes the folder and what every store has; the format comes last, so half a store is none.
void make_store(const std::filesystem::path& root);

}  // namespace mlops::store
