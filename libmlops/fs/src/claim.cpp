#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/claim.hpp>
#include <mlops/fs/lock.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "src/still_named.hpp"

namespace mlops::fs {
namespace {

std::filesystem::path lock_path(const std::filesystem::path& folder) { return folder.native() + ".lock"; }

/// For who may write; nothing for who may not.
std::optional<File> open_for_writing(const std::filesystem::path& path) {
  if (::access(path.parent_path().c_str(), W_OK | X_OK) != 0) return std::nullopt;
  try {
    return File(path, File::Mode::append);
  } catch (const Error& e) {
    if (e.code() == Code::not_found) throw;
    return std::nullopt;  // Another user's, or a full disk: then its owner can be asked for all the same.
  }
}

/// Of a folder without a lock file, the folder itself: it has no owner.
File open_for_reading(const std::filesystem::path& folder) {
  const auto path = lock_path(folder);
  return find_stamp(path) ? File(path) : File(folder);
}

std::optional<File> locked(const std::filesystem::path& folder) {
  auto file = open_for_writing(lock_path(folder));
  const Sharing sharing = file ? Sharing::exclusive : Sharing::shared;
  if (!file) file = open_for_reading(folder);
  if (!try_lock(*file, sharing) || !still_named(*file)) return std::nullopt;
  return file;
}

/// Locked; nothing when somebody has that name or sweeps.
std::optional<File> locked_anew(const std::filesystem::path& folder) {
  try {
    File file(lock_path(folder), File::Mode::create_new);
    if (try_lock(file) && still_named(file)) return file;
  } catch (const Error& e) {
    // On NFS the lock of a file that was swept meanwhile is a stale handle.
    const bool swept = e.code() == Code::not_found && find_stamp(folder.parent_path());
    if (e.code() != Code::conflict && !swept) throw;
  }
  return std::nullopt;
}

}  // namespace

void Claim::remove() noexcept {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
  leave();
}

void Claim::leave() noexcept { ::unlink(lock_path(folder_).c_str()); }

std::optional<Claim> claim(const std::filesystem::path& folder) {
  try {
    if (!find_stamp(folder) && !find_stamp(lock_path(folder))) return std::nullopt;
    auto lock = locked(folder);
    if (!lock) return std::nullopt;
    Claim mine(folder, std::move(*lock));
    if (find_stamp(folder)) return mine;
    mine.leave();
  } catch (const Error& e) {
    if (e.code() != Code::not_found) throw;
  }
  return std::nullopt;
}

Claim make_claimed(const std::filesystem::path& parent, const std::function<std::string()>& fresh_name,
                   unsigned permissions) {
  make_folders(parent);
  for (;;) {
    const auto path = parent / fresh_name();
    auto lock = locked_anew(path);
    if (!lock) continue;
    Claim mine(path, std::move(*lock));
    if (::mkdir(path.c_str(), permissions) == 0) return mine;
    const int fault = errno;
    mine.leave();
    if (fault != EEXIST) throw system_error(fault, fmt::format("cannot make the folder '{}'", path.native()));
  }
}

}  // namespace mlops::fs
