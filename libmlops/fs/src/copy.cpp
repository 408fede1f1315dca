#include <mlops/base/error.hpp>
#include <mlops/fs/copy.hpp>

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace mlops::fs {
namespace {

constexpr std::size_t block = 1 << 20;

/// Errors by which a kernel says "not between these two files", as opposed to a fault of the copy.
bool refused(int error_number) {
  return error_number == EXDEV || error_number == EINVAL || error_number == ENOSYS ||
         error_number == EOPNOTSUPP || error_number == ETXTBSY || error_number == EPERM;
}

/// False when the kernel refused before the first byte.
bool copy_in_kernel(const File& from, File& to) {
  for (bool first = true;; first = false) {
    const ssize_t count = ::copy_file_range(from.descriptor(), nullptr, to.descriptor(), nullptr, 1 << 30, 0);
    if (count == 0) return !first;  // Files of /proc answer 0 at once although they have content.
    if (count > 0 || errno == EINTR) continue;
    if (first && refused(errno)) return false;
    throw system_error(errno,
                       fmt::format("cannot copy '{}' to '{}'", from.path().native(), to.path().native()));
  }
}

}  // namespace

bool reflink(const File& from, File& to) { return ::ioctl(to.descriptor(), FICLONE, from.descriptor()) == 0; }

Copied copy_content(File& from, File& to) {
  if (reflink(from, to)) return Copied::reflink;
  if (copy_in_kernel(from, to)) return Copied::kernel;
  std::vector<char> buffer(block);
  while (const std::size_t count = from.read(buffer.data(), buffer.size())) to.write(buffer.data(), count);
  return Copied::plain;
}

}  // namespace mlops::fs
