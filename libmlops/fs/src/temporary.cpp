#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/lock.hpp>
#include <mlops/fs/temporary.hpp>

#include <sys/random.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <system_error>

namespace mlops::fs {
namespace {

std::filesystem::path fresh_name(const std::filesystem::path& parent) {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random) {
    throw system_error(errno, "cannot get random bytes");
  }
  return parent / fmt::format("{:016x}", random);
}

/// The folder locked, or nothing when its lock is held or it is gone.
std::optional<File> claim(const std::filesystem::path& path) {
  try {
    File folder(path);
    if (try_lock(folder) && find_stamp(path)) return folder;
  } catch (const Error& e) {
    if (e.code() != Code::not_found) throw;
  }
  return std::nullopt;
}

File make_claimed(const std::filesystem::path& parent) {
  make_folders(parent);
  for (;;) {
    const auto path = fresh_name(parent);
    if (::mkdir(path.c_str(), 0700) != 0) {
      if (errno == EEXIST) continue;
      throw system_error(errno, fmt::format("cannot make the folder '{}'", path.native()));
    }
    // Another process's sweep() may come between the two: then the name is gone, and another is made.
    if (auto folder = claim(path)) return std::move(*folder);
  }
}

}  // namespace

TemporaryFolder::TemporaryFolder(const std::filesystem::path& parent) : folder_(make_claimed(parent)) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path(), ignored);
}

std::size_t sweep(const std::filesystem::path& parent) {
  std::size_t removed = 0;
  std::error_code stop;
  for (std::filesystem::directory_iterator entry(parent, stop), end; !stop && entry != end;
       entry.increment(stop)) {
    try {
      const auto owner = claim(entry->path());
      std::error_code ignored;
      if (owner && std::filesystem::remove_all(entry->path(), ignored) > 0 && !ignored) ++removed;
    } catch (const Error&) {
      // Not ours to read or lock: it stays, as the header says.
    }
  }
  return removed;
}

}  // namespace mlops::fs
