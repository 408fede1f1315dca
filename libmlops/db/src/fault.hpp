#pragma once
/// SQLite's result codes as our Error.

#include <mlops/base/error.hpp>

#include <filesystem>
#include <string>

namespace mlops::db {

Error fault(int code, const std::filesystem::path& path, const std::string& reason);

}  // namespace mlops::db
