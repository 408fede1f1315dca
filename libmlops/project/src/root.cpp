/// Where a project begins.
#include "src/internal.hpp"

#include <mlops/base/error.hpp>
#include <mlops/project/project.hpp>

namespace mlops::project {
namespace {

namespace stdfs = std::filesystem;

/// What cannot be looked at does not make a project: the parents of a home folder are often closed.
bool is_root(const stdfs::path& folder) {
  std::error_code ignored;
  return stdfs::is_directory(folder / ".mlops", ignored) ||
         stdfs::is_regular_file(folder / "mlops.yaml", ignored);
}

}  // namespace

stdfs::path real_folder(const stdfs::path& start) {
  std::error_code fault;
  stdfs::path folder = stdfs::canonical(start.empty() ? "." : start, fault);
  if (fault) throw system_error(fault.value(), fmt::format("cannot open the folder '{}'", start.native()));
  if (!stdfs::is_directory(folder, fault)) {
    throw error(Code::usage, "'{}' is not a folder", start.native());
  }
  return folder;
}

std::optional<stdfs::path> find_root(const stdfs::path& start) {
  stdfs::path folder = real_folder(start);
  while (!is_root(folder)) {
    if (folder == folder.parent_path()) return std::nullopt;
    folder = folder.parent_path();
  }
  return folder;
}

}  // namespace mlops::project
