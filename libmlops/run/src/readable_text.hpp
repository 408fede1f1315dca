#pragma once
/// Files of the machine that need not be there.

#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>

#include <filesystem>
#include <string>

namespace mlops::run {

/// What the file holds; nothing when there is none, or it is closed to us, which in a container is not rare.
inline std::string readable_text(const std::filesystem::path& path) {
  try {
    return fs::find_file(path).value_or("");
  } catch (const Error&) {
    return "";
  }
}

}  // namespace mlops::run
