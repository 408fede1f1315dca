#pragma once
/// A space that is a folder, on this machine or on a file system that many machines share.

#include <mlops/remote/space.hpp>

#include <filesystem>
#include <memory>

namespace mlops::remote {

/// Made when something is put there first.
std::unique_ptr<Space> open_folder(std::filesystem::path folder);

}  // namespace mlops::remote
