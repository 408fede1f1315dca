#pragma once
/// Second names for files.

#include <filesystem>

namespace mlops::fs {

/// Gives the file another name, if that is free; false when it is not. Of several that want a name at once
/// one gets it, on network file systems too. Not durable before sync_folder().
bool link_file(const std::filesystem::path& file, const std::filesystem::path& name);

}  // namespace mlops::fs
