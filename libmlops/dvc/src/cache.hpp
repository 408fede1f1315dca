#pragma once
/// Where an object lies in a cache or a remote of DVC: `files/md5/ab/...` as DVC 3 has it, `ab/...` as DVC 2
/// had it. Which of them comes first is as it was written; the other one is looked at, too.

#include <mlops/dvc/project.hpp>
#include <mlops/fs/folder.hpp>

#include <array>
#include <filesystem>
#include <optional>
#include <string>

namespace mlops::dvc {

/// From the root of the cache or remote.
std::array<std::string, 2> keys_of(const Name& name);

struct Kept {
  std::filesystem::path file = {};
  fs::Look look = {};
};

/// The file in a cache, or in a remote that is a folder.
std::optional<Kept> find_object(const std::filesystem::path& cache, const Name& name);

}  // namespace mlops::dvc
