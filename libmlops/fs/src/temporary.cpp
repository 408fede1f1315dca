#include <mlops/base/error.hpp>
#include <mlops/fs/temporary.hpp>

#include <sys/random.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>

namespace mlops::fs {
namespace {

std::string fresh_name() {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random) {
    throw system_error(errno, "cannot get random bytes");
  }
  return fmt::format("{:016x}", random);
}

/// What the owner of `entry` would claim: entries are folders and the lock files beside them.
std::filesystem::path claimed_by(const std::filesystem::path& entry) {
  return entry.extension() == ".lock" ? entry.parent_path() / entry.stem() : entry;
}

bool removed(const std::filesystem::path& folder) {
  auto owned = claim(folder);
  if (!owned) return false;
  owned->remove();
  return !find_stamp(folder);
}

}  // namespace

TemporaryFolder::TemporaryFolder(const std::filesystem::path& parent)
    : claim_(make_claimed(parent, fresh_name, 0700)) {}

TemporaryFolder::~TemporaryFolder() { claim_.remove(); }

std::size_t sweep(const std::filesystem::path& parent) {
  std::size_t count = 0;
  std::error_code stop;
  for (std::filesystem::directory_iterator entry(parent, stop), end; !stop && entry != end;
       entry.increment(stop)) {
    // A name with a dot is NFS's own: a file that is removed and still open.
    if (entry->path().filename().native().starts_with('.')) continue;
    try {
      count += removed(claimed_by(entry->path())) ? 1 : 0;
    } catch (const Error&) {
      // Not ours to read or lock: it stays, as the header says.
    }
  }
  return count;
}

}  // namespace mlops::fs
