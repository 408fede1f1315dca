/// Where a project begins.
#include "src/internal.hpp"

#include <mlops/base/error.hpp>
#include <mlops/project/project.hpp>

namespace mlops::project {
namespace {

namespace fs = std::filesystem;

/// What cannot be looked at does not make a project: the parents of a home folder are often closed.
bool is_root(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_directory(folder / ".mlops", ignored) || fs::is_regular_file(folder / "mlops.yaml", ignored);
}

}  // namespace

fs::path real_folder(const fs::path& start) {
  std::error_code fault;
  fs::path folder = fs::canonical(start.empty() ? "." : start, fault);
  if (fault) throw system_error(fault.value(), fmt::format("cannot open the folder '{}'", start.native()));
  if (!fs::is_directory(folder, fault)) {
    throw error(Code::usage, "'{}' is not a folder", start.native());
  }
  return folder;
}

std::optional<fs::path> find_root(const fs::path& start) {
  fs::path folder = real_folder(start);
  while (!is_root(folder)) {
    if (folder == folder.parent_path()) return std::nullopt;
    folder = folder.parent_path();
  }
  return folder;
}

}  // namespace mlops::project
