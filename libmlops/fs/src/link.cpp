#include <mlops/base/error.hpp>
#include <mlops/fs/link.hpp>

#include <unistd.h>

#include <cerrno>

namespace mlops::fs {

bool link_file(const std::filesystem::path& file, const std::filesystem::path& name) {
  if (::link(file.c_str(), name.c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  throw system_error(errno, fmt::format("cannot make '{}'", name.native()));
}

}  // namespace mlops::fs
